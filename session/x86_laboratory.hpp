// The laboratory for single x86 instructions, as session/laboratory.hpp is for Z-ISA: a small
// machine in protected mode is put into a given state and executes one instruction, and what became
// of it is handed out as plain data.
//
// The machine is an i686 with some pages of RAM and no device. The instruction is given past the
// fetch. Beside the pages that an experiment may map as it likes there are pages with two sets of
// system tables (x86_laboratory_tables.hpp), which only supervisor can access, and page tables that
// are mapped nowhere; accessed and dirty bits are set, in page tables and in descriptors.
#pragma once

#include <memory>

#include "session/laboratory.hpp"
#include "session/x86_laboratory_tables.hpp"

namespace ringside::session {

/// Where things lie in RAM, which begins at 0: kLabFrames frames of the program, the system tables,
/// the frames of page tables. The pages of the map are at the linear addresses from kLabX86Base on,
/// kLabPages of them.
inline constexpr u32 kLabX86Base = 0x10000, kLabX86System = 0x20000, kLabX86PageTables = 0x30000;
inline constexpr u32 kLabX86Ram = 0x40000;

/// Bits of EFLAGS that belong to the resource state: those that user mode with IOPL 0 cannot set.
/// The others (SDM volume 2, POPF) are registers of the program, as F0-F3 are on Z-ISA.
inline constexpr u32 kLabX86SystemFlags = x86::flag::kIf | x86::flag::kIopl | x86::flag::kRf |
                                          x86::flag::kVm | x86::flag::kVif | x86::flag::kVip;
/// The bit of IA32_APIC_BASE that switches the local APIC on (SDM volume 3, section 11.4.4).
inline constexpr u32 kLabX86ApicEnable = 1u << 11;

/// A full state of the machine. In a valid one the CPU is in protected mode, privilege level 3 has
/// IOPL 0, no two pages lie in one frame, and nothing is cached while paging is off.
struct LabX86State {
  x86::State cpu;
  std::array<LabPage, kLabPages> pages{};
  std::array<u8, kLabFrames> contents{};  ///< which of kLabFrames fixed pictures each frame holds
  u64 time = 0;                           ///< what the time-stamp counter reads
  bool operator==(const LabX86State&) const = default;

  bool supervisor() const { return cpu.cpl == 0; }
  bool user() const { return cpu.user(); }
  bool paging() const { return cpu.paging(); }
};
/// Flat segments of a level, the first set of tables, all else zero or as after a reset.
x86::State lab_x86_plain_cpu(u32 level);
/// CR3 for page tables in frame `frame` and the one behind it, below kLabTableFrames - 1.
u32 lab_x86_cr3(u32 frame);

/// The bytes of one instruction.
struct LabX86Code {
  std::array<u8, 15> bytes{};
  u8 length = 0;
  bool operator==(const LabX86Code&) const = default;
};

/// What became of an instruction. One that calls a handler by itself (INT n) completes if that
/// handler is entered.
struct LabX86Outcome {
  bool completed = false;
  u8 vector = 0;            ///< of the exception, if it did not complete
  std::optional<u32> code;  ///< its error code, if it has one
  x86::State before, after;
  LabMap map_before{}, map_after{};
  std::vector<LabByte> written;  ///< by address
  bool operator==(const LabX86Outcome&) const = default;
};

/// An instruction: a row of isa/x86/table.hpp.
struct LabX86Instruction {
  std::string name;
  /// What the encodings of it begin with, prefix, opcode and the byte behind it: found by decoding
  /// all there are.
  std::vector<LabX86Code> openings;
};

/// What --isa calls it.
inline constexpr std::string_view kLabX86 = "x86";

class X86Laboratory {
 public:
  using State = LabX86State;
  using Code = LabX86Code;
  using Outcome = LabX86Outcome;
  using Instruction = LabX86Instruction;
  /// Whether the trap that says "not in this mode" may say other things as well.
  static constexpr bool kTrapsHaveManyCauses = true;
  /// States to draw for each instruction, and how many times over for one that needs more: most
  /// selectors are of no use to LSS.
  static constexpr u32 kTrials = 256, kPatience = 16;

  X86Laboratory();
  X86Laboratory(X86Laboratory&&) noexcept;
  ~X86Laboratory();

  const std::string& isa() const;
  const std::vector<LabX86Instruction>& instructions() const;

  /// Executes one instruction in a state.
  LabX86Outcome run(const LabX86State& state, const LabX86Code& code);
  /// Which of the map's pages the instruction accesses in a state: one bit for each.
  u32 accessed(const LabX86State& state, const LabX86Code& code);

  /// Name of the instruction that code begins with, empty if none; sets its length.
  static std::string_view decode(LabX86Code& code);
  std::string_view name_of(LabX86Code code) const { return decode(code); }
  /// The instruction as assembly text.
  std::string disassemble(const LabX86Code& code, u32 eip) const;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace ringside::session
