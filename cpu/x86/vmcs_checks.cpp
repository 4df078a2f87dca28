// What a VM entry checks (SDM volume 3, sections 27.2.1 and 27.3.1), each rule with the field that breaks it.
#include "cpu/x86/descriptor.hpp"
#include "cpu/x86/trap.hpp"
#include "cpu/x86/vmcs.hpp"
#include "cpu/x86/vmx_event.hpp"
#include "mmu/x86/nested.hpp"

namespace ringside::x86 {

namespace {

constexpr std::string_view kReserved = "has bits that this CPU does not have";

class Checks {
 public:
  Checks(const Vmcs& vmcs, const mmu::Memory& memory, const CpuModel& model, const HardwareAssist& assist)
      : vmcs_(vmcs), memory_(memory), model_(model), assist_(assist) {}

  std::optional<EntryFault> run() {
    execution_controls();
    addresses();
    event();
    in_guest_state_ = true;
    control_registers();
    segments();
    flags_and_activity();
    return fault_;
  }

 private:
  u64 at(Field field) const { return vmcs_.read(field); }
  void demand(Field field, bool holds, std::string_view rule) {
    if (!holds && !fault_) fault_ = EntryFault{field, at(field), rule, in_guest_state_};
  }
  void demand_bits(Field field, u64 allowed, std::string_view rule = kReserved) {
    demand(field, (at(field) & ~allowed) == 0, rule);
  }
  bool primary_has(u64 bit) const { return at(Field::kPrimaryControls) & bit; }
  bool secondary_has(u64 bit) const {
    return primary_has(primary::kSecondary) && at(Field::kSecondaryControls) & bit;
  }
  bool unrestricted() const { return secondary_has(secondary::kUnrestrictedGuest); }

  void execution_controls() {
    const u64 pins = at(Field::kPinControls);
    demand_bits(Field::kPinControls, pin::kAll);
    demand(Field::kPinControls, pins & pin::kNmiExiting || !(pins & pin::kVirtualNmis),
           "has virtual NMIs without NMI exiting");
    demand_bits(Field::kPrimaryControls, primary::kAll);
    demand(Field::kPrimaryControls, pins & pin::kVirtualNmis || !primary_has(primary::kNmiWindow),
           "has NMI-window exiting without virtual NMIs");
    demand_bits(Field::kExitControls, 0);
    demand_bits(Field::kEntryControls, 0);
    demand(Field::kCr3TargetCount, at(Field::kCr3TargetCount) <= 4, "is more than 4");
    if (!primary_has(primary::kSecondary)) return;
    demand_bits(Field::kSecondaryControls, secondary::kAll);
    demand(Field::kSecondaryControls, secondary_has(secondary::kEpt) || !unrestricted(),
           "has an unrestricted guest without EPT");
    demand(Field::kSecondaryControls, assist_.vpids || !secondary_has(secondary::kVpid),
           "has VPIDs, and this CPU has none");
    if (secondary_has(secondary::kVpid)) demand(Field::kVpid, at(Field::kVpid) != 0, "is 0");
  }

  void demand_page(Field field, bool used) {
    if (!used) return;
    demand(field, at(field) % kPageSize == 0, "is not the address of a page");
    demand(field, memory_.contains({at(field)}, kPageSize), "does not lie in RAM");
  }

  void addresses() {
    demand_page(Field::kIoBitmapA, primary_has(primary::kIoBitmaps));
    demand_page(Field::kIoBitmapB, primary_has(primary::kIoBitmaps));
    demand_page(Field::kMsrBitmaps, primary_has(primary::kMsrBitmaps));
    if (!secondary_has(secondary::kEpt)) return;
    const u64 pointer = at(Field::kEptPointer);
    demand(Field::kEptPointer, eptp::valid(pointer), "is no EPT pointer of a walk of four levels");
    demand(Field::kEptPointer, memory_.contains({pointer & eptp::kFrame}, kPageSize), "does not lie in RAM");
  }

  // SDM volume 3, section 27.2.1.3.
  void event() {
    constexpr Field kInfo = Field::kEntryInterruption;
    const u32 info = static_cast<u32>(at(kInfo));
    if (!(info & event_info::kValid)) return;
    const u32 type = event_info::type(info), vector = event_info::vector(info);
    const bool hardware = type == event_info::kHardwareException;
    demand_bits(kInfo, event_info::kAll, "has reserved bits");
    demand(kInfo, type != event_info::kReserved && type != event_info::kOther, "is no type of event");
    demand(kInfo, type != event_info::kNmiType || vector == kNmi, "is an NMI with another vector than 2");
    demand(kInfo, !hardware || vector <= 31, "is an exception with a vector above 31");
    const bool pushes = hardware && has_error_code(static_cast<u8>(vector)) && at(Field::kGuestCr0) & cr0::kPe;
    demand(kInfo, pushes == ((info & event_info::kHasCode) != 0), "does not deliver an error code as its vector does");
    if (info & event_info::kHasCode) demand_bits(Field::kEntryErrorCode, 0xffff, "has more than 16 bits");
    const u64 length = at(Field::kEntryInstructionLength);
    if (event_info::by_instruction(type))
      demand(Field::kEntryInstructionLength, length >= 1 && length <= kMaxLength, "is no length of an instruction");
  }

  void control_registers() {
    const u64 real = at(Field::kGuestCr0);
    demand_bits(Field::kGuestCr0, cr0::kAll);
    demand(Field::kGuestCr0, !(real & cr0::kPg) || real & cr0::kPe, "has PG without PE");
    demand(Field::kGuestCr0, !(real & cr0::kNw) || real & cr0::kCd, "has NW without CD");
    constexpr u64 kBoth = cr0::kPe | cr0::kPg;
    demand(Field::kGuestCr0, unrestricted() || (real & kBoth) == kBoth,
           "lacks PE or PG, and the guest is not unrestricted");
    demand_bits(Field::kGuestCr4, model_.cr4());
    demand(Field::kVmcsLinkPointer, at(Field::kVmcsLinkPointer) == ~u64{0}, "is not all ones");
  }

  void demand_segment(unsigned number) {
    const Field field = field_after(Field::kGuestEsRights, number);
    const u64 access = at(field);
    demand_bits(field, 0x1f0ff, "has reserved bits");
    if (access & rights::kUnusable) return;
    const bool system = number >= kSegs;
    demand(field, access & rights::kPresent, "is usable and not present");
    demand(field, ((access & rights::kS) == 0) == system, "is of the wrong kind, segment or system");
    const u64 limit = at(field_after(Field::kGuestEsLimit, number));
    demand(field, (limit & 0xfff) == 0xfff || !(access & rights::kGranular), "is granular with a limit that is not");
    demand(field, limit >> 20 == 0 || access & rights::kGranular, "is not granular with a limit from 1 MiB on");
    if (!system) demand(field, access & rights::kAccessed, "is usable and not accessed");
  }

  // CS and SS have to agree about the privilege level. TR is unusable on this CPU until it is loaded, so that here,
  // unlike on Intel's, an unusable one passes.
  void segments() {
    for (unsigned number = 0; number < kSegs + 2; ++number) demand_segment(number);
    const u64 cs = at(Field::kGuestCsRights), ss = at(Field::kGuestSsRights), tr = at(Field::kGuestTrRights);
    const u64 cpl = (ss & rights::kDpl) >> rights::kDplShift, dpl = (cs & rights::kDpl) >> rights::kDplShift;
    const bool code = cs & rights::kCode, conforming = code && cs & rights::kConforming;
    demand(Field::kGuestCsRights, code || unrestricted(), "is no code segment");
    if (code) demand(Field::kGuestCsRights, conforming ? dpl <= cpl : dpl == cpl, "has another DPL than SS");
    demand(Field::kGuestSsRights, at(Field::kGuestCr0) & cr0::kPe || cpl == 0, "has a DPL in real mode");
    demand(Field::kGuestTrRights, tr & rights::kUnusable || (tr & 3) == 3, "is no busy TSS");
    demand_bits(Field::kGuestGdtrLimit, 0xffff, "has more than 16 bits");
    demand_bits(Field::kGuestIdtrLimit, 0xffff, "has more than 16 bits");
  }

  void flags_and_activity() {
    const u64 flags = at(Field::kGuestRflags), blocked = at(Field::kGuestInterruptibility);
    const u64 info = at(Field::kEntryInterruption);
    const bool valid = info & event_info::kValid;
    const u32 type = event_info::type(static_cast<u32>(info));
    demand_bits(Field::kGuestRflags, flag::kAll | flag::kOne);
    demand(Field::kGuestRflags, flags & flag::kOne, "bit 1 is not set");
    demand(Field::kGuestRflags, at(Field::kGuestCr0) & cr0::kPe || !(flags & flag::kVm), "has VM in real mode");
    const bool interrupt = valid && type == event_info::kExternalInterrupt;
    demand(Field::kGuestRflags, !interrupt || flags & flag::kIf, "has IF clear, and an interrupt is to be delivered");
    demand(Field::kGuestActivity, at(Field::kGuestActivity) <= 1, "is neither active nor HLT");
    using namespace interruptibility;
    constexpr u64 kShadows = kBySti | kByMovSs;
    demand_bits(Field::kGuestInterruptibility, kShadows | kByNmi);
    demand(Field::kGuestInterruptibility, (blocked & kShadows) != kShadows, "has blocking by both STI and MOV SS");
    demand(Field::kGuestInterruptibility, flags & flag::kIf || !(blocked & kBySti), "has blocking by STI, and IF is clear");
    demand(Field::kGuestInterruptibility, !interrupt || !(blocked & kShadows),
           "blocks the interrupt that is to be delivered");
    const bool nmi = valid && type == event_info::kNmiType;
    demand(Field::kGuestInterruptibility, !nmi || !(blocked & (kByMovSs | kByNmi)),
           "blocks the NMI that is to be delivered");
  }

  const Vmcs& vmcs_;
  const mmu::Memory& memory_;
  const CpuModel& model_;
  const HardwareAssist& assist_;
  bool in_guest_state_ = false;
  std::optional<EntryFault> fault_;
};

}  // namespace

std::optional<EntryFault> check_entry(const Vmcs& vmcs, const mmu::Memory& memory, const CpuModel& model,
                                      const HardwareAssist& assist) {
  return Checks(vmcs, memory, model, assist).run();
}

}  // namespace ringside::x86
