// The cost parameters: one row each. The enum, the keys of the JSON models, the ranges that are
// checked and the printed tables all come from these rows.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>

#include "base/types.hpp"

namespace ringside::cost {

/// What the value of a parameter counts.
enum class Unit : u8 { kCycles, kKilohertz };

constexpr std::string_view unit_name(Unit unit) {
  return unit == Unit::kCycles ? "cycles" : "kHz";
}

// A parameter is the price of something primitive. A composite (a system call under binary
// translation, say) has to come out of the simulation and may not stand here.
//
// `owner` is the folder whose code charges the row, or reads it where it is not a charge; a test
// fails on a row whose owner exists and that no source uses. Rows that begin with vmm_ are what
// the VMM's software takes, the others are the hardware's (strategies' rows say which).
//
// clang-format off
#define RINGSIDE_COST_PARAMETERS(ROW)                                                               \
  /*  enumerator         unit        min         max  owner                                      */ \
  ROW(kFrequencyKhz,     kKilohertz,   1,  100000000, "session",                                    \
      "clock frequency of the machine",                                                             \
      "not charged: turns cycles into seconds and stands in the boot information")                  \
  ROW(kInsn,             kCycles,      1,       1000, "cpu",                                        \
      "any instruction",                                                                            \
      "each instruction that completes on the simulated CPU; one that traps pays the trap alone")   \
  ROW(kDataAccess,       kCycles,      0,    1000000, "cpu",                                        \
      "extra of a load or store, its translation known",                                            \
      "each access to RAM by a load, store or atomic")                                              \
  ROW(kMisaligned,       kCycles,      0,    1000000, "cpu",                                        \
      "extra of a load or store that is not aligned to its size",                                   \
      "each such access, on top of data_access")                                                    \
  ROW(kMultiply,         kCycles,      0,    1000000, "cpu",                                        \
      "extra of a multiplication",                                                                  \
      "MUL and its three high halves")                                                              \
  ROW(kDivide,           kCycles,      0,    1000000, "cpu",                                        \
      "extra of a division or remainder",                                                           \
      "DIV, DIVU, REM and REMU")                                                                    \
  ROW(kIndirectJump,     kCycles,      0,    1000000, "cpu",                                        \
      "extra of a jump whose target is in a register",                                              \
      "each JALR, returns included")                                                                \
  ROW(kSystemRegister,   kCycles,      0,    1000000, "cpu",                                        \
      "extra of reading or writing SR or a control register, or reading the cycle counter",         \
      "READ_SR, WRITE_SR, READ_PTBR, READ_CR, WRITE_CR, RDCYC, RDCYCH where the CPU runs them")     \
  ROW(kDeviceAccess,     kCycles,      0,   10000000, "cpu",                                        \
      "extra of a load or store that reaches a device on the bus, in place of data_access",         \
      "each such access that the hardware itself serves (a guest's go to the VMM instead)")         \
  ROW(kWalkReference,    kCycles,      0,    1000000, "mmu",                                        \
      "one memory reference of a page walk, of the same kind as data_access",                       \
      "each table entry that the hardware walker reads")                                            \
  ROW(kTlbInvalidate,    kCycles,      0,    1000000, "cpu",                                        \
      "dropping translations, one or all",                                                          \
      "TLBINV, TLBINV_ALL and a write of PTBR where the CPU runs them")                             \
  ROW(kTrapSyscall,      kCycles,      0,   10000000, "cpu",                                        \
      "hardware entry of a trap that an instruction asks for",                                      \
      "ECALL, EBREAK and HCALL")                                                                    \
  ROW(kTrapFault,        kCycles,      0,   10000000, "cpu",                                        \
      "hardware entry of an exception",                                                             \
      "faults, page faults, illegal instructions, privileged instructions in user mode")            \
  ROW(kTrapInterrupt,    kCycles,      0,   10000000, "cpu",                                        \
      "hardware entry of an interrupt",                                                             \
      "each interrupt taken")                                                                       \
  ROW(kTrapReturn,       kCycles,      0,   10000000, "cpu",                                        \
      "hardware return from a trap",                                                                \
      "TRET where the CPU runs it, and the VMM's return to a de-privileged guest")                  \
  ROW(kDiskLatency,      kCycles,      0, 1000000000, "session",                                    \
      "time from a disk command to its DMA; a duration, that of any drive",                         \
      "not charged: added to the time of the command; in virtual time it counts instructions")      \
  ROW(kVmmDispatch,      kCycles,      0,   10000000, "vmm",                                        \
      "the VMM saves what it must and finds the handler of an exit",                                \
      "each exit, once")                                                                            \
  ROW(kVmmDecode,        kCycles,      0,   10000000, "vmm",                                        \
      "the VMM decodes one guest instruction",                                                      \
      "each decode by the VMM")                                                                     \
  ROW(kVmmEmulate,       kCycles,      0,   10000000, "vmm",                                        \
      "the VMM emulates one privileged instruction on the virtual state",                           \
      "each privileged instruction emulated")                                                       \
  ROW(kVmmMemory,        kCycles,      0,   10000000, "vmm",                                        \
      "the VMM emulates the access of one memory instruction: checks, registers, dispatch",         \
      "each load or store emulated, to a device or a traced page")                                  \
  ROW(kVmmReference,     kCycles,      0,   10000000, "vmm",                                        \
      "the VMM reads or writes one word of guest memory or of its own tables",                      \
      "each such word, those of a software page walk included")                                     \
  ROW(kVmmMap,           kCycles,      0,   10000000, "vmm",                                        \
      "the VMM installs one shadow entry",                                                          \
      "each entry filled")                                                                          \
  ROW(kVmmUnmap,         kCycles,      0,   10000000, "vmm",                                        \
      "the VMM drops one shadow entry",                                                             \
      "each entry dropped")                                                                         \
  ROW(kVmmProtect,       kCycles,      0,   10000000, "vmm",                                        \
      "the VMM write-protects or traces one page, or ends that",                                    \
      "each page")                                                                                  \
  ROW(kVmmInject,        kCycles,      0,   10000000, "vmm",                                        \
      "the VMM delivers one trap or interrupt to the guest's virtual state",                        \
      "each event injected")                                                                        \
  ROW(kVmmSwitch,        kCycles,      0,   10000000, "vmm",                                        \
      "the VMM chooses another shadow root, or another world, and loads it",                        \
      "each virtual change of mode, of paging or of address space")                                 \
  ROW(kVmExit,           kCycles,      0,   10000000, "cpu",                                        \
      "hardware transition out of non-root mode",                                                   \
      "each exit but those of vm_exit_page_fault")                                                  \
  ROW(kVmExitPageFault,  kCycles,      0,   10000000, "cpu",                                        \
      "the same for a page fault or nested fault",                                                  \
      "each such exit")                                                                             \
  ROW(kVmEntry,          kCycles,      0,   10000000, "cpu",                                        \
      "hardware transition into non-root mode",                                                     \
      "each entry")                                                                                 \
  ROW(kVmread,           kCycles,      0,   10000000, "vmm",                                        \
      "reading one field of the control block",                                                     \
      "each field read")                                                                            \
  ROW(kVmwrite,          kCycles,      0,   10000000, "vmm",                                        \
      "writing one field of the control block",                                                     \
      "each field written")                                                                         \
  ROW(kHvmHandler,       kCycles,      0,   10000000, "strategies/hvm",                             \
      "further software per exit that a VMM with hardware assistance runs",                         \
      "each exit, beside vmm_dispatch")                                                             \
  ROW(kCalloutFull,      kCycles,      0,   10000000, "vmm",                                        \
      "a call from translated code to the VMM with all state saved, the simple emulation included", \
      "each full call-out")                                                                         \
  ROW(kCalloutLight,     kCycles,      0,   10000000, "vmm",                                        \
      "a call from translated code to a routine of the VMM that saves little",                      \
      "each light call-out")                                                                        \
  ROW(kCalloutJoin,      kCycles,      0,   10000000, "vmm",                                        \
      "an operation that goes on in the call-out of the one before it",                             \
      "each further operation of a coalesced call-out, in place of a call-out of its own")          \
  ROW(kTcHash,           kCycles,      0,   10000000, "cpu",                                        \
      "finding the translation of a computed jump's target",                                        \
      "each hashed jump, beside indirect_jump")                                                      \
  ROW(kTranslateInsn,    kCycles,      0,   10000000, "vmm",                                        \
      "translating one guest instruction",                                                          \
      "each instruction of each unit translated")                                                   \
  ROW(kHypercallEntry,   kCycles,      0,   10000000, "vmm",                                        \
      "software entry of a hypercall, beside the trap: registers saved, service found",             \
      "each hypercall, in place of vmm_dispatch")                                                   \
  ROW(kHypercallReturn,  kCycles,      0,   10000000, "strategies/paravirt",                        \
      "software return of a hypercall: pending events looked at, registers loaded",                 \
      "each hypercall")                                                                             \
  ROW(kPvValidate,       kCycles,      0,   10000000, "strategies/paravirt",                        \
      "validating one page-table update against types and owners of pages",                         \
      "each update")                                                                                \
  ROW(kWorldSwitch,      kCycles,      0,  100000000, "vmm/crossing",                               \
      "round trip from a hosted VMM to its host or to a user process and back",                     \
      "each crossing to a device model that lives outside of the VMM")                              \
  ROW(kIdleCycle,        kCycles,      1,          1, "cost",                                        \
      "a cycle in which nothing runs; always 1, no model may set it",                               \
      "by the ledger, for the time until the next event")
// clang-format on

/// A cost parameter: names a row.
enum class Param : u8 {
#define RINGSIDE_ENUMERATOR(name, ...) name,
  RINGSIDE_COST_PARAMETERS(RINGSIDE_ENUMERATOR)
#undef RINGSIDE_ENUMERATOR
};

namespace detail {
#define RINGSIDE_ONE(...) +1
inline constexpr std::size_t kRows = 0 RINGSIDE_COST_PARAMETERS(RINGSIDE_ONE);
#undef RINGSIDE_ONE

/// The key of a row in JSON, made from its enumerator: kTrapSyscall gives trap_syscall.
struct Key {
  std::array<char, 32> text{};
  std::size_t size = 0;

  constexpr explicit Key(std::string_view enumerator = "k") {
    for (char c : enumerator.substr(1)) {
      const bool upper = c >= 'A' && c <= 'Z';
      if (upper && size != 0) text[size++] = '_';
      text[size++] = upper ? static_cast<char>(c - 'A' + 'a') : c;
    }
  }
};

#define RINGSIDE_KEY(name, ...) Key{#name},
inline constexpr std::array<Key, kRows> kKeys{RINGSIDE_COST_PARAMETERS(RINGSIDE_KEY)};
#undef RINGSIDE_KEY
}  // namespace detail

inline constexpr std::size_t kParams = detail::kRows;

constexpr std::size_t index(Param param) {
  return static_cast<std::size_t>(param);
}

/// One row of the table above.
struct Row {
  Param param;
  Unit unit;
  u64 min, max;              ///< legal values, both included
  std::string_view owner;    ///< folder whose code charges it
  std::string_view meaning;  ///< what it stands for
  std::string_view charged;  ///< when it is charged

  /// Its key in a model's JSON.
  constexpr std::string_view key() const {
    const auto& made = detail::kKeys[index(param)];
    return {made.text.data(), made.size};
  }
  /// Whether the value is a law of the simulator rather than a property of a machine.
  constexpr bool fixed() const { return param == Param::kIdleCycle; }
};

#define RINGSIDE_ROW(name, unit, min, max, owner, meaning, charged) \
  Row{Param::name, Unit::unit, min, max, owner, meaning, charged},
inline constexpr std::array<Row, kParams> kRows{RINGSIDE_COST_PARAMETERS(RINGSIDE_ROW)};
#undef RINGSIDE_ROW

constexpr const Row& row(Param param) {
  return kRows[index(param)];
}

/// The parameter with this key, if there is one.
constexpr std::optional<Param> find_parameter(std::string_view key) {
  for (const Row& each : kRows)
    if (each.key() == key) return each.param;
  return std::nullopt;
}

static_assert(row(Param::kVmExitPageFault).key() == "vm_exit_page_fault");

}  // namespace ringside::cost
