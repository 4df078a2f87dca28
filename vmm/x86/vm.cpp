#include "vmm/x86/vm.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "isa/x86/decode.hpp"
#include "isa/x86/disassemble.hpp"
#include "mmu/x86/paging.hpp"

namespace ringside::x86 {

using vmm::Ending;

namespace {
// The VMM's own memory, for its tables, lies below the guest's: an eighth of the guest's RAM and at least 2 MiB.
u64 vmm_bytes(u64 ram_bytes) { return std::max<u64>(2u << 20, (ram_bytes / 8) & ~u64{kPageMask}); }
}  // namespace

u64 host_memory_bytes(u64 ram_bytes, u64 vmm_extra) { return ram_bytes + vmm_bytes(ram_bytes) + vmm_extra; }

Vm::Vm(Host host, devices::PcPlatform platform, u64 ram_bytes, Hpa region, u64 vmm_extra)
    : host_(host), ram_bytes_(ram_bytes), vmm_extra_(vmm_extra), region_(region), ram_host_(region),
      s_(std::move(platform)) {}

u64 Vm::vmm_memory() const { return host_memory_bytes(ram_bytes_, vmm_extra_) - ram_bytes_; }

void Vm::run_bare() {
  host_.cpu.trap_to = cpu::TrapTo::kVector;
  host_.memory.truncate(ram_bytes_);
}

void Vm::reset(const State& state) {
  if (s_.paravirtual) return start_paravirtual(state);
  s_.vcpu.virt = s_.vcpu.ideal = state;
  if (!non_root()) host_.cpu.state = state;
  for (const auto& blob : s_.platform.firmware_tables()) copy_in(blob.gpa, blob.bytes);
}

State Vm::guest_state() const {
  if (!on_cpu_) return s_.away;
  return non_root() ? assisted_state() : deprivileged() ? believed_state() : host_.cpu.state;
}

u64 Vm::state_hash() const {
  u64 hash = hash_state(guest_state());
  hash = host_.memory.hash(ram_host_, ram_bytes_, hash);
  return hash_mix(hash, s_.platform.hash());
}

// --- memory ---

bool Vm::copy_out(Gpa from, std::span<u8> to) const {
  if (!is_ram(from, to.size())) return false;
  std::memcpy(to.data(), host_.memory.at(host_of(from)), to.size());
  return true;
}

bool Vm::copy_in(Gpa to, std::span<const u8> from) {
  if (!is_ram(to, from.size())) return false;
  if (auto* audit = host_.memory.audit(); audit && !from.empty())
    audit->accessed(mmu::Agent::kVmm, host_of(to), from.size(), Access::kStore);
  while (!from.empty()) {
    const u32 chunk = static_cast<u32>(std::min<u64>(from.size(), kPageSize - to.offset()));
    std::memcpy(host_.memory.writable(host_of(to), chunk), from.data(), chunk);
    note_write(to, chunk);
    to = to + chunk;
    from = from.subspan(chunk);
  }
  return true;
}

namespace {
// The guest's tables, read by the simulator itself.
struct GuestTables {
  const mmu::Memory& memory;
  const Vm& vm;
  u32 read_entry(u32 address) const {
    return vm.is_ram({address}, 4) ? memory.read<u32>(vm.host_of({address})) : ~u32{0};
  }
  void write_entry(u32, u32) const {}  // a look stores nothing
};

// The same as the VMM reads them, at a price. Where no RAM is, the bus reads as ones and forgets what is written.
struct PricedGuestTables {
  mmu::Memory& memory;
  Vm& vm;
  u32 read_entry(u32 address) const {
    vm.work(cost::Param::kVmmReference);
    return GuestTables{memory, vm}.read_entry(static_cast<u32>(vm.on_bus({address}).v));
  }
  // A and D change no shadow entry, so nothing is noted.
  void write_entry(u32 address, u32 entry) const {
    vm.work(cost::Param::kVmmReference);
    const Gpa at = vm.on_bus({address});
    if (!vm.is_ram(at, 4)) return;
    if (auto* audit = memory.audit()) audit->accessed(mmu::Agent::kVmm, vm.host_of(at), 4, Access::kStore);
    memory.write(vm.host_of(at), entry);
  }
};

PagingContext context_of(const State& state) {
  return {state.cr3, state.paging(), state.user(), (state.cr0 & cr0::kWp) != 0, (state.cr4 & cr4::kPse) != 0,
          (state.cr4 & cr4::kPge) != 0};
}
}  // namespace

Walk Vm::walk_guest(u32 linear, Access access, bool user) {
  PricedGuestTables tables{host_.memory, *this};
  PagingContext context = context_of(s_.vcpu.virt);
  context.user = user;
  return walk(tables, context, linear, access);
}

std::optional<Gpa> Vm::known_translation(u32 linear, Access access) const {
  if (!known_page_ || known_page_->page != (linear & ~kPageMask)) return std::nullopt;
  const bool covered = known_page_->access == access || (known_page_->access == Access::kStore && access == Access::kLoad);
  if (!covered) return std::nullopt;
  return known_page_->gpa + (linear & kPageMask);
}

void Vm::invalidate_hardware(u32 linear) {
  host_.cpu.mmu().tlb.drop({linear});
  work(cost::Param::kTlbInvalidate);
}

void Vm::invalidate_hardware_all() {
  host_.cpu.mmu().tlb.drop_all();
  work(cost::Param::kTlbInvalidate);
}

std::optional<Gpa> Vm::peek_translate(const State& state, u32 linear) const {
  if (!state.paging()) return Gpa{linear};
  if (s_.paravirtual) return look_own_tables(state, linear);
  GuestTables tables{host_.memory, *this};
  PagingContext context = context_of(state);
  context.user = false;
  const Walk found = walk(tables, context, linear, Access::kLoad, Purpose::kLook);
  if (found.fault) return std::nullopt;
  return Gpa{(u64{found.frame} << kPageShift) + (linear & kPageMask)};
}

std::optional<Instruction> Vm::peek_instruction(const State& state) const {
  const Segment& cs = state.segment(Seg::kCs);
  const auto bytes = peek_code(state, cs.base + state.eip);
  if (bytes.empty()) return std::nullopt;
  return decode(bytes, cs.big() ? CodeSize::kBits32 : CodeSize::kBits16);
}

// At most as many bytes as an instruction has.
std::vector<u8> Vm::peek_code(const State& state, u32 linear) const {
  std::vector<u8> bytes;
  bytes.reserve(kMaxLength);
  for (u32 i = 0; i < kMaxLength; ++i) {
    const auto gpa = peek_translate(state, linear + i);
    u8 byte = 0;
    if (!gpa || !copy_out(*gpa, {&byte, 1})) break;
    bytes.push_back(byte);
  }
  return bytes;
}

void Vm::fail(std::string reason) {
  if (!failed_) failed_ = Ending{Ending::Outcome::kFailed, 0, std::move(reason)};
}

// --- time and interrupts ---

u64 Vm::next_time_of_interest() const {
  if (s_.platform.can_wake(s_.paravirtual || guest_state().eflags & flag::kIf)) return next_change();
  return timer_due() ? kNever : s_.timer;
}

std::string Vm::why_deaf() const {
  if (s_.paravirtual) return "no event is to come";
  return guest_state().eflags & flag::kIf ? s_.platform.interrupt_masks() : "EFLAGS.IF is 0";
}

bool Vm::anything_can_come(bool expect_input) const {
  return s_.platform.can_wake(guest_state().eflags & flag::kIf) || s_.timer != kNever || (expect_input && typing_wakes());
}

bool Vm::typing_wakes() const { return s_.platform.typing_wakes(guest_state().eflags & flag::kIf, host_.clock.now()); }

void Vm::advance_devices() {
  if (s_.platform.advance(host_.clock.now()))
    host_.log.add({.kind = vmm::EventKind::kDevice, .pc = guest_pc(), .cycle = host_.ledger.clock()});
}

void Vm::raise_lines(bool timer) {
  Cpu& cpu = host_.cpu;
  if (s_.platform.apic_base() != cpu.state.apic_base) s_.platform.set_apic_base(cpu.state.apic_base);
  if (s_.platform.apic().take_nmi()) cpu.nmi_line = true;
  const bool host_has_them = non_root() && cpu.non_root.controls.pins & pin::kExternalInterruptExiting;
  cpu.intr_line = host_has_them || deprivileged() ? host_interrupts() || timer : interrupt_pending();
  if (virtualized()) return;  // there the VMM's tables follow address line 20
  if (s_.platform.a20() == cpu.mmu().a20()) return;
  cpu.mmu().set_a20(s_.platform.a20());
  cpu.entered();  // the next instruction too may come from another place
}

// The bare machine's CPU has reported its own accesses.
void Vm::report_device(u64 address, bool write) const {
  if (auto* audit = host_.memory.audit(); audit && virtualized())
    audit->device_touched(mmu::Agent::kVmm, address, write);
}

bool Vm::device_read(Gpa address, unsigned bytes, u32& value) {
  report_device(address.v, false);
  if (!s_.platform.is_device(address)) return false;
  value = s_.platform.read(address, bytes, host_.clock.now());
  return true;
}

bool Vm::device_write(Gpa address, unsigned bytes, u32 value) {
  report_device(address.v, true);
  if (!s_.platform.is_device(address)) return false;
  s_.platform.write(address, value, bytes, host_.clock.now());
  return true;
}

u32 Vm::port_in(u16 port, unsigned bytes) {
  report_device(port, false);
  return s_.platform.in(port, bytes, host_.clock.now());
}

void Vm::port_out(u16 port, unsigned bytes, u32 value) {
  report_device(port, true);
  s_.platform.out(port, value, bytes, host_.clock.now());
}

std::optional<Ending> Vm::ended() const {
  if (const auto code = s_.platform.exit_code()) return Ending{Ending::Outcome::kExited, *code, ""};
  if (s_.platform.powered_off()) return Ending{Ending::Outcome::kExited, 0, ""};
  if (s_.platform.reset_requested())
    return Ending{Ending::Outcome::kFailed, 0, "asked for a reset of the machine at " + where(guest_state())};
  return failed_;
}

// --- traps and exits ---

Exit Vm::exit_of_trap(const Step& step) const {
  const Trap& trap = step.trap;
  if (trap.kind == Trap::Kind::kInterrupt) return Interrupt{};
  // Without VMX operation VMCALL is no instruction; by its #UD a paravirtual kernel calls the VMM.
  if (s_.paravirtual && trap.vector == kUd && step.row == row_of("vmcall") && host_.cpu.state.cpl == 1) return Hypercall{0};
  // Nobody emulates what a paravirtual guest does: it wants its error code.
  const bool emulated = !s_.paravirtual || trap.code == 0;
  if (emulated && trap.vector == kGp && trap.kind == Trap::Kind::kException && step.row < kRowCount &&
      (kRows[step.row].kind == Kind::kSystem || kRows[step.row].kind == Kind::kIo))
    return PrivilegedInstruction{step.row};
  if (trap.kind == Trap::Kind::kException && trap.vector == kPf) return PageFault{{trap.address}, trap.code};
  return Exception{trap};
}

vmm::Event Vm::event_of_trap(const Step& step) const {
  return {.kind = vmm::EventKind::kTrap, .detail = static_cast<u8>(step.trap.kind), .pc = step.pc,
          .a = step.trap.vector, .b = step.trap.vector == kPf ? step.trap.address : step.trap.code,
          .cycle = host_.ledger.clock()};
}

std::string Vm::where(const State& state) const {
  return fmt::format("{:#x}", state.segment(Seg::kCs).base + state.eip);
}

void Vm::trapped(const Step& step) {
  note_refused();
  if (step.triple_fault) fail(shut_down_text(host_.cpu.undelivered));
}

namespace {

std::string trap_text(const Trap& trap) {
  const bool exception = trap.kind == Trap::Kind::kException;
  std::string text = exception ? vector_name(trap.vector)
                     : trap.kind == Trap::Kind::kPrivileged
                         ? "INT1"
                         : fmt::format("{} {:#x}", trap.kind == Trap::Kind::kSoftware ? "INT" : "interrupt", trap.vector);
  if (trap.has_code) text += fmt::format(" (error code {:#x})", trap.code);
  if (exception && trap.vector == kPf) text += fmt::format(" for address {:#x}", trap.address);
  return text;
}

// "#UD, in its delivery #NP (error code 0x32), ..., in that of the double fault #GP".
std::string chain_text(const Undelivered& chain) {
  std::string text = trap_text(chain.faults[0]);
  Trap now = chain.faults[0];
  for (unsigned i = 1; i < chain.count; ++i) {
    const bool doubled = now.kind == Trap::Kind::kException && now.vector == kDf;
    text += fmt::format(", in {} {}", doubled ? "that of the double fault" : "its delivery", trap_text(chain.faults[i]));
    now = combined(now, chain.faults[i]).value_or(now);
  }
  return text;
}

CodeSize size_of(const State& state) {
  return state.segment(Seg::kCs).big() ? CodeSize::kBits32 : CodeSize::kBits16;
}

}  // namespace

// What a shut-down CPU was doing: the report's reader wants the instruction and what came of it.
std::string Vm::shut_down_text(const Undelivered& chain) const {
  const State at = guest_state();
  const auto code = peek_code(at, guest_linear(at));
  const auto length = std::max<std::size_t>(1, decode(code, size_of(at)).length);
  const auto own = std::span(code).first(std::min(code.size(), length));
  const std::string shown = code.empty() ? "no code can be read there"
                                         : fmt::format("{:02x}: {}", fmt::join(own, " "), disassemble(own, at.eip, size_of(at)));
  return fmt::format("triple fault at {} ({}): {}", where(at), shown, chain_text(chain));
}

// The state is maybe that of the handler already, whose map is the same.
void Vm::note_refused() {
  const auto refused = host_.cpu.take_refused();
  if (!refused) return;
  const auto code = peek_code(guest_state(), refused->linear);
  const Naming naming = naming_of(code, refused->size);
  LeftOutStatistics& known = s_.left_out[naming.mnemonic];
  if (known.count++ != 0) return;
  known.first_at = host_.ledger.clock();
  known.first_pc = refused->eip;
  known.bytes.assign(code.begin(), code.begin() + naming.length);
  known.text = disassemble(known.bytes, refused->eip, refused->size);
  const unsigned row = decode(code, refused->size).row;
  const bool later = row < kRowCount && kRows[row].since > host_.cpu.model().generation;
  known.needs = refused->feature ? std::string(name_of(*refused->feature))
                : later          ? std::string(model_name(kRows[row].since))
                : naming.extension != "BASE" ? naming.extension
                                             : "";
}

void Vm::left() {
  note_refused();
  meaning_ = FaultMeaning::kUnknown;
  emulating_ = called_out_ = false;
  non_root() ? left_non_root() : left_deprivileged();
}

std::optional<EntryFault> Vm::entered(bool by_trap_return) {
  if (non_root()) return enter_non_root();
  enter_deprivileged(by_trap_return);
  return std::nullopt;
}

vmm::ExitKind Vm::kind_when_handled(const Exit& exit, vmm::ExitKind before) const {
  if (std::holds_alternative<PageFault>(exit) || std::holds_alternative<vmm::NestedFault>(exit))
    before.detail = static_cast<u8>(meaning_);
  return before;
}

void Vm::charge_leaving(const Exit& exit, vmm::Passage passage) {
  const bool light = in_hypercall(exit) && !s_.calls_save_all;
  if (passage == vmm::Passage::kTrap) work(light ? cost::Param::kHypercallEntry : cost::Param::kVmmDispatch);
  if (passage != vmm::Passage::kCall) return;
  const auto* call = std::get_if<CallOut>(&exit);
  if (call && call->continued) return;
  work(call && call->light ? cost::Param::kCalloutLight : cost::Param::kCalloutFull);
}

void Vm::handled(const Exit& exit) {
  s_.code.inside_callout.reset();
  if (std::holds_alternative<CallOut>(exit) && guest_code_pc() == behind_call_) s_.code.inside_callout = behind_call_;
}

}  // namespace ringside::x86
