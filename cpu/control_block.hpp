// The control block: what a VMM tells hardware with non-root mode, and what it is told, as numbered words in
// host-physical memory (docs/control-block.md). It is the counterpart of Intel's VMCS and AMD's VMCB.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "cpu/state.hpp"
#include "mmu/memory.hpp"

namespace ringside::cpu {

/// What hardware assistance a machine offers beside non-root mode itself.
struct HardwareAssist {
  bool vmids = true;   ///< tags in the TLB; without them every entry and exit drops all translations
  u32 walk_cache = 0;  ///< entries of the page-walk cache (mmu/nested.hpp), 0 for none
  u32 nested_tlb = 0;  ///< entries of the nested TLB, 0 for none
  bool operator==(const HardwareAssist&) const = default;
};

/// What a field is for.
enum class FieldGroup : u8 {
  kHeader,
  kGuest,    ///< loaded at entry, stored at exit
  kHost,     ///< for a VMM that runs on this CPU itself: loaded at exit
  kControl,  ///< what makes the guest exit, and what it sees
  kEntry,    ///< an event to deliver at entry; the hardware clears it
  kExit,     ///< why the guest exited; read-only
};

// The fields in the order of their numbers: a field is the 32-bit word at four times its number. The CRs of
// the guest, their masks and their shadows stand in the order of their numbers in READ_CR.
//
// clang-format off
#define RINGSIDE_CONTROL_BLOCK(FIELD)                                                                              \
  FIELD(kRevision,        "revision",         kHeader,  "layout of the block: 1")                                  \
  FIELD(kGuestPc,         "guest_pc",         kGuest,   "PC")                                                      \
  FIELD(kGuestSr,         "guest_sr",         kGuest,   "status register")                                         \
  FIELD(kGuestTvec,       "guest_tvec",       kGuest,   "TVEC")                                                    \
  FIELD(kGuestEpc,        "guest_epc",        kGuest,   "EPC")                                                     \
  FIELD(kGuestCause,      "guest_cause",      kGuest,   "CAUSE")                                                   \
  FIELD(kGuestTval,       "guest_tval",       kGuest,   "TVAL")                                                    \
  FIELD(kGuestScratch,    "guest_scratch",    kGuest,   "SCRATCH")                                                 \
  FIELD(kGuestPtbr,       "guest_ptbr",       kGuest,   "PTBR: without nested paging it names host-physical tables") \
  FIELD(kGuestIpend,      "guest_ipend",      kGuest,   "IPEND")                                                   \
  FIELD(kGuestIenable,    "guest_ienable",    kGuest,   "IENABLE")                                                 \
  FIELD(kGuestTimecmp,    "guest_timecmp",    kGuest,   "TIMECMP")                                                 \
  FIELD(kGuestTimecmph,   "guest_timecmph",   kGuest,   "TIMECMPH")                                                \
  FIELD(kGuestCpuid,      "guest_cpuid",      kGuest,   "CPUID")                                                   \
  FIELD(kGuestActivity,   "guest_activity",   kGuest,   "0 runs, 1 waits as in WFI")                               \
  FIELD(kHostPc,          "host_pc",          kHost,    "PC of the VMM's exit handler")                            \
  FIELD(kHostSr,          "host_sr",          kHost,    "status register of the VMM")                              \
  FIELD(kHostPtbr,        "host_ptbr",        kHost,    "PTBR of the VMM")                                         \
  FIELD(kInstructionExits, "instruction_exits", kControl, "bit n: the system instruction with funct7 = n exits")   \
  FIELD(kCrReadExits,     "cr_read_exits",    kControl, "bit n: READ_CR of register n exits")                      \
  FIELD(kCrWriteExits,    "cr_write_exits",   kControl, "bit n: WRITE_CR of register n exits")                     \
  FIELD(kExceptionExits,  "exception_exits",  kControl, "bit n: the trap with cause n exits")                      \
  FIELD(kControls,        "controls",         kControl, "bit 0: interrupts of the host exit; bit 1: nested paging; bit 2: translations are tagged with vmid") \
  FIELD(kInterruptWindow, "interrupt_window", kControl, "exit when the guest could take one of these interrupts")  \
  FIELD(kNestedPtbr,      "nested_ptbr",      kControl, "root and shape of the nested tables, as a PTBR")          \
  FIELD(kVmid,            "vmid",             kControl, "VM identifier, 1 to 65535")                               \
  FIELD(kTimeOffset,      "time_offset",      kControl, "added to what RDCYC and RDCYCH read, low half")           \
  FIELD(kTimeOffsetHigh,  "time_offset_high", kControl, "high half")                                               \
  FIELD(kSrMask,          "sr_mask",          kControl, "bits of SR that are the VMM's: they read from the shadow, and a write that would change them there exits") \
  FIELD(kSrShadow,        "sr_shadow",        kControl, "what those bits read as")                                 \
  FIELD(kTvecMask,        "tvec_mask",        kControl, "the same for TVEC")                                       \
  FIELD(kEpcMask,         "epc_mask",         kControl, "EPC")                                                     \
  FIELD(kCauseMask,       "cause_mask",       kControl, "CAUSE")                                                   \
  FIELD(kTvalMask,        "tval_mask",        kControl, "TVAL")                                                    \
  FIELD(kScratchMask,     "scratch_mask",     kControl, "SCRATCH")                                                 \
  FIELD(kPtbrMask,        "ptbr_mask",        kControl, "PTBR")                                                    \
  FIELD(kIpendMask,       "ipend_mask",       kControl, "IPEND")                                                   \
  FIELD(kIenableMask,     "ienable_mask",     kControl, "IENABLE")                                                 \
  FIELD(kTimecmpMask,     "timecmp_mask",     kControl, "TIMECMP")                                                 \
  FIELD(kTimecmphMask,    "timecmph_mask",    kControl, "TIMECMPH")                                                \
  FIELD(kCpuidMask,       "cpuid_mask",       kControl, "CPUID")                                                   \
  FIELD(kTvecShadow,      "tvec_shadow",      kControl, "shadow of TVEC")                                          \
  FIELD(kEpcShadow,       "epc_shadow",       kControl, "EPC")                                                     \
  FIELD(kCauseShadow,     "cause_shadow",     kControl, "CAUSE")                                                   \
  FIELD(kTvalShadow,      "tval_shadow",      kControl, "TVAL")                                                    \
  FIELD(kScratchShadow,   "scratch_shadow",   kControl, "SCRATCH")                                                 \
  FIELD(kPtbrShadow,      "ptbr_shadow",      kControl, "PTBR")                                                    \
  FIELD(kIpendShadow,     "ipend_shadow",     kControl, "IPEND")                                                   \
  FIELD(kIenableShadow,   "ienable_shadow",   kControl, "IENABLE")                                                 \
  FIELD(kTimecmpShadow,   "timecmp_shadow",   kControl, "TIMECMP")                                                 \
  FIELD(kTimecmphShadow,  "timecmph_shadow",  kControl, "TIMECMPH")                                                \
  FIELD(kCpuidShadow,     "cpuid_shadow",     kControl, "CPUID")                                                   \
  FIELD(kEntryEvent,      "entry_event",      kEntry,   "1: deliver a trap or interrupt through the guest's vector") \
  FIELD(kEntryCause,      "entry_cause",      kEntry,   "its CAUSE")                                               \
  FIELD(kEntryTval,       "entry_tval",       kEntry,   "its TVAL")                                                \
  FIELD(kExitReason,      "exit_reason",      kExit,    "why the guest exited")                                    \
  FIELD(kExitQualification, "exit_qualification", kExit, "of a page fault or nested fault: what was done, and where in a walk") \
  FIELD(kExitGva,         "exit_gva",         kExit,    "guest-virtual address of a page fault or nested fault")   \
  FIELD(kExitGpa,         "exit_gpa",         kExit,    "guest-physical address of a nested fault, low half")      \
  FIELD(kExitGpaHigh,     "exit_gpa_high",    kExit,    "high half")                                               \
  FIELD(kExitInstruction, "exit_instruction", kExit,    "word of the instruction; 0 where none was fetched")       \
  FIELD(kExitCause,       "exit_cause",       kExit,    "CAUSE of an exception or interrupt")                      \
  FIELD(kExitTval,        "exit_tval",        kExit,    "TVAL of an exception")                                    \
  FIELD(kExitEvent,       "exit_event",       kExit,    "1: a trap was being delivered, and is to be delivered again") \
  FIELD(kExitEventCause,  "exit_event_cause", kExit,    "its CAUSE")                                               \
  FIELD(kExitEventTval,   "exit_event_tval",  kExit,    "its TVAL")                                                \
  FIELD(kFailedField,     "failed_field",     kExit,    "number of the field that failed the checks at entry")     \
  FIELD(kFailedValue,     "failed_value",     kExit,    "its value")
// clang-format on

/// A field by its number.
enum class Field : u16 {
#define RINGSIDE_ENUMERATOR(enumerator, ...) enumerator,
  RINGSIDE_CONTROL_BLOCK(RINGSIDE_ENUMERATOR)
#undef RINGSIDE_ENUMERATOR
};

struct FieldInfo {
  Field field;
  std::string_view name;
  FieldGroup group;
  std::string_view meaning;
};

#define RINGSIDE_INFO(enumerator, name, group, meaning) \
  FieldInfo{Field::enumerator, name, FieldGroup::group, meaning},
inline constexpr auto kFields = std::to_array<FieldInfo>({RINGSIDE_CONTROL_BLOCK(RINGSIDE_INFO)});
#undef RINGSIDE_INFO
inline constexpr u32 kFieldCount = static_cast<u32>(kFields.size());

constexpr u32 number_of(Field field) {
  return static_cast<u32>(field);
}
constexpr const FieldInfo& info_of(Field field) {
  return kFields[number_of(field)];
}
/// The field that stands `offset` numbers behind another: those of the CRs follow each other.
constexpr Field field_after(Field first, u32 offset) {
  return static_cast<Field>(number_of(first) + offset);
}
constexpr Field guest_field(Cr which) {
  return field_after(Field::kGuestTvec, static_cast<u32>(which));
}
static_assert(guest_field(Cr::kCpuid) == Field::kGuestCpuid);
static_assert(field_after(Field::kTvecMask, 10) == Field::kCpuidMask);
static_assert(field_after(Field::kTvecShadow, 10) == Field::kCpuidShadow);

inline constexpr u32 kControlBlockRevision = 1;

/// Bits of Field::kControls.
namespace control {
inline constexpr u32 kInterruptExits = 1, kNestedPaging = 2, kUseVmid = 4;
inline constexpr u32 kAll = 7;
}  // namespace control

/// Bit of a system instruction in Field::kInstructionExits: its funct7.
constexpr u32 instruction_bit(std::string_view name) {
  constexpr std::string_view kNames[] = {"read_sr",    "write_sr", "read_ptbr", "probe",
                                         "tret",       "tlbinv",   "tlbinv_all", "wfi",
                                         "rdcyc",      "rdcych",   "hcall"};
  for (u32 bit = 0; bit < std::size(kNames); ++bit)
    if (kNames[bit] == name) return 1u << bit;
  return 0;
}
inline constexpr u32 kInstructionBits = 0x7ff;
inline constexpr u32 kCrBits = (1u << zisa::kCrCount) - 1;

/// Values of Field::kExitReason.
enum class ExitReason : u32 {
  kInstruction = 0,
  kPageFault = 1,
  kNestedFault = 2,
  kHypercall = 4,
  kException = 5,
  kInterrupt = 6,
  kInterruptWindow = 7,
  kHalt = 8,
  kEntryFailure = 9,
};

/// Field::kExitQualification of page faults and nested faults. Bits 0-1: what the instruction wanted to do; bits
/// 2-3: what the walker wanted to do at the guest-physical address; bits 8-15: the entry of the guest's
/// walk, root first, 0xff for the access itself.
namespace qualification {
inline constexpr u32 kFetch = 0, kLoad = 1, kStore = 2;  // as Access
inline constexpr u32 kProbe = 3;
constexpr u32 make(u32 wanted, Access there, u8 reference) {
  return wanted | static_cast<u32>(there) << 2 | u32{reference} << 8;
}
constexpr u32 wanted(u32 value) { return value & 3; }
constexpr Access there(u32 value) { return static_cast<Access>(value >> 2 & 3); }
constexpr u8 reference(u32 value) { return static_cast<u8>(value >> 8); }
}  // namespace qualification

/// One control block in simulated memory.
class ControlBlock {
 public:
  /// `at` is the first byte of a page of RAM.
  ControlBlock(mmu::Memory& memory, Hpa at) : memory_(&memory), at_(at) {}

  u32 read(Field field) const { return memory_->read<u32>(place(field)); }
  /// Most fields hold the value already, exit after exit: a write that changes nothing is none.
  void write(Field field, u32 value) {
    if (read(field) != value) memory_->write<u32>(place(field), value);
  }
  Hpa place(Field field) const { return at_ + 4 * u64{number_of(field)}; }

  /// Sets all fields as they are when nothing was said: a guest in the state of reset that never exits for
  /// its instructions.
  void clear();
  /// The guest's PC, SR, CRs and activity.
  void load_guest(ArchState& state) const;
  void store_guest(const ArchState& state);

 private:
  mmu::Memory* memory_;
  Hpa at_;
};

/// A field that breaks a rule, so that the guest cannot be entered.
struct EntryFault {
  Field field;
  u32 value;
  std::string_view rule;
  /// "control block: guest_sr = 0x1000: has bits that SR has not".
  std::string text() const;
};

/// Checks all fields that an entry uses, in the order of their numbers.
std::optional<EntryFault> check_entry(const ControlBlock& block, const mmu::Memory& memory,
                                      const HardwareAssist& assist);

/// The table of fields for the manual (docs/control-block.md).
std::string field_table();

}  // namespace ringside::cpu
