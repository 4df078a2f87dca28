// Random guests: a small fixed kernel (random_kernel.cpp) around random code, which runs in
// supervisor and user mode, with and without paging, over page tables of several shapes, changes
// them, rewrites itself, and is interrupted at random.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "session/dice.hpp"
#include "session/options.hpp"

namespace ringside::vmm {
template <class A>
class MachineOf;
struct ZisaArch;
using Machine = MachineOf<ZisaArch>;
}

namespace ringside::session {

struct RandomOptions {
  u64 seed = 0;
  /// Whether the code also does what only the bare machine defines: writes page tables without
  /// invalidating, system registers with anything.
  bool wild = false;
  u32 tick = 512;       ///< time units between timer interrupts: `tick` and up to as many more
  u32 traps = 100'000;  ///< the kernel ends the run after so many
  /// Whether the code has instructions that are user-sensitive (READ_SR, READ_PTBR, PROBE), by
  /// which user code that runs directly sees through a VMM where they do not trap.
  bool user_sensitive = true;
  u32 paging_percent = 80;  ///< how many guests begin with paging on
};

/// What a random guest is made of: a value, so that one can be shrunk piece by piece.
struct RandomGuest {
  std::vector<u8> image;  ///< RAM, from `base` on, which on Z-ISA is also the entry
  std::vector<u8> drive;
  std::string input;
  u32 base = 0x8000'0000;               ///< guest-physical
  std::vector<u8> nothing = {0x13, 0, 0, 0};  ///< a piece of code that does nothing; all pieces are as long

  u32 word(u32 offset) const;
  u32 piece_bytes() const { return static_cast<u32>(nothing.size()); }
  /// Puts nothing in place of a piece of random code.
  void take_out(u32 offset);
};
/// Draws a guest. `again`: which of the guests of the seed, from 0.
RandomGuest draw_guest(const RandomOptions& options, u64 again = 0);

/// The first guest of the seed that behaves on the bare machine of this variant, for so many instructions (0: to
/// its end): it uses no stale translation and, without options.user_sensitive, executes no user-sensitive
/// instruction in U mode. Both are kept out when guests are drawn, but random code can jump into the middle of the
/// kernel, and build instructions by its stores. Errors: those of random_machine().
Result<RandomGuest> random_guest(const RandomOptions& options, const std::string& isa, u64 ticks);

inline constexpr u32 kRandomBase = 0x80000000;  ///< of guests for Z-ISA
inline constexpr u64 kRandomRam = 1u << 20;
/// Where random code lies in RAM, from the base on, and its size.
inline constexpr u32 kCode = 0x2000, kCodePages = 4;
/// Of its disk, in cycles or time units.
inline constexpr u64 kRandomDiskLatency = 500;

/// Whether user code sees by an instruction what a VMM hides from it, where it does not trap: READ_SR, READ_PTBR,
/// PROBE.
bool is_user_sensitive(u32 instruction);

/// A random instruction of the user level or above it; `at` is its place in the code.
u32 random_instruction(Dice& dice, u32 at, bool wild);

/// An instruction as assembly text.
std::string instruction_text(u32 word, u32 pc);

/// A machine with a random guest on it before its first instruction, in virtual time; strategy,
/// variant, paging and cost model are those of the options. Errors: options that do not fit
/// together.
Result<std::unique_ptr<vmm::Machine>> random_machine(const RandomGuest& guest,
                                                     const Options& options);

/// Source of the kernel. Its data, in the page behind it, is filled in by random_image().
extern const char* const kRandomKernel;

}  // namespace ringside::session
