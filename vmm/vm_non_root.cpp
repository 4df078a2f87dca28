// Vm for a guest in non-root mode: the control block takes the place of the virtual state, of which the VMM
// keeps what it knows.
#include "vmm/vm.hpp"

namespace ringside::vmm {

using cpu::Field;
using cost::Param;

namespace {

// The part of a state that a field of the guest's state stands for.
u32& part(ArchState& state, Field field) {
  if (field == Field::kGuestPc) return state.pc;
  if (field == Field::kGuestSr) return state.sr;
  return state.cr[number_of(field) - number_of(Field::kGuestTvec)];
}

bool is_guest_register(Field field) {
  return field >= Field::kGuestPc && field <= Field::kGuestCpuid;
}

}  // namespace

u32 Vm::read_field(Field field) {
  work(Param::kVmread);
  return block().read(field);
}

void Vm::write_field(Field field, u32 value) {
  work(Param::kVmwrite);
  if (info_of(field).group == cpu::FieldGroup::kExit) return;  // read-only
  block().write(field, value);
  if (is_guest_register(field)) part(s_.assisted.known, field) = value;
  if (field == Field::kSrMask || field == Field::kSrShadow) show_masked_status(s_.vcpu.virt);
}

// Bits of SR under the mask are the VMM's own, who knows them by the shadow.
void Vm::show_masked_status(ArchState& virt) const {
  const u32 mask = block().read(Field::kSrMask);
  virt.sr = (virt.sr & ~mask) | (block().read(Field::kSrShadow) & mask);
}

void Vm::fetch(std::initializer_list<Field> fields) {
  ArchState& virt = s_.vcpu.virt;
  for (const Field field : fields) {
    const u64 bit = u64{1} << number_of(field);
    if (!is_guest_register(field) || s_.assisted.fetched & bit) continue;
    s_.assisted.fetched |= bit;
    part(virt, field) = part(s_.assisted.known, field) = read_field(field);
    if (field == Field::kGuestSr) show_masked_status(virt);
  }
}

void Vm::inject_again(const Trap& event) {
  write_field(Field::kEntryEvent, 1);
  write_field(Field::kEntryCause, static_cast<u32>(event.cause));
  write_field(Field::kEntryTval, event.tval);
  s_.vcpu.virt.waiting = false;
}

void Vm::complete_delivery(const Trap& event) {
  fetch({Field::kGuestPc, Field::kGuestSr, Field::kGuestTvec});
  ArchState& virt = s_.vcpu.virt;
  cpu::enter_trap(virt, event);
  write_field(Field::kGuestEpc, virt.control(Cr::kEpc));
  write_field(Field::kGuestCause, virt.control(Cr::kCause));
  write_field(Field::kGuestTval, virt.control(Cr::kTval));
  write_field(Field::kGuestPc, virt.pc);
  store_status();
}

bool Vm::map_nested(Gpa gpa, mmu::Rights rights) {
  work(Param::kVmmMap);
  if (!is_ram(gpa.page_base(), kPageSize)) return false;
  const Gva at{static_cast<u32>(gpa.page_base().v)};
  return s_.shadow.map(host_.memory, s_.assisted.nested_root, at, host_of(gpa).page(), rights);
}

// --- entering ---

// IPEND is the VMM's own record of lines. With shadow paging so is PTBR: the real one names a shadow root.
void Vm::store_guest() {
  ArchState& virt = s_.vcpu.virt;
  ArchState& known = s_.assisted.known;
  if (virt.pc != known.pc) write_field(Field::kGuestPc, virt.pc);
  store_status();
  for (u32 i = 0; i < zisa::kCrCount; ++i) {
    const Cr which = static_cast<Cr>(i);
    if (which == Cr::kIpend || (which == Cr::kPtbr && !s_.assisted.nested)) continue;
    if (virt.cr[i] != known.cr[i]) write_field(cpu::guest_field(which), virt.cr[i]);
  }
  if (virt.waiting != known.waiting) write_field(Field::kGuestActivity, virt.waiting);
  known.waiting = virt.waiting;
}

void Vm::store_status() {
  const ArchState& virt = s_.vcpu.virt;
  const u32 mask = block().read(Field::kSrMask), shadow = block().read(Field::kSrShadow);
  const u32 real = (virt.sr & ~mask) | (s_.assisted.known.sr & mask);
  if (real != s_.assisted.known.sr) write_field(Field::kGuestSr, real);
  if ((virt.sr ^ shadow) & mask) write_field(Field::kSrShadow, virt.sr & mask);
}

std::optional<cpu::EntryFault> Vm::enter_non_root() {
  store_guest();
  known_page_.reset();
  ArchState& real = host_.cpu.state;
  const ArchState& virt = s_.vcpu.virt;
  real.x = virt.x;
  real.reserved = virt.reserved;
  real.reservation = virt.reservation;
  return host_.cpu.enter_non_root(s_.assisted.block);
}

// --- what the simulator knows ---

ArchState Vm::assisted_state() const {
  ArchState state = host_.cpu.state;
  const cpu::NonRoot& non_root = host_.cpu.non_root;
  state.sr = non_root.visible_sr(state.sr);
  for (u32 i = 0; i < zisa::kCrCount; ++i) state.cr[i] = non_root.visible_cr(i, state.cr[i]);
  if (!s_.assisted.nested) state.control(Cr::kPtbr) = s_.vcpu.virt.control(Cr::kPtbr);
  state.control(Cr::kIpend) = s_.vcpu.virt.control(Cr::kIpend);
  state.waiting = s_.vcpu.virt.waiting;
  return state;
}

void Vm::raise_lines(bool timer) {
  cpu::Cpu& cpu = host_.cpu;
  const u32 own = timer ? interrupt_bit(Cause::kTimerInterrupt) : 0;
  u32& pending = cpu.state.control(Cr::kIpend);
  if (!non_root()) {
    pending = (deprivileged() ? host_interrupts() : lines()) | own;
    return;
  }
  cpu.non_root.host_pending = host_interrupts() | own;
  if (!cpu.non_root.controls.interrupt_exits) pending = lines();
}

Exit Vm::non_root_exit() const {
  static_assert(std::is_same_v<std::variant_alternative_t<2, Exit>, NestedFault>);
  const cpu::ExitInfo& info = host_.cpu.non_root.exit;
  using enum cpu::ExitReason;
  namespace q = cpu::qualification;
  switch (info.reason) {
    case kInstruction: return PrivilegedInstruction{info.instruction, info.row};
    case kPageFault: return PageFault{{info.gva}, q::there(info.qualification)};
    case kNestedFault:
      return NestedFault{{info.gpa}, q::there(info.qualification),
                         q::reference(info.qualification) != mmu::NestedMiss::kAccessItself};
    case kHypercall: return Hypercall{info.instruction};
    case kException: return Exception{info.trap.cause, info.trap.tval};
    case kInterrupt: return Interrupt{info.trap.cause};
    case kInterruptWindow: return InterruptWindow{};
    case kHalt: return Halt{};
    case kEntryFailure: break;
  }
  const auto cb = block();
  return EntryFailure{cb.read(Field::kFailedField), cb.read(Field::kFailedValue)};
}

mmu::NestedWalk Vm::look_nested(Gva gva, std::vector<mmu::NestedStep>& trail) const {
  const ArchState state = guest_state();
  const mmu::NestedPaging paging{true, s_.shadow.ptbr(s_.assisted.nested_root)};
  mmu::NestedTables tables(host_.memory, paging, nullptr, &trail);
  return mmu::nested_walk(tables, state.control(Cr::kPtbr), state.paging(), state.supervisor(), gva,
                          Access::kLoad, mmu::Purpose::kLook);
}

}  // namespace ringside::vmm
