// Random guests of x86: a small fixed kernel (random_x86_kernel.cpp) around random code, which runs in rings 0 and 3,
// with and without paging, over segments of all kinds and page tables that change, rewrites itself, and is interrupted
// at random by the local APIC, the 8254, the disk and itself.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "session/dice.hpp"
#include "session/random_guest.hpp"
#include "vmm/x86/arch.hpp"

namespace ringside::session {

/// Draws a guest. `again`: which of the guests of the seed, from 0. Without options.user_sensitive its random code has
/// no instructions by which user code sees through a VMM that runs it directly.
RandomGuest draw_x86_guest(const RandomOptions& options, u64 again = 0);

/// The first guest of the seed that behaves on the bare machine, for so many instructions: it uses no stale
/// translation, has no REP that goes on and on and, without options.user_sensitive, executes no such instruction in
/// ring 3. Errors: those of random_pc().
Result<RandomGuest> random_x86_guest(const RandomOptions& options, u64 ticks);

/// A machine with a random guest on it before its first instruction, in virtual time, under the options' strategy, or
/// one that is given. Errors: options that do not fit together.
Result<std::unique_ptr<x86::Machine>> random_pc(const RandomGuest& guest, const Options& options,
                                                const x86::Strategy* strategy = nullptr);

/// The instructions of the piece of random code at an offset, as text.
std::string x86_piece_text(const RandomGuest& guest, u32 offset);

/// Where things lie in a random guest. Its image is loaded at kBase, from where on all offsets count; the user sees
/// code, data and its stack at kWindow when paging is on. A megabyte further is the same with address line 20 off.
namespace random_x86 {
inline constexpr u32 kBase = 0x0020'0000, kWindow = 0x4000'0000, kAlias = 0xc000'0000, kWrapped = 0x0030'0000;
inline constexpr u32 kRam = 4u << 20, kImage = 0x3'0000;
inline constexpr u32 kEntry = 0x10, kKernelEnd = 0x1800;
inline constexpr u32 kVariables = 0x1800;
inline constexpr u32 kGdt = 0x6000, kLdt = 0x6100, kIdt = 0x6800, kTss = 0x7000;
inline constexpr u32 kKernelStack = 0x9000, kInnerStack = 0xa000, kUserStack = 0xc000;  ///< from where they grow down
inline constexpr u32 kStackPages = 2;  ///< of user code, around kUserStack
inline constexpr u32 kData = 0x1'0000, kDataPages = 8, kTables = 0x2'0000;
inline constexpr u32 kApic = 0xfee0'0000;
/// Bytes of a piece of random code: one instruction or a few that belong together, with what does nothing behind them.
inline constexpr u32 kPiece = 8;

/// Vectors, and selectors of the GDT.
inline constexpr unsigned kTimerVector = 0x20, kPicVector = 0x28, kSlaveVector = 0x38, kCallVector = 0x40,
                          kOwnVector = 0x50, kDiskVector = 0x52, kOtherCallVector = 0x80, kVectors = 0x60;
inline constexpr unsigned kKernelCode = 0x08, kKernelData = 0x10, kUserCode = 0x1b, kUserData = 0x23, kTssSelector = 0x28,
                          kLdtSelector = 0x30, kAssorted = 0x38, kGdtEnd = 0x80;
inline constexpr unsigned kGate = 0x68, kGateWithParameters = 0x78;

/// What the kernel finds at kVariables, by offset.
inline constexpr u32 kRegisters = 0x00, kRandom = 0x20, kTrapsLeft = 0x24, kTick = 0x28, kTickMask = 0x2c, kCr0 = 0x30,
                     kCr4 = 0x34, kPicMasks = 0x38, kPitCount = 0x3c, kGdtr = 0x40, kIdtr = 0x48, kIoApicEntry = 0x50,
                     kSelectors = 0x80, kSpaces = 0xc0, kEntries = 0x100, kEntryFlags = 0x180,
                     kDirectoryEntries = 0x1c0, kDescriptors = 0x200, kBreakpoints = 0x2c0, kControls = 0x300;

/// The kernel, from kBase on, and its entries.
struct Kernel {
  std::vector<u8> code;
  std::vector<u32> vectors;  ///< of each vector below kVectors
  u32 call = 0, gate = 0, gate_with_parameters = 0;  ///< of kOtherCallVector, and of the call gates
};
/// `looks`: whether it also reads what a VMM that runs it directly cannot hide.
Kernel make_kernel(bool looks);

/// A piece that does nothing.
std::vector<u8> empty_piece();
/// So many bytes of random code that will lie at `address`, in pieces.
std::vector<u8> make_code(Dice& dice, u32 address, u32 bytes, bool sensitive);
}  // namespace random_x86

}  // namespace ringside::session
