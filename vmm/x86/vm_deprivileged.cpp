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
  ram_host_ = region_ + vmm_memory();
  host_.cpu.trap_to = cpu::TrapTo::kVmm;
  host_.cpu.monitor_tables = region_;
  use_shadow_from(region_ + kMonitorTableBytes);
}

void Vm::use_shadow_from(Hpa first) {
  s_.shadow = {first.page(), ram_host_.page() - first.page()};
  s_.traced.assign(ram_bytes_ >> kPageShift, 0);
}

// --- leaving and entering ---

// The virtual part of a state: of EFLAGS, control and table registers.
void Vm::left_deprivileged() {
  s_.vcpu.virt = believed_state();
}

State Vm::believed_state() const {
  if (s_.paravirtual) return believed_by_paravirtual();
  const State &virt = s_.vcpu.virt, &loaded = s_.deprivileged.loaded, &real = host_.cpu.state;
  State now = virt;
  now.r = real.r, now.eip = real.eip, now.dr = real.dr;
  now.eflags = (real.eflags & ~kMonitorFlags) | (virt.eflags & kMonitorFlags);
  now.shadow = real.shadow, now.nmi_blocked = real.nmi_blocked;
  now.pending_debug = real.pending_debug;
  for (unsigned i = 0; i < kSegs; ++i)
    if (real.seg[i] != loaded.seg[i]) now.seg[i] = guest_segment(real.seg[i]);
  now.cpl = believed_cpl(now.segment(Seg::kCs));
  for (const Seg which : {Seg::kCs, Seg::kSs}) {
    u16& selector = now.segment(which).selector;
    if (now.segment(which).usable()) selector = static_cast<u16>((selector & ~selector::kRpl) | now.cpl);
  }
  return now;
}

// Ring 1 is the guest's ring 0 or 1, as the code segment says that it has loaded.
u8 Vm::believed_cpl(const Segment& cs) const {
  const State& real = host_.cpu.state;
  if (real.segment(Seg::kCs) == s_.deprivileged.loaded.segment(Seg::kCs)) return s_.vcpu.virt.cpl;
  if (real.cpl != 1) return real.cpl;
  const bool conforming = cs.access & rights::kConforming;
  return conforming ? s_.vcpu.virt.cpl : static_cast<u8>(std::min(cs.dpl(), 1u));
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

u32 Vm::shadow_cr3() const { return s_.guest_root ? *s_.guest_root : s_.root ? s_.shadow.ptbr(*s_.root) : 0; }

void Vm::enter_deprivileged(bool by_trap_return) {
  State real = compressed(s_.vcpu.virt);
  auto& own = s_.deprivileged;
  real.cr3 = shadow_cr3();
  // What a kernel has the VMM do for it happens to no machine but the virtual one.
  if (s_.paravirtual) s_.vcpu.ideal = s_.vcpu.virt;
  if (real.cr3 != own.loaded.cr3) {
    host_.cpu.mmu().tlb.drop_all();
    work(Param::kTlbInvalidate);
  }
  host_.cpu.state = own.loaded = real;
  host_.cpu.entered();
  choose_code();
  if (by_trap_return) host_.ledger.charge(cost::Account::kHardware, Param::kTrapReturn);
}

// --- the monitor's descriptor tables ---

namespace {

// Eight bytes of the monitor's table.
void write_descriptor(mmu::Memory& memory, Hpa at, const Descriptor& descriptor) {
  memory.write(at, descriptor.low);
  memory.write(at + 4, descriptor.high);
}

u32 whole_descriptors(u32 limit) { return (std::min<u32>(limit, 0xffff) + 1) & ~7u; }

TableRegister local_table(const State& state) {
  const Segment& ldt = state.ldtr;
  return {ldt.base, static_cast<u16>(ldt.usable() ? std::min<u32>(ldt.limit, 0xffff) : 0)};
}

}  // namespace

// Where the guest's table cannot be read a copy is null. Descriptors are aligned in the monitor's
// table, not always in the guest's.
u32 Vm::copy_table(const TableRegister& table, Hpa to) {
  const u32 bytes = whole_descriptors(table.limit);
  for (u32 offset = 0; offset < bytes; offset += 8) {
    const u32 at = table.base + offset;
    const auto low = peek_memory(at, 4), high = peek_memory(at + 4, 4);
    const Descriptor own{low.value_or(0), high.value_or(0), at};
    write_descriptor(host_.memory, to + offset, compressed(own, low && high));
  }
  work(Param::kVmmReference, bytes / 4);
  return bytes;
}

// By address; nothing where none is mapped.
std::vector<std::optional<Gpa>> Vm::descriptor_pages() {
  std::vector<std::optional<Gpa>> pages;
  const State& virt = s_.vcpu.virt;
  for (const TableRegister& table : {virt.gdtr, local_table(virt)}) {
    const u32 bytes = whole_descriptors(table.limit);
    const u32 count = bytes == 0 ? 0 : ((table.base & kPageMask) + bytes + kPageMask) >> kPageShift;
    for (u32 i = 0; i < count; ++i) {
      const auto gpa = peek_translate(virt, (table.base & ~kPageMask) + (i << kPageShift));
      pages.push_back(gpa ? std::optional(on_bus(*gpa)) : std::nullopt);
      if (virt.paging()) work(Param::kVmmReference, 2);
    }
  }
  return pages;
}

std::vector<Gpa> Vm::copy_descriptors() {
  hide_descriptors();
  const State& virt = s_.vcpu.virt;
  const Hpa tables = *host_.cpu.monitor_tables;
  auto& own = s_.deprivileged;
  own.gdt_bytes = copy_table(virt.gdtr, tables);
  own.ldt_bytes = copy_table(local_table(virt), tables + (monitor::kLdtBase - kMonitorSpace));
  own.table_pages = descriptor_pages();
  own.copied = true;
  std::vector<Gpa> frames;
  for (const auto& page : own.table_pages)
    if (page && is_ram(*page, kPageSize)) frames.push_back(*page);
  return frames;
}

bool Vm::descriptors_moved() {
  return s_.deprivileged.copied && descriptor_pages() != s_.deprivileged.table_pages;
}

// Of those that the last copy wrote.
void Vm::hide_descriptors() {
  if (!std::exchange(s_.deprivileged.copied, false)) return;
  const Hpa tables = *host_.cpu.monitor_tables;
  hide_table(tables, s_.deprivileged.gdt_bytes);
  hide_table(tables + (monitor::kLdtBase - kMonitorSpace), s_.deprivileged.ldt_bytes);
}

void Vm::hide_table(Hpa table, u32 bytes) {
  for (u32 offset = 0; offset < bytes; offset += 8) {
    const Hpa at = table + offset;
    const Descriptor copy{host_.memory.read<u32>(at), host_.memory.read<u32>(at + 4), 0};
    if (!copy.present()) continue;
    write_descriptor(host_.memory, at, compressed(copy, false));
    work(Param::kVmmReference);
  }
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
  if (done.end == Delivery::kShutDown) fail(shut_down_text(done.chain));
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
  if ((real.eflags ^ ideal.eflags) & flag::kStatus)
    return Lie{real.eflags & flag::kStatus, ideal.eflags & flag::kStatus};
  // What of EFLAGS changes by privilege alone, the virtual state has kept.
  const u32 kept = foreseen.before.eflags & kMonitorFlags;
  if ((ideal.eflags & kMonitorFlags) != kept)
    return Lie{(ideal.eflags & ~kMonitorFlags) | kept, ideal.eflags};
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
