// Vm for a guest in VMX non-root operation: the VMCS takes the place of the virtual state, of which the VMM keeps what it
// knows.
#include <algorithm>

#include "cpu/x86/execute.hpp"
#include "cpu/x86/vmx_event.hpp"
#include "vmm/x86/virtual_environment.hpp"

namespace ringside::x86 {

using cost::Param;

// --- set-up ---

// The VMM's memory: a page for the VMCS, then the EPT or shadow tables.
bool Vm::run_non_root(bool nested) {
  const u64 own = vmm_memory();
  ram_host_ = region_ + own;
  host_.cpu.trap_to = cpu::TrapTo::kVector;
  s_.assisted = Assisted{};
  s_.assisted.on = true;
  s_.assisted.nested = nested;
  s_.assisted.vmcs = region_;
  s_.assisted.ept = EptMap(region_ + kPageSize, (own >> kPageShift) - 1);
  s_.assisted.a20 = s_.platform.a20();
  vmcs().clear();
  if (!nested) return use_shadow_from(region_ + kPageSize), true;
  return s_.assisted.ept.clear(host_.memory);
}

// --- fields ---

u64 Vm::read_field(Field field) {
  work(Param::kVmread);
  return vmcs().read(field);
}

void Vm::write_field(Field field, u64 value) {
  work(Param::kVmwrite);
  const FieldInfo* const info = find_field(field);
  if (!info || info->group == FieldGroup::kExit) return;  // read-only
  vmcs().write(field, value);
}

void Vm::fetch(std::initializer_list<Field> fields) {
  if (!non_root()) return;
  for (const Field field : fields) {
    if (s_.assisted.fetched.test(slot_of(field))) continue;
    s_.assisted.fetched.set(slot_of(field));
    work(Param::kVmread);
  }
}

// --- nested pages ---

Gpa Vm::on_bus(Gpa gpa) const {
  constexpr u64 kLine20 = u64{1} << 20;
  return s_.platform.a20() ? gpa : Gpa{gpa.v & ~kLine20};
}

bool Vm::map_nested(Gpa gpa, u64 rights) {
  work(Param::kVmmMap);
  const Gpa page = on_bus(gpa.page_base());
  if (!is_ram(page, kPageSize)) return false;
  return s_.assisted.ept.map(host_.memory, gpa.page_base(), host_of(page), rights);
}

// With address line 20 switched, every other megabyte is elsewhere.
void Vm::follow_a20() {
  if (std::exchange(s_.assisted.a20, s_.platform.a20()) == s_.platform.a20()) return;
  work(Param::kVmmUnmap, s_.assisted.ept.frames_used());
  s_.assisted.ept.clear(host_.memory);
  host_.cpu.mmu().tlb.drop_all_vms();
  work(Param::kTlbInvalidate);
}

// --- events ---

bool Vm::takes_interrupts() {
  fetch({Field::kGuestRflags, Field::kGuestInterruptibility});
  const State& virt = s_.vcpu.virt;
  return virt.eflags & flag::kIf && virt.shadow == Shadow::kNone && !virt.pending_debug;
}

bool Vm::takes_nmi() {
  fetch({Field::kGuestInterruptibility});
  const State& virt = s_.vcpu.virt;
  return !virt.nmi_blocked && virt.shadow == Shadow::kNone && !virt.pending_debug;
}

void Vm::block_nmi() { s_.vcpu.virt.nmi_blocked = true; }

bool Vm::deliver_interrupt() {
  if (!interrupt_pending() || ended() || nmi_comes_first() || !takes_interrupts()) return false;
  const u8 vector = s_.platform.acknowledge();
  accept_interrupts();
  inject({vector, false, 0, 0, Trap::Kind::kInterrupt, 0});
  return true;
}

// Where no window can be opened for an NMI the CPU holds it.
bool Vm::nmi_comes_first() {
  if (!deprivileged()) return false;
  if (s_.platform.apic().take_nmi()) host_.cpu.nmi_line = true;
  return host_.cpu.nmi_line && takes_nmi();
}

void Vm::accept_interrupts() {
  advance_devices();
  s_.assisted.interrupt_known = interrupt_pending();
}

// Such an exception counts as one of the guest's instructions.
void Vm::inject(const Trap& trap) {
  count_injection(trap);
  non_root() ? inject_again(trap) : reflect(trap);
}

// A trap that an instruction raises counts as one of the guest's instructions.
void Vm::count_injection(const Trap& trap) {
  work(Param::kVmmInject);
  host_.log.add({.kind = vmm::EventKind::kInject, .detail = static_cast<u8>(trap.kind), .pc = guest_linear(s_.vcpu.virt),
                 .a = trap.vector, .b = trap.vector == kPf ? trap.address : trap.code,
                 .cycle = host_.ledger.clock()});
  if (!trap.by_instruction()) return;
  const bool emulated = std::exchange(emulating_, false);
  const bool translated = emulated ? called_out_ : host_.cpu.units.cache != nullptr;
  ++(translated ? s_.counts.translated : emulated ? s_.counts.emulated : host_.cpu.direct);
  ++host_.clock.instructions;
}

// In real mode nothing has an error code.
void Vm::inject_again(const Trap& event) {
  State& virt = s_.vcpu.virt;
  virt.halted = false;
  virt.shadow = Shadow::kNone;
  // A delivery that was broken off has blocked NMIs, and no blocked one may be delivered (SDM volume 3, section 26.3.1.5).
  if (event.kind == Trap::Kind::kNmi) fetch({Field::kGuestInterruptibility}), virt.nmi_blocked = false;
  if (event.kind == Trap::Kind::kException && event.vector == kPf) virt.cr2 = event.address;
  Trap told = event;
  told.has_code = event.has_code && virt.cr0 & cr0::kPe;
  write_field(Field::kEntryInterruption, event_field(told));
  if (told.has_code) write_field(Field::kEntryErrorCode, told.code);
  if (told.asked_for()) write_field(Field::kEntryInstructionLength, told.length);
}

void Vm::complete_delivery(const Trap& event) {
  work(Param::kVmmEmulate);
  deliver_in_software(event);
}

std::optional<Trap> Vm::broken_off() {
  const u32 info = static_cast<u32>(read_field(Field::kVectoring));
  if (!(info & event_info::kValid)) return std::nullopt;
  const u32 code = info & event_info::kHasCode ? static_cast<u32>(read_field(Field::kVectoringErrorCode)) : 0;
  const bool software = event_info::by_instruction(event_info::type(info));
  const u32 length = software ? static_cast<u32>(read_field(Field::kExitInstructionLength)) : 0;
  return event_of(info, code, length, s_.vcpu.virt.cr2);
}

// --- emulation ---

Emulated Vm::emulate_known() {
  accept_interrupts();
  fetch({Field::kExitInstructionLength, Field::kGuestRip, Field::kGuestInterruptibility});
  return emulate(host_.cpu.non_root.exit.instruction);
}

Emulated Vm::emulate_one() {
  accept_interrupts();
  fetch({Field::kGuestRip, Field::kGuestCsBase, Field::kGuestCsRights, Field::kGuestCr0, Field::kGuestCr3,
         Field::kGuestCr4, Field::kGuestRflags, Field::kGuestSsRights, Field::kGuestInterruptibility});
  work(Param::kVmmDecode);
  VirtualEnvironment environment(*this);
  Instruction instruction;
  if (const auto trap = environment.fetch(instruction)) {
    emulating_ = true;
    return {kIllegalRow, trap, false, false};
  }
  return emulate(instruction);
}

namespace {
constexpr bool is_privileged_work(unsigned row) {
  if (row >= kRowCount) return false;
  const bool string_io = row == row_of("ins") || row == row_of("outs");
  return kRows[row].kind == Kind::kSystem || kRows[row].kind == Kind::kIo || string_io;
}
}  // namespace

namespace {
/// Iterations that one exit does at the most: a page of words.
constexpr unsigned kMostIterations = kPageSize / 4;
}  // namespace

Emulated Vm::emulate_rest(Emulated done) {
  for (unsigned i = 1; done.iterates && done.needed_vmm && i < kMostIterations && !event_comes(); ++i)
    done = emulate(emulated_);
  return done;
}

bool Vm::event_comes() {
  return s_.vcpu.virt.pending_debug || nmi_comes_first() || (interrupt_pending() && takes_interrupts());
}

// The rest of a REP, for which emulate_rest() hands in the latest instruction itself, is a part of what needed the VMM.
Emulated Vm::emulate(const Instruction& instruction) {
  const bool rest = &instruction == &emulated_;
  if (!rest) emulated_ = instruction;
  State& virt = s_.vcpu.virt;
  const u32 at = guest_linear(virt);
  const bool single_step = virt.eflags & flag::kTf;
  std::optional<State> ideal_before;
  if (deprivileged()) ideal_before = apply_to_ideal(instruction, virt).before;
  VirtualEnvironment environment(*this);
  View<VirtualEnvironment> view(virt, environment, host_.cpu.model());
  view.begin(instruction);
  const bool iterates = execute_once(view, instruction, host_.cpu.model().generation);
  const auto trap = view.finish();
  if (is_privileged_work(instruction.row) && !called_out_) work(Param::kVmmEmulate);
  if (environment.touched_memory && !called_out_) work(Param::kVmmMemory);
  emulating_ = trap.has_value();
  if (trap && ideal_before) s_.vcpu.ideal = *ideal_before;
  if (!trap) {
    virt.pending_debug |= view.breakpoints_met();
    if (single_step && virt.shadow != Shadow::kByMovSs) virt.pending_debug |= debug::kStep;
    if (!iterates) count_emulated(at, instruction, rest || environment.needed_vmm);
  }
  known_page_.reset();
  accept_interrupts();
  return {instruction.row, trap, iterates, environment.needed_vmm};
}

void Vm::count_emulated(u32 at, const Instruction& instruction, bool needed_vmm) {
  ++(called_out_ ? s_.counts.translated : s_.counts.emulated);
  ++host_.clock.instructions;
  if (called_out_) return;
  const bool needed = needed_vmm || is_privileged_work(instruction.row);
  if (auto* audit = host_.memory.audit()) audit->emulated(at, instruction.row, needed);
}

// --- leaving and entering ---

void Vm::left_non_root() {
  s_.vcpu.virt = assisted_state();
  s_.assisted.known = host_.cpu.state;
  s_.assisted.fetched.reset();
}

// Of CR0 and CR4 the bits under a mask are the VMM's: what the guest sets there goes into the shadow. Of shadow tables
// the hardware makes use in protected mode with paging alone, traces want WP, and their pages are small and not global.
State Vm::real_state() const {
  const Vmcs block = vmcs();
  State real = s_.vcpu.virt;
  const u32 mask0 = block.read32(Field::kCr0Mask), mask4 = block.read32(Field::kCr4Mask);
  real.cr0 = (real.cr0 & ~mask0) | (s_.assisted.known.cr0 & mask0);
  real.cr4 = (real.cr4 & ~mask4) | (s_.assisted.known.cr4 & mask4);
  if (!s_.assisted.nested) {
    real.cr0 |= cr0::kPe | cr0::kPg | cr0::kWp;
    real.cr4 &= ~(cr4::kPse | cr4::kPge);
    real.cr3 = shadow_cr3();
  }
  real.halted = false;  // the VMM halts a guest by not entering it
  return real;
}

void Vm::store_shadow(Field mask, Field shadow, u32 value) {
  const u32 bits = vmcs().read32(mask);
  if ((value ^ vmcs().read32(shadow)) & bits) write_field(shadow, value & bits);
}

std::optional<EntryFault> Vm::enter_non_root() {
  const State real = real_state();
  const auto before = guest_fields(s_.assisted.known), now = guest_fields(real);
  for (unsigned i = 0; i < kGuestFields; ++i)
    if (now[i].value != before[i].value) write_field(now[i].field, now[i].value);
  if (real.tsc_offset != vmcs().read(Field::kTscOffset)) write_field(Field::kTscOffset, real.tsc_offset);
  store_shadow(Field::kCr0Mask, Field::kCr0Shadow, s_.vcpu.virt.cr0);
  store_shadow(Field::kCr4Mask, Field::kCr4Shadow, s_.vcpu.virt.cr4);
  if (!s_.assisted.nested && real.cr3 != s_.assisted.known.cr3) {
    host_.cpu.mmu().tlb.drop_all();
    work(Param::kTlbInvalidate);
  }
  s_.assisted.known = real;
  host_.cpu.state = real;
  return host_.cpu.enter_non_root(s_.assisted.vmcs);
}

// --- what the simulator knows ---

State Vm::assisted_state() const {
  State state = host_.cpu.state;
  state.cr0 = host_.cpu.non_root.visible_cr0(state.cr0);
  state.cr4 = host_.cpu.non_root.visible_cr4(state.cr4);
  if (!s_.assisted.nested) state.cr3 = s_.vcpu.virt.cr3;
  state.halted = s_.vcpu.virt.halted;
  return state;
}

namespace {

PortIo port_io(u32 qualification) {
  namespace q = qualification;
  return {static_cast<u16>(qualification >> q::kPortShift), static_cast<u8>((qualification & 7) + 1),
          !(qualification & q::kIn)};
}

vmm::NestedFault nested_fault(const ExitInfo& info) {
  namespace q = qualification;
  const u32 why = info.qualification;
  const Access access = why & q::kFetch ? Access::kFetch : why & q::kWrite ? Access::kStore : Access::kLoad;
  return {{info.gpa}, access, !(why & q::kFinalAccess)};
}

Exit exception(const Trap& trap) {
  if (trap.kind == Trap::Kind::kException && trap.vector == kPf) return PageFault{{trap.address}, trap.code};
  return Exception{trap};
}

}  // namespace

Exit Vm::non_root_exit() const {
  const ExitInfo& info = host_.cpu.non_root.exit;
  using enum ExitReason;
  switch (info.reason) {
    case kExceptionOrNmi:
      if (info.trap && info.trap->kind != Trap::Kind::kNmi) return exception(*info.trap);
      return Interrupt{};
    case kExternalInterrupt: return Interrupt{};
    case kTripleFault: return TripleFault{};
    case kInterruptWindow:
    case kNmiWindow: return InterruptWindow{};
    case kHlt: return Halt{};
    case kVmcall: return Hypercall{0};
    case kIo: return port_io(info.qualification);
    case kEptViolation:
    case kEptMisconfiguration: return nested_fault(info);
    default: return PrivilegedInstruction{info.instruction.row};
  }
}

}  // namespace ringside::x86
