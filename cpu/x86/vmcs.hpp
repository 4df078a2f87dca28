// The virtual-machine control structure: what a VMM tells the CPU about a guest in VMX non-root operation, and what it
// is told, as fields in a page of host-physical memory (docs/vmcs.md). Names and encodings are Intel's (SDM volume 3,
// chapter 25 and appendix B); what is left out stands in docs/vmcs.md.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "cpu/x86/model.hpp"
#include "cpu/x86/state.hpp"
#include "mmu/memory.hpp"

namespace ringside::x86 {

/// What a field is for (SDM volume 3, section 25.3).
enum class FieldGroup : u8 {
  kGuest,    ///< loaded by a VM entry, stored by a VM exit
  kControl,  ///< VM-execution, VM-exit and VM-entry controls
  kExit,     ///< VM-exit information: read-only
};

// clang-format off
#define RINGSIDE_VMCS(FIELD)                                                                                  \
  FIELD(kVpid,                   0x0000, kControl, "virtual-processor identifier (VPID)")                     \
  FIELD(kGuestEsSelector,        0x0800, kGuest,   "guest ES selector")                                       \
  FIELD(kGuestCsSelector,        0x0802, kGuest,   "guest CS selector")                                       \
  FIELD(kGuestSsSelector,        0x0804, kGuest,   "guest SS selector")                                       \
  FIELD(kGuestDsSelector,        0x0806, kGuest,   "guest DS selector")                                       \
  FIELD(kGuestFsSelector,        0x0808, kGuest,   "guest FS selector")                                       \
  FIELD(kGuestGsSelector,        0x080a, kGuest,   "guest GS selector")                                       \
  FIELD(kGuestLdtrSelector,      0x080c, kGuest,   "guest LDTR selector")                                     \
  FIELD(kGuestTrSelector,        0x080e, kGuest,   "guest TR selector")                                       \
  FIELD(kIoBitmapA,              0x2000, kControl, "address of I/O bitmap A")                                 \
  FIELD(kIoBitmapB,              0x2002, kControl, "address of I/O bitmap B")                                 \
  FIELD(kMsrBitmaps,             0x2004, kControl, "address of MSR bitmaps")                                  \
  FIELD(kTscOffset,              0x2010, kControl, "TSC offset")                                              \
  FIELD(kEptPointer,             0x201a, kControl, "EPT pointer (EPTP)")                                      \
  FIELD(kGuestPhysicalAddress,   0x2400, kExit,    "guest-physical address")                                  \
  FIELD(kVmcsLinkPointer,        0x2800, kGuest,   "VMCS link pointer")                                       \
  FIELD(kPinControls,            0x4000, kControl, "pin-based VM-execution controls")                         \
  FIELD(kPrimaryControls,        0x4002, kControl, "primary processor-based VM-execution controls")           \
  FIELD(kExceptionBitmap,        0x4004, kControl, "exception bitmap")                                        \
  FIELD(kPageFaultMask,          0x4006, kControl, "page-fault error-code mask")                              \
  FIELD(kPageFaultMatch,         0x4008, kControl, "page-fault error-code match")                             \
  FIELD(kCr3TargetCount,         0x400a, kControl, "CR3-target count")                                        \
  FIELD(kExitControls,           0x400c, kControl, "VM-exit controls")                                        \
  FIELD(kEntryControls,          0x4012, kControl, "VM-entry controls")                                       \
  FIELD(kEntryInterruption,      0x4016, kControl, "VM-entry interruption-information field")                 \
  FIELD(kEntryErrorCode,         0x4018, kControl, "VM-entry exception error code")                           \
  FIELD(kEntryInstructionLength, 0x401a, kControl, "VM-entry instruction length")                             \
  FIELD(kSecondaryControls,      0x401e, kControl, "secondary processor-based VM-execution controls")         \
  FIELD(kInstructionError,       0x4400, kExit,    "VM-instruction error field")                              \
  FIELD(kExitReason,             0x4402, kExit,    "exit reason")                                             \
  FIELD(kExitInterruption,       0x4404, kExit,    "VM-exit interruption information")                        \
  FIELD(kExitErrorCode,          0x4406, kExit,    "VM-exit interruption error code")                         \
  FIELD(kVectoring,              0x4408, kExit,    "IDT-vectoring information field")                         \
  FIELD(kVectoringErrorCode,     0x440a, kExit,    "IDT-vectoring error code")                                \
  FIELD(kExitInstructionLength,  0x440c, kExit,    "VM-exit instruction length")                              \
  FIELD(kGuestEsLimit,           0x4800, kGuest,   "guest ES limit")                                          \
  FIELD(kGuestCsLimit,           0x4802, kGuest,   "guest CS limit")                                          \
  FIELD(kGuestSsLimit,           0x4804, kGuest,   "guest SS limit")                                          \
  FIELD(kGuestDsLimit,           0x4806, kGuest,   "guest DS limit")                                          \
  FIELD(kGuestFsLimit,           0x4808, kGuest,   "guest FS limit")                                          \
  FIELD(kGuestGsLimit,           0x480a, kGuest,   "guest GS limit")                                          \
  FIELD(kGuestLdtrLimit,         0x480c, kGuest,   "guest LDTR limit")                                        \
  FIELD(kGuestTrLimit,           0x480e, kGuest,   "guest TR limit")                                          \
  FIELD(kGuestGdtrLimit,         0x4810, kGuest,   "guest GDTR limit")                                        \
  FIELD(kGuestIdtrLimit,         0x4812, kGuest,   "guest IDTR limit")                                        \
  FIELD(kGuestEsRights,          0x4814, kGuest,   "guest ES access rights")                                  \
  FIELD(kGuestCsRights,          0x4816, kGuest,   "guest CS access rights")                                  \
  FIELD(kGuestSsRights,          0x4818, kGuest,   "guest SS access rights")                                  \
  FIELD(kGuestDsRights,          0x481a, kGuest,   "guest DS access rights")                                  \
  FIELD(kGuestFsRights,          0x481c, kGuest,   "guest FS access rights")                                  \
  FIELD(kGuestGsRights,          0x481e, kGuest,   "guest GS access rights")                                  \
  FIELD(kGuestLdtrRights,        0x4820, kGuest,   "guest LDTR access rights")                                \
  FIELD(kGuestTrRights,          0x4822, kGuest,   "guest TR access rights")                                  \
  FIELD(kGuestInterruptibility,  0x4824, kGuest,   "guest interruptibility state")                            \
  FIELD(kGuestActivity,          0x4826, kGuest,   "guest activity state")                                    \
  FIELD(kGuestSysenterCs,        0x482a, kGuest,   "guest IA32_SYSENTER_CS")                                  \
  FIELD(kCr0Mask,                0x6000, kControl, "CR0 guest/host mask")                                     \
  FIELD(kCr4Mask,                0x6002, kControl, "CR4 guest/host mask")                                     \
  FIELD(kCr0Shadow,              0x6004, kControl, "CR0 read shadow")                                         \
  FIELD(kCr4Shadow,              0x6006, kControl, "CR4 read shadow")                                         \
  FIELD(kCr3Target0,             0x6008, kControl, "CR3-target value 0")                                      \
  FIELD(kCr3Target1,             0x600a, kControl, "CR3-target value 1")                                      \
  FIELD(kCr3Target2,             0x600c, kControl, "CR3-target value 2")                                      \
  FIELD(kCr3Target3,             0x600e, kControl, "CR3-target value 3")                                      \
  FIELD(kExitQualification,      0x6400, kExit,    "exit qualification")                                      \
  FIELD(kGuestLinearAddress,     0x640a, kExit,    "guest-linear address")                                    \
  FIELD(kGuestCr0,               0x6800, kGuest,   "guest CR0")                                               \
  FIELD(kGuestCr3,               0x6802, kGuest,   "guest CR3")                                               \
  FIELD(kGuestCr4,               0x6804, kGuest,   "guest CR4")                                               \
  FIELD(kGuestEsBase,            0x6806, kGuest,   "guest ES base")                                           \
  FIELD(kGuestCsBase,            0x6808, kGuest,   "guest CS base")                                           \
  FIELD(kGuestSsBase,            0x680a, kGuest,   "guest SS base")                                           \
  FIELD(kGuestDsBase,            0x680c, kGuest,   "guest DS base")                                           \
  FIELD(kGuestFsBase,            0x680e, kGuest,   "guest FS base")                                           \
  FIELD(kGuestGsBase,            0x6810, kGuest,   "guest GS base")                                           \
  FIELD(kGuestLdtrBase,          0x6812, kGuest,   "guest LDTR base")                                         \
  FIELD(kGuestTrBase,            0x6814, kGuest,   "guest TR base")                                           \
  FIELD(kGuestGdtrBase,          0x6816, kGuest,   "guest GDTR base")                                         \
  FIELD(kGuestIdtrBase,          0x6818, kGuest,   "guest IDTR base")                                         \
  FIELD(kGuestDr7,               0x681a, kGuest,   "guest DR7")                                               \
  FIELD(kGuestRsp,               0x681c, kGuest,   "guest RSP")                                               \
  FIELD(kGuestRip,               0x681e, kGuest,   "guest RIP")                                               \
  FIELD(kGuestRflags,            0x6820, kGuest,   "guest RFLAGS")                                            \
  FIELD(kGuestPendingDebug,      0x6822, kGuest,   "guest pending debug exceptions")                          \
  FIELD(kGuestSysenterEsp,       0x6824, kGuest,   "guest IA32_SYSENTER_ESP")                                 \
  FIELD(kGuestSysenterEip,       0x6826, kGuest,   "guest IA32_SYSENTER_EIP")
// clang-format on

/// A field; the value is its encoding: bits 14-13 width (16, 64, 32 bits, natural), 11-10 type, 9-1 index (SDM volume
/// 3, section 25.11.2). Natural width is 32 bits on this CPU.
enum class Field : u16 {
#define RINGSIDE_ENUMERATOR(enumerator, encoding, ...) enumerator = encoding,
  RINGSIDE_VMCS(RINGSIDE_ENUMERATOR)
#undef RINGSIDE_ENUMERATOR
};

struct FieldInfo {
  Field field;
  FieldGroup group;
  std::string_view name;
};

#define RINGSIDE_INFO(enumerator, encoding, group, name) FieldInfo{Field::enumerator, FieldGroup::group, name},
inline constexpr auto kFields = std::to_array<FieldInfo>({RINGSIDE_VMCS(RINGSIDE_INFO)});
#undef RINGSIDE_INFO

constexpr u32 encoding_of(Field field) { return static_cast<u32>(field); }
/// The field of another segment register, or target, than the first one: their encodings follow each other.
constexpr Field field_after(Field first, unsigned number) {
  return static_cast<Field>(encoding_of(first) + 2 * number);
}
/// Null for an encoding that there is not.
constexpr const FieldInfo* find_field(Field field) {
  for (const FieldInfo& each : kFields)
    if (each.field == field) return &each;
  return nullptr;
}
/// A small number for each field, for sets of them; below kFieldSlots.
inline constexpr unsigned kFieldSlots = 16 * 31;
constexpr unsigned slot_of(Field field) {
  const u32 code = encoding_of(field), group = (code >> 13 & 3) << 2 | (code >> 10 & 3);
  return group * 31 + (code >> 1 & 0x1ff);
}

/// Bits of the VM-execution, VM-exit and VM-entry controls that this CPU has (SDM volume 3, sections 25.6 to 25.8).
namespace pin {
inline constexpr u32 kExternalInterruptExiting = 1u << 0, kNmiExiting = 1u << 3, kVirtualNmis = 1u << 5;
inline constexpr u32 kAll = kExternalInterruptExiting | kNmiExiting | kVirtualNmis;
}  // namespace pin
namespace primary {
inline constexpr u32 kInterruptWindow = 1u << 2, kTscOffsetting = 1u << 3, kHltExiting = 1u << 7;
inline constexpr u32 kInvlpgExiting = 1u << 9, kRdtscExiting = 1u << 12;
inline constexpr u32 kCr3LoadExiting = 1u << 15, kCr3StoreExiting = 1u << 16, kNmiWindow = 1u << 22;
inline constexpr u32 kMovDrExiting = 1u << 23, kIoExiting = 1u << 24, kIoBitmaps = 1u << 25;
inline constexpr u32 kMsrBitmaps = 1u << 28, kSecondary = 1u << 31;
inline constexpr u32 kAll = kInterruptWindow | kTscOffsetting | kHltExiting | kInvlpgExiting | kRdtscExiting |
                            kCr3LoadExiting | kCr3StoreExiting | kNmiWindow | kMovDrExiting | kIoExiting |
                            kIoBitmaps | kMsrBitmaps | kSecondary;
}  // namespace primary
namespace secondary {
inline constexpr u32 kEpt = 1u << 1, kDescriptorTableExiting = 1u << 2, kVpid = 1u << 5, kWbinvdExiting = 1u << 6;
inline constexpr u32 kUnrestrictedGuest = 1u << 7;
inline constexpr u32 kAll = kEpt | kDescriptorTableExiting | kVpid | kWbinvdExiting | kUnrestrictedGuest;
}  // namespace secondary

/// Basic exit reasons (SDM volume 3, appendix C).
enum class ExitReason : u32 {
  kExceptionOrNmi = 0,
  kExternalInterrupt = 1,
  kTripleFault = 2,
  kInterruptWindow = 7,
  kNmiWindow = 8,
  kTaskSwitch = 9,
  kCpuid = 10,
  kHlt = 12,
  kInvd = 13,
  kInvlpg = 14,
  kRdtsc = 16,
  kVmcall = 18,
  kControlRegister = 28,
  kMovDr = 29,
  kIo = 30,
  kRdmsr = 31,
  kWrmsr = 32,
  kInvalidGuestState = 33,
  kGdtrIdtr = 46,
  kLdtrTr = 47,
  kEptViolation = 48,
  kEptMisconfiguration = 49,
  kWbinvd = 54,
};
/// Beside kInvalidGuestState in the field: the VM entry failed.
inline constexpr u32 kEntryFailed = 1u << 31;
/// In the VM-instruction error field (SDM volume 3, table 31-1): VM entry with invalid control fields.
inline constexpr u32 kInvalidControls = 7;

/// Bits of the guest interruptibility state (SDM volume 3, table 25-3).
namespace interruptibility {
inline constexpr u32 kBySti = 1u << 0, kByMovSs = 1u << 1, kByNmi = 1u << 3;
}

/// What hardware assistance a machine offers beside VMX itself.
struct HardwareAssist {
  bool vpids = true;   ///< tags in the TLB; without them every VM entry and exit drops all translations
  u32 walk_cache = 0;  ///< entries of the page-walk cache (mmu/nested.hpp), 0 for none
  u32 nested_tlb = 0;  ///< entries of the nested TLB, 0 for none
};

/// The fields of a guest's state that stand for parts of a State, in one order.
inline constexpr unsigned kGuestFields = 8 * 4 + 17;
struct FieldValue {
  Field field;
  u64 value;
};
std::array<FieldValue, kGuestFields> guest_fields(const State& state);

/// One VMCS in simulated memory.
class Vmcs {
 public:
  /// `at` is the first byte of a page of RAM.
  Vmcs(mmu::Memory& memory, Hpa at) : memory_(&memory), at_(at) {}

  u64 read(Field field) const { return memory_->read<u64>(place(field)); }
  /// The low half, which is all of a field that is not 64 bits wide.
  u32 read32(Field field) const { return static_cast<u32>(read(field)); }
  void write(Field field, u64 value) { memory_->write<u64>(place(field), value); }
  /// How a region is laid out is the implementation's (SDM volume 3, section 25.2): behind eight bytes of revision
  /// identifier and abort indicator a slot of eight bytes for each encoding.
  Hpa place(Field field) const { return at_ + 8 + 8 * u64{slot_of(field)}; }
  u32 revision() const { return memory_->read<u32>(at_); }

  /// Sets the revision, and all fields as they are when nothing was said: a guest in the state of reset.
  void clear();
  /// All of the guest's state but what a VMM saves itself: general registers without ESP, CR2, DR0 to DR6. A halted
  /// guest is in activity state 1.
  void load_guest(State& state) const;
  void store_guest(const State& state);

 private:
  mmu::Memory* memory_;
  Hpa at_;
};
inline constexpr u32 kVmcsRevision = 1;

/// A field that breaks a rule, so that the guest cannot be entered.
struct EntryFault {
  Field field;
  u64 value;
  std::string_view rule;
  bool guest_state;  ///< found while the guest's state was loaded: exit reason 33; else VM-instruction error 7
  /// "VMCS: guest RFLAGS (6820H) = 0x0: bit 1 is not set".
  std::string text() const;
};

/// Checks all fields that a VM entry uses (SDM volume 3, sections 27.2 and 27.3).
std::optional<EntryFault> check_entry(const Vmcs& vmcs, const mmu::Memory& memory, const CpuModel& model,
                                      const HardwareAssist& assist);

/// The table of fields for the manual (docs/vmcs.md).
std::string vmcs_field_table();

}  // namespace ringside::x86
