#include "vmm/x86/vm.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "isa/x86/decode.hpp"
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
  s_.vcpu.virt = s_.vcpu.ideal = state;
  if (!non_root()) host_.cpu.state = state;
  for (const auto& blob : s_.platform.firmware_tables()) copy_in(blob.gpa, blob.bytes);
}

State Vm::guest_state() const {
  if (non_root()) return on_cpu_ ? assisted_state() : s_.assisted.away;
  if (deprivileged() && on_cpu_) return believed_state();
  return on_cpu_ ? host_.cpu.state : s_.vcpu.virt;
}

u64 Vm::state_hash() const {
  u64 hash = hash_state(guest_state());
  hash = hash_bytes(host_.memory.at(ram_host_), ram_bytes_, hash);
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
    if (vm.is_ram(at, 4)) memory.write(vm.host_of(at), entry);
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
  GuestTables tables{host_.memory, *this};
  PagingContext context = context_of(state);
  context.user = false;
  const Walk found = walk(tables, context, linear, Access::kLoad, Purpose::kLook);
  if (found.fault) return std::nullopt;
  return Gpa{(u64{found.frame} << kPageShift) + (linear & kPageMask)};
}

std::optional<Instruction> Vm::peek_instruction(const State& state) const {
  const Segment& cs = state.segment(Seg::kCs);
  std::array<u8, kMaxLength> bytes{};
  u32 count = 0;
  for (; count < bytes.size(); ++count) {
    const auto gpa = peek_translate(state, cs.base + state.eip + count);
    if (!gpa || !copy_out(*gpa, {&bytes[count], 1})) break;
  }
  if (count == 0) return std::nullopt;
  return decode(std::span(bytes).first(count), cs.big() ? CodeSize::kBits32 : CodeSize::kBits16);
}

void Vm::fail(std::string reason) {
  if (!failed_) failed_ = Ending{Ending::Outcome::kFailed, 0, std::move(reason)};
}

// --- time and interrupts ---

bool Vm::anything_can_come(bool expect_input) const {
  if (!(guest_state().eflags & flag::kIf)) return false;
  return s_.platform.next_event() || s_.platform.pending() || (expect_input && typing_wakes());
}

bool Vm::typing_wakes() const {
  devices::PcPlatform platform = s_.platform;
  const u64 now = host_.clock.now();
  platform.type("\n", now);
  // A key takes its time from the keyboard to the controller.
  if (const auto next = platform.next_event()) platform.advance(*next);
  return platform.pending().has_value() && guest_state().eflags & flag::kIf;
}

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
  if (s_.platform.a20() != cpu.mmu().a20()) cpu.mmu().set_a20(s_.platform.a20());
}

bool Vm::device_read(Gpa address, unsigned bytes, u32& value) {
  if (!s_.platform.is_device(address)) return false;
  value = s_.platform.read(address, bytes, host_.clock.now());
  return true;
}

bool Vm::device_write(Gpa address, unsigned bytes, u32 value) {
  if (!s_.platform.is_device(address)) return false;
  s_.platform.write(address, value, bytes, host_.clock.now());
  return true;
}

void Vm::port_out(u16 port, unsigned bytes, u32 value) {
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
  if (trap.vector == kGp && trap.kind == Trap::Kind::kException && step.row < kRowCount &&
      (kRows[step.row].kind == Kind::kSystem || kRows[step.row].kind == Kind::kIo))
    return PrivilegedInstruction{step.row};
  if (trap.kind == Trap::Kind::kException && trap.vector == kPf) return PageFault{{trap.address}, trap.code};
  return Exception{trap};
}

vmm::Event Vm::event_of_trap(const Step& step) const {
  return {.kind = vmm::EventKind::kTrap, .detail = static_cast<u8>(step.trap.kind), .pc = guest_pc(),
          .a = step.trap.vector, .b = step.trap.vector == kPf ? step.trap.address : step.trap.code,
          .cycle = host_.ledger.clock()};
}

std::string Vm::where(const State& state) const {
  return fmt::format("{:#x}", state.segment(Seg::kCs).base + state.eip);
}

// What a shut-down CPU was doing: the report's reader wants the exception that could not be delivered.
void Vm::trapped(const Step& step) {
  if (step.triple_fault) fail(shut_down_text(step.trap));
}

std::string Vm::shut_down_text(const Trap& trap) const {
  std::string reason = fmt::format("triple fault at {}: {}", where(guest_state()), vector_name(trap.vector));
  if (trap.has_code) reason += fmt::format(", error code {:#x}", trap.code);
  if (trap.vector == kPf) reason += fmt::format(", address {:#x}", trap.address);
  return reason + " could not be delivered";
}

void Vm::left() {
  meaning_ = FaultMeaning::kUnknown;
  emulating_ = false;
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

void Vm::charge_leaving(const Exit&, vmm::Passage passage) {
  if (passage == vmm::Passage::kTrap) work(cost::Param::kVmmDispatch);
}

}  // namespace ringside::x86
