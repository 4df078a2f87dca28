// Vm for a guest whose rings are compressed (vmm/x86/descriptors.hpp): what it runs on, its shadow
// tables, and what the simulator knows beside.
#include "cpu/x86/execute.hpp"
#include "vmm/x86/descriptors.hpp"
#include "vmm/x86/ideal_environment.hpp"
#include "vmm/x86/virtual_environment.hpp"

namespace ringside::x86 {

using cost::Param;

// The VMM's memory: the monitor's descriptor tables, then shadow tables.
void Vm::run_deprivileged() {
  const u64 own = vmm_memory();
  ram_host_ = region_ + own;
  host_.cpu.trap_to = cpu::TrapTo::kVmm;
  host_.cpu.monitor_tables = region_;
  const u64 first = region_.page() + (kMonitorTableBytes >> kPageShift);
  s_.deprivileged.shadow = {first, ram_host_.page() - first};
  s_.deprivileged.traced.assign(ram_bytes_ >> kPageShift, 0);
}

// --- leaving and entering ---

// The virtual part of a state: of EFLAGS, control and table registers.
void Vm::left_deprivileged() {
  s_.vcpu.virt = believed_state();
}

State Vm::believed_state() const {
  const State &virt = s_.vcpu.virt, &loaded = s_.deprivileged.loaded, &real = host_.cpu.state;
  State now = virt;
  now.r = real.r, now.eip = real.eip, now.dr = real.dr;
  now.eflags = (real.eflags & ~kMonitorFlags) | (virt.eflags & kMonitorFlags);
  now.shadow = real.shadow, now.nmi_blocked = real.nmi_blocked,
  now.pending_debug = real.pending_debug;
  for (unsigned i = 0; i < kSegs; ++i)
    if (real.seg[i] != loaded.seg[i]) now.seg[i] = guest_segment(real.seg[i]);
  if (real.segment(Seg::kCs) == loaded.segment(Seg::kCs)) return now;
  Segment& cs = now.segment(Seg::kCs);
  const bool conforming = cs.access & rights::kConforming;
  now.cpl = real.user() ? 3 : conforming ? virt.cpl : static_cast<u8>(cs.dpl());
  for (const Seg which : {Seg::kCs, Seg::kSs}) {
    u16& selector = now.segment(which).selector;
    selector = static_cast<u16>((selector & ~selector::kRpl) | now.cpl);
  }
  return now;
}

// What the guest has loaded without the VMM: its own descriptor of that selector.
Segment Vm::guest_segment(const Segment& real) const {
  if (!real.usable()) return real;
  const State& virt = s_.vcpu.virt;
  const u32 table = real.selector & selector::kLocal ? virt.ldtr.base : virt.gdtr.base;
  const u32 at = table + (real.selector & selector::kIndex);
  const auto low = peek_memory(at, 4), high = peek_memory(at + 4, 4);
  if (!low || !high) return real;
  Segment segment = Descriptor{*low, *high, at}.segment(real.selector);
  segment.access |= rights::kAccessed;
  return segment;
}

void Vm::enter_deprivileged(bool by_trap_return) {
  State real = compressed(s_.vcpu.virt);
  auto& own = s_.deprivileged;
  real.cr3 = own.root ? own.shadow.ptbr(*own.root) : 0;
  if (real.cr3 != own.loaded.cr3) {
    host_.cpu.mmu().tlb.drop_all();
    work(Param::kTlbInvalidate);
  }
  host_.cpu.state = own.loaded = real;
  host_.cpu.entered();
  if (by_trap_return) host_.ledger.charge(cost::Account::kHardware, Param::kTrapReturn);
}

// --- shadow page tables ---

std::optional<u32> Vm::add_root(unsigned levels) {
  work(Param::kVmmMap);
  return s_.deprivileged.shadow.add_root(host_.memory, levels);
}

bool Vm::map(u32 root, Gva gva, Gpa gpa, mmu::Rights rights) {
  work(Param::kVmmMap);
  if (!is_ram(gpa.page_base(), kPageSize)) return false;
  return s_.deprivileged.shadow.map(host_.memory, root, gva, host_of(gpa).page(), rights);
}

void Vm::unmap(u32 root, Gva gva) {
  if (!s_.deprivileged.shadow.unmap(host_.memory, root, gva)) return;
  work(Param::kVmmUnmap);
  if (s_.deprivileged.root == root) host_.cpu.mmu().tlb.drop(gva);
}

void Vm::protect(u32 root, Gva gva) {
  if (!s_.deprivileged.shadow.protect(host_.memory, root, gva)) return;
  work(Param::kVmmProtect);
  if (s_.deprivileged.root == root) host_.cpu.mmu().tlb.drop(gva);
}

void Vm::drop_shadow() {
  work(Param::kVmmUnmap, s_.deprivileged.shadow.frames_used());
  s_.deprivileged.shadow.drop_all();
  s_.deprivileged.root.reset();
  host_.cpu.mmu().tlb.drop_all();
}

void Vm::use_root(u32 root) {
  if (s_.deprivileged.root == root) return;
  s_.deprivileged.root = root;
  work(Param::kVmmSwitch);
}

void Vm::trace(Gpa frame, bool on) {
  if (!is_ram(frame, kPageSize)) return;
  s_.deprivileged.traced[frame.page()] = on;
  work(Param::kVmmProtect);
}

bool Vm::traced(Gpa frame) const {
  const auto& traced = s_.deprivileged.traced;
  return frame.page() < traced.size() && traced[frame.page()];
}

void Vm::note_write(Gpa address, u32 bytes) {
  if (!traced(address)) return;
  for (u64 word = address.v & ~u64{3}; word < address.v + bytes; word += 4)
    s_.deprivileged.traced_writes.push_back(word);
}

// --- the monitor's descriptor tables ---

namespace {

// Eight bytes of the monitor's table.
void write_descriptor(mmu::Memory& memory, Hpa at, const Descriptor& descriptor) {
  memory.write(at, descriptor.low);
  memory.write(at + 4, descriptor.high);
}

}  // namespace

// Where the guest's table cannot be read a copy is null. Descriptors are aligned in the monitor's
// table, not always in the guest's.
void Vm::copy_table(u32 base, u32 limit, Hpa to, std::vector<Gpa>& frames) {
  const u32 bytes = (std::min<u32>(limit, 0xffff) + 1) & ~7u;
  for (u32 offset = 0; offset < bytes; offset += 8) {
    const u32 at = base + offset;
    const auto low = peek_memory(at, 4), high = peek_memory(at + 4, 4);
    const bool there = low && high;
    write_descriptor(host_.memory, to + offset,
                     compressed({low.value_or(0), high.value_or(0), at}, there));
    for (const u32 byte : {at, at + 7})
      if (const auto gpa = peek_translate(s_.vcpu.virt, byte); there && gpa)
        if (const Gpa frame = on_bus(gpa->page_base()); frames.empty() || frames.back() != frame)
          frames.push_back(frame);
  }
  work(Param::kVmmReference, bytes / 4);
}

std::vector<Gpa> Vm::copy_descriptors() {
  std::vector<Gpa> frames;
  const State& virt = s_.vcpu.virt;
  const Hpa tables = host_.cpu.monitor_tables;
  copy_table(virt.gdtr.base, virt.gdtr.limit, tables, frames);
  if (virt.ldtr.usable())
    copy_table(virt.ldtr.base, virt.ldtr.limit, tables + (monitor::kLdtBase - kMonitorSpace),
               frames);
  s_.deprivileged.copied = true;
  return frames;
}

void Vm::hide_descriptors() {
  if (!std::exchange(s_.deprivileged.copied, false)) return;
  const Hpa tables = host_.cpu.monitor_tables;
  u32 hidden = 0;
  for (u32 offset = 0; offset < kMonitorTableBytes; offset += 8) {
    const Descriptor copy{host_.memory.read<u32>(tables + offset),
                          host_.memory.read<u32>(tables + offset + 4), 0};
    if (!copy.present()) continue;
    write_descriptor(host_.memory, tables + offset, compressed(copy, false));
    ++hidden;
  }
  work(Param::kVmmReference, hidden);
}

// --- events, which come to the ideal record too ---

// What is the guest's own is taken over from what it has; privileged state is the record's.
template <class F>
Foreseen Vm::foresee(const State& now, F apply) {
  State& ideal = s_.vcpu.ideal;
  ideal.r = now.r, ideal.eip = now.eip, ideal.dr = now.dr, ideal.cr2 = now.cr2;
  ideal.eflags = (now.eflags & ~kMonitorFlags) | (ideal.eflags & kMonitorFlags);
  Foreseen out{ideal, {}, {}};
  IdealEnvironment environment(*this);
  View<IdealEnvironment> view(ideal, environment, host_.cpu.model());
  apply(view);
  out.trap = view.trap();
  out.stores = std::move(environment.stores);
  return out;
}

void Vm::reflect(const Trap& trap) {
  foresee(s_.vcpu.virt, [&](auto& view) { view.deliver(trap); });
  deliver_in_software(trap);
}

void Vm::deliver_in_software(const Trap& event) {
  State& virt = s_.vcpu.virt;
  VirtualEnvironment environment(*this);
  View<VirtualEnvironment> view(virt, environment, host_.cpu.model());
  virt.halted = false;
  virt.shadow = Shadow::kNone;
  if (event.kind == Trap::Kind::kNmi) virt.nmi_blocked = true;
  const Delivery done = view.deliver(event);
  if (done.end == Delivery::kShutDown) fail(shut_down_text(event));
}

// --- the ideal record ---

Foreseen Vm::apply_to_ideal(const Instruction& instruction, const State& at) {
  return foresee(at, [&](auto& view) {
    view.begin(instruction);
    execute_once(view, instruction, host_.cpu.model().generation);
    view.finish();
  });
}

// Where bare metal would have raised an exception, its vector stands for what it would have had.
std::optional<Lie> Vm::find_lie(const Foreseen& foreseen) {
  const State& real = host_.cpu.state;
  State& ideal = s_.vcpu.ideal;
  if (foreseen.trap) {
    const State now = guest_state();
    ideal = foreseen.before;
    ideal.seg = now.seg, ideal.cpl = now.cpl;
    return Lie{0, foreseen.trap->vector};
  }
  for (unsigned i = 0; i < kGprs; ++i)
    if (real.r[i] != ideal.r[i]) return Lie{real.r[i], ideal.r[i]};
  for (const auto& store : foreseen.stores)
    if (const auto found = peek_memory(store.linear, store.bytes))
      if (const u32 meant = store.value & ~u32{0} >> (32 - 8 * store.bytes); *found != meant)
        return Lie{*found, meant};
  if ((real.eflags ^ ideal.eflags) & flag::kStatus) return Lie{real.eflags, ideal.eflags};
  // What of EFLAGS changes by privilege alone, the virtual state has kept.
  if ((ideal.eflags ^ foreseen.before.eflags) & kMonitorFlags)
    return Lie{foreseen.before.eflags, ideal.eflags};
  return std::nullopt;
}

std::optional<u32> Vm::peek_memory(u32 linear, unsigned bytes) const {
  u32 value = 0;
  for (unsigned i = 0; i < bytes; ++i) {
    const auto gpa = peek_translate(s_.vcpu.virt, linear + i);
    u8 byte = 0;
    if (!gpa || !copy_out(on_bus(*gpa), {&byte, 1})) return std::nullopt;
    value |= u32{byte} << (8 * i);
  }
  return value;
}

}  // namespace ringside::x86
