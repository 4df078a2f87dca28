#include "vmm/vm.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "vmm/ideal_environment.hpp"
#include "vmm/virtual_environment.hpp"

namespace ringside::vmm {

using cost::Account;
using cost::Param;

namespace {

// The VMM's own memory, for shadow tables, lies below the guest's: an eighth of the guest's RAM and
// at least 2 MiB.
u64 vmm_bytes(u64 ram_bytes) { return std::max<u64>(2u << 20, (ram_bytes / 8) & ~u64{kPageMask}); }

// Guest tables in guest-physical memory, read by the simulator itself.
struct GuestTables {
  const mmu::Memory& memory;
  const Vm& vm;
  std::optional<u32> read_entry(u64 address) const {
    if (!vm.is_ram({address}, 4)) return std::nullopt;
    return memory.read<u32>(vm.host_of({address}));
  }
  void write_entry(u64, u32) const {}  // a look stores nothing
};

// The same as the VMM reads them, at a price.
struct PricedGuestTables {
  mmu::Memory& memory;
  Vm& vm;
  std::optional<u32> read_entry(u64 address) const {
    vm.work(Param::kVmmReference);
    return GuestTables{memory, vm}.read_entry(address);
  }
  // A and D go into the guest's table; that changes no shadow entry, so nothing is noted.
  void write_entry(u64 address, u32 entry) const {
    vm.work(Param::kVmmReference);
    if (auto* audit = memory.audit())
      audit->accessed(mmu::Agent::kVmm, vm.host_of({address}), 4, Access::kStore);
    memory.write(vm.host_of({address}), entry);
  }
};

}  // namespace

u64 host_memory_bytes(u64 ram_bytes, u64 vmm_extra) {
  return ram_bytes + vmm_bytes(ram_bytes) + vmm_extra;
}

Vm::Vm(Host host, devices::ZisaPlatform platform, u64 ram_bytes, Hpa region, u64 vmm_extra)
    : host_(host), ram_bytes_(ram_bytes), vmm_extra_(vmm_extra), region_(region), ram_host_(region),
      s_(std::move(platform)) {
  s_.traced.resize(ram_bytes >> kPageShift);
}

void Vm::run_bare() {
  host_.cpu.trap_to = cpu::TrapTo::kVector;
  host_.memory.truncate(ram_bytes_);
}

void Vm::run_deprivileged() {
  host_.cpu.trap_to = cpu::TrapTo::kVmm;
  const u64 own = vmm_bytes(ram_bytes_) + vmm_extra_;
  ram_host_ = region_ + own;
  s_.shadow = {region_.page(), own >> kPageShift};
}

// The VMM's memory: a page for the control block, then tables.
bool Vm::run_non_root(const AssistedPaging& paging) {
  run_deprivileged();
  host_.cpu.trap_to = cpu::TrapTo::kVector;
  s_.shadow = {region_.page() + 1, ((ram_host_.v - region_.v) >> kPageShift) - 1};
  s_.assisted = Assisted{};
  s_.assisted.on = true;
  s_.assisted.nested = paging.nested;
  s_.assisted.block = region_;
  block().clear();
  if (!paging.nested) return true;
  const auto root = s_.shadow.add_root(host_.memory, paging.levels);
  s_.assisted.nested_root = root.value_or(0);
  return root.has_value();
}

ArchState Vm::guest_state() const {
  if (!on_cpu_) return non_root() ? s_.assisted.away : s_.vcpu.virt;
  const ArchState& real = host_.cpu.state;
  if (non_root()) return assisted_state();
  if (!deprivileged()) return real;
  ArchState believed = s_.vcpu.virt;
  believed.x = real.x;
  believed.pc = real.pc;
  believed.sr = (believed.sr & ~zisa::sr::kFlags) | (real.sr & zisa::sr::kFlags);
  return believed;
}

void Vm::reset(const ArchState& state) {
  s_.vcpu.virt = s_.vcpu.ideal = state;
  if (non_root()) show_masked_status(s_.vcpu.virt);
  host_.cpu.state.pc = state.pc;
  host_.cpu.state.x = state.x;
  if (deprivileged()) host_.cpu.state.control(Cr::kIenable) = zisa::kInterruptBits;
}

u64 Vm::state_hash() const {
  ArchState state = guest_state();
  state.control(Cr::kIpend) = lines();
  u64 hash = cpu::hash_state(state);
  hash = host_.memory.hash(host_of({kRamBase}), ram_bytes_, hash);
  return hash_mix(hash, s_.platform.hash());
}

// --- time ---

u64 Vm::next_time_of_interest() const {
  u64 next = s_.platform.next_event().value_or(kNever);
  const ArchState& state = control_state();
  if (state.control(Cr::kIenable) & interrupt_bit(Cause::kTimerInterrupt) && state.timecmp() > host_.clock.now())
    next = std::min(next, state.timecmp());
  return next;
}

// IPEND changes at TIMECMP, whether the timer is enabled or not.
u64 Vm::next_change() const {
  const u64 next = next_time_of_interest(), timecmp = control_state().timecmp();
  return timecmp > host_.clock.now() ? std::min(next, timecmp) : next;
}

bool Vm::anything_can_come(bool expect_input) const {
  if (s_.platform.next_event()) return true;
  const ArchState& state = control_state();
  if (!cpu::interrupts_enabled(state)) return false;
  const u32 pending = lines() & state.control(Cr::kIenable);  // a timer may be due this instant
  return next_time_of_interest() != kNever || pending != 0 || expect_input;
}

std::string Vm::why_deaf() const {
  if (s_.paravirtual) return "no event is to come";
  return fmt::format("IENABLE is {:#x}, TIMECMP {:#x}", control_state().control(Cr::kIenable), control_state().timecmp());
}

bool Vm::typing_wakes() const {
  devices::ZisaPlatform platform = s_.platform;
  platform.type("\n");
  const ArchState& state = control_state();
  return platform.external_interrupt(state.control(Cr::kCpuid)) &&
         state.control(Cr::kIenable) & interrupt_bit(Cause::kExternalInterrupt);
}

// --- exits ---

Event Vm::event_of_trap(const cpu::Step& step) const {
  return {.kind = EventKind::kTrap, .pc = host_.cpu.state.control(Cr::kEpc), .a = static_cast<u32>(step.trap.cause),
          .b = step.trap.tval, .cycle = host_.ledger.clock()};
}

void Vm::trapped(const cpu::Step& step) {
  const ArchState& state = host_.cpu.state;
  const bool from_kernel = state.sr & zisa::sr::kPmode;
  if (from_kernel && state.control(Cr::kEpc) == state.control(Cr::kTvec)) trapped_at_vector(step.trap);
}

ExitKind Vm::kind_of_exit(const Exit& exit) const {
  ExitKind kind = kind_of(exit);
  if (in_hypercall(exit)) kind.detail = detail_of_hypercall(s_.vcpu.virt.x[17]);
  return kind;
}

ExitKind Vm::kind_when_handled(const Exit& exit, ExitKind before) const {
  if (std::holds_alternative<PageFault>(exit) || std::holds_alternative<NestedFault>(exit))
    before.detail = static_cast<u8>(meaning_);
  return before;
}

void Vm::charge_leaving(const Exit& exit, Passage passage) {
  if (passage == Passage::kTrap)
    work(in_hypercall(exit) && !s_.calls_save_all ? Param::kHypercallEntry : Param::kVmmDispatch);
  if (passage != Passage::kCall) return;
  const auto* call = std::get_if<CallOut>(&exit);
  if (call && call->continued) return;
  work(call && call->light ? Param::kCalloutLight : Param::kCalloutFull);
}

void Vm::handled(const Exit& exit) {
  const u32 next = left_at_ + 4;
  s_.code.inside_callout.reset();
  if (std::holds_alternative<CallOut>(exit) && s_.vcpu.virt.pc == next) s_.code.inside_callout = next;
}

// --- leaving and entering ---

void Vm::left() {
  const ArchState& real = host_.cpu.state;
  ArchState& virt = s_.vcpu.virt;
  left_at_ = real.pc;
  virt.x = real.x;
  s_.assisted.fetched = 0;
  if (!non_root()) {  // else the rest is in the control block
    virt.pc = real.pc;
    virt.sr = (virt.sr & ~zisa::sr::kFlags) | (real.sr & zisa::sr::kFlags);
  }
  virt.reserved = real.reserved;
  virt.reservation = real.reservation;
  meaning_ = FaultMeaning::kUnknown;
  called_out_ = false;
}

// De-privileged, the guest runs with MODE = U and IE, PMODE = U, PIE, PG set, its own flags, and TSD in virtual
// U only: what the lies of READ_SR consist of.
std::optional<cpu::EntryFault> Vm::entered(bool by_trap_return) {
  if (non_root()) return enter_non_root();
  using namespace zisa::sr;
  const ArchState& virt = s_.vcpu.virt;
  ArchState& real = host_.cpu.state;
  // What a kernel has the VMM do for it happens to no machine but the virtual one.
  if (s_.paravirtual) s_.vcpu.ideal = virt;
  real.x = virt.x;
  real.pc = virt.pc;
  real.reserved = virt.reserved;
  real.reservation = virt.reservation;
  real.sr = kIe | kPie | kPg | (virt.sr & kFlags) | (virt.supervisor() ? 0 : virt.sr & kTsd);
  real.waiting = false;
  const u32 ptbr = s_.guest_root ? *s_.guest_root : s_.root ? s_.shadow.ptbr(*s_.root) : 0;
  if (std::exchange(real.control(Cr::kPtbr), ptbr) != ptbr) {
    host_.cpu.mmu().tlb.drop_local();
    work(Param::kTlbInvalidate);
  }
  if (std::exchange(host_.cpu.guest_kernel, virt.supervisor()) != virt.supervisor()) choose_code();
  host_.cpu.entered();
  if (by_trap_return) host_.ledger.charge(Account::kHardware, Param::kTrapReturn);
  return std::nullopt;
}

// --- events ---

Emulated Vm::emulate_one() {
  accept_interrupts();  // the instruction may read IPEND
  work(Param::kVmmDecode);
  const auto word = peek_instruction(s_.vcpu.virt);
  // The instruction was fetched a moment ago; if the guest's tables have changed since, its next fetch faults.
  if (!word) return {zisa::kIllegalRow, Trap{Cause::kFetchPage, s_.vcpu.virt.pc}};
  return emulate(*word, true, true);
}

Emulated Vm::emulate_one(u32 word) {
  accept_interrupts();
  work(Param::kVmmDecode);
  return emulate(word, true, true);
}

Emulated Vm::emulate(u32 word, bool pays_system, bool pays_memory) {
  const zisa::Decoded decoded = memo_.decode(word);
  if (decoded.row < zisa::kRowCount && zisa::kRows[decoded.row].kind == zisa::Kind::kSystem) {
    if (deprivileged()) apply_to_ideal(word, s_.vcpu.virt);
    if (pays_system) work(Param::kVmmEmulate);
  }
  const u32 pc = s_.vcpu.virt.pc;
  VirtualEnvironment environment(*this);
  cpu::View<VirtualEnvironment> view(s_.vcpu.virt, environment);
  const auto trap = view.execute(decoded, host_.cpu.variant());
  if (environment.touched_memory && pays_memory) work(Param::kVmmMemory);
  emulating_ = trap.has_value();
  if (!trap) {
    ++(called_out_ ? s_.counts.translated : s_.counts.emulated);
    ++host_.clock.instructions;
    if (auto* audit = host_.memory.audit(); audit && !called_out_)
      audit->emulated(pc, word, environment.needed_vmm);
  }
  accept_interrupts();
  return {decoded.row, trap, environment.needed_vmm};
}

void Vm::trapped_at_vector(const Trap& trap) {
  if (zisa::is_interrupt(trap.cause) || s_.platform.next_event()) return;
  fail("the trap vector itself traps: " + std::string(zisa::cause_name(trap.cause)));
}

// A trap that an instruction raises counts as one of the guest's instructions.
void Vm::count_trap(const Trap& trap) {
  const bool emulated = std::exchange(emulating_, false);
  if (zisa::is_interrupt(trap.cause)) return;
  const bool translated = emulated ? called_out_ : host_.cpu.units.cache != nullptr;
  ++(translated ? s_.counts.translated : emulated ? s_.counts.emulated : host_.cpu.direct);
  ++host_.clock.instructions;
}

void Vm::inject(const Trap& trap) {
  ArchState& virt = s_.vcpu.virt;
  work(Param::kVmmInject);
  ArchState at = virt;
  if (non_root()) block().load_guest(at);
  host_.log.add({.kind = EventKind::kInject, .pc = at.pc, .a = static_cast<u32>(trap.cause),
                 .b = trap.tval, .cycle = host_.ledger.clock()});
  if (at.supervisor() && at.pc == at.control(Cr::kTvec)) trapped_at_vector(trap);
  count_trap(trap);
  if (non_root()) return inject_again(trap);
  s_.vcpu.ideal.pc = virt.pc;
  cpu::enter_trap(s_.vcpu.ideal, trap);
  cpu::enter_trap(virt, trap);
}

bool Vm::deliver_interrupt() {
  if (s_.platform.exit_code()) return false;  // the guest has switched the machine off
  const ArchState& virt = s_.vcpu.virt;
  const u32 pending = cpu::enabled_pending(virt);
  // A guest that has just ended the run takes nothing any more.
  if (pending == 0 || s_.platform.exit_code()) return false;
  wake();
  if (!cpu::interrupts_enabled(virt)) return false;
  inject({cpu::first_interrupt(pending), 0});
  return true;
}

void Vm::fail(std::string reason) {
  if (!failed_) failed_ = Ending{Ending::Outcome::kFailed, 0, std::move(reason)};
}

void Vm::advance_devices() {
  Dma dma(*this);
  if (s_.platform.advance(host_.clock.now(), dma))
    host_.log.add({.kind = EventKind::kDevice, .pc = guest_state().pc, .cycle = host_.ledger.clock()});
}

u32 Vm::lines() const {
  const ArchState& owner = virtualized() ? s_.vcpu.virt : host_.cpu.state;
  const u32 number = owner.control(Cr::kCpuid);
  u32 lines = 0;
  if (host_.clock.now() >= owner.timecmp()) lines |= interrupt_bit(Cause::kTimerInterrupt);
  if (s_.platform.external_interrupt(number)) lines |= interrupt_bit(Cause::kExternalInterrupt);
  if (s_.platform.software_interrupt(number)) lines |= interrupt_bit(Cause::kSoftwareInterrupt);
  return lines;
}

// The host is interrupted by what the guest has enabled and the VMM does not know of yet. A write by
// DMA into a traced page table must reach the VMM too before the guest runs on.
u32 Vm::host_interrupts() const {
  const ArchState& virt = s_.vcpu.virt;
  u32 asking = lines() & ~virt.control(Cr::kIpend);
  // In non-root mode the guest's IENABLE is its own: the VMM learns of a line, and opens a window for it.
  if (!non_root()) asking &= virt.control(Cr::kIenable);
  if (!s_.traced_writes.empty()) asking |= interrupt_bit(Cause::kSoftwareInterrupt);
  return asking;
}

void Vm::apply_to_ideal(u32 word, const ArchState& at) {
  ArchState& ideal = s_.vcpu.ideal;
  ideal.x = at.x;
  ideal.pc = at.pc;
  IdealEnvironment environment(*this);
  cpu::View<IdealEnvironment> view(ideal, environment);
  view.execute(memo_.decode(word), host_.cpu.variant());
}

// --- guest memory ---

mmu::Walk Vm::walk_guest(Gva gva, Access access) {
  const ArchState& virt = s_.vcpu.virt;
  PricedGuestTables tables{host_.memory, *this};
  return mmu::walk(tables, virt.control(Cr::kPtbr), gva, virt.supervisor(), access);
}

mmu::Walk Vm::look_guest(const ArchState& state, Gva gva) const {
  if (s_.paravirtual) return look_own_tables(state, gva);
  GuestTables tables{host_.memory, *this};
  return mmu::walk(tables, state.control(Cr::kPtbr), gva, state.supervisor(), Access::kLoad,
                   mmu::Purpose::kLook);
}

std::optional<Gpa> Vm::peek_translate(const ArchState& state, Gva gva) const {
  if (!state.paging()) return Gpa{gva.v};
  const mmu::Walk found = look_guest(state, gva);
  if (found.fault != mmu::Fault::kNone) return std::nullopt;
  return Gpa{(found.frame << kPageShift) + gva.offset()};
}

std::optional<u32> Vm::peek_instruction(const ArchState& state) const {
  const auto gpa = peek_translate(state, {state.pc});
  if (!gpa || !is_ram(*gpa, 4)) return std::nullopt;
  return host_.memory.read<u32>(host_of(*gpa));
}

bool Vm::copy_out(Gpa from, std::span<u8> to) const {
  if (!is_ram(from, to.size())) return false;
  if (auto* audit = host_.memory.audit(); audit && !to.empty())
    audit->accessed(mmu::Agent::kVmm, host_of(from), to.size(), Access::kLoad);
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

bool Vm::read_guest(Gpa from, std::span<u8> to) {
  work(Param::kVmmReference, (to.size() + 3) / 4);
  return copy_out(from, to);
}

bool Vm::write_guest(Gpa to, std::span<const u8> from) {
  work(Param::kVmmReference, (from.size() + 3) / 4);
  return copy_in(to, from);
}

bool Vm::device_read(Gpa address, unsigned bytes, u32& value) {
  const auto read = s_.platform.read(address, bytes);
  value = read.value_or(0);
  return read.has_value();
}

bool Vm::device_write(Gpa address, unsigned bytes, u32 value) {
  return s_.platform.write(address, value, bytes, host_.clock.now());
}

// --- shadow page tables ---

void Vm::shadow_dropped() {
  if (!non_root()) host_.cpu.state.control(Cr::kPtbr) = 0;
}

void Vm::root_changed() {
  if (!non_root()) return;
  write_field(cpu::Field::kGuestPtbr, s_.shadow.ptbr(*s_.root));
  host_.cpu.mmu().tlb.drop_local();
  work(Param::kTlbInvalidate);
}

void Vm::invalidate_hardware(Gva gva) {
  host_.cpu.mmu().tlb.drop(gva);
  work(Param::kTlbInvalidate);
}

void Vm::invalidate_hardware_all() {
  host_.cpu.mmu().tlb.drop_all();
  work(Param::kTlbInvalidate);
}

}  // namespace ringside::vmm
