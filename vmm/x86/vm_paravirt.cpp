// What a Vm of x86 does for a guest that knows of its VMM (docs/hypercalls.md): it runs in rings 1 and 3 on page tables of
// its own with host frames in them, and in segments of the monitor's descriptor table, which it fills by a call.
#include "mmu/x86/paging.hpp"
#include "vmm/x86/descriptors.hpp"
#include "vmm/x86/vm.hpp"

namespace ringside::x86 {

using cost::Param;

namespace {

// Flat segments of 4 GiB: code and data of the kernel in ring 1, then of user code.
constexpr Descriptor flat(u32 access) { return {0xffff, 0x00cf0000 | access << 8, 0}; }
constexpr std::array<Descriptor, 5> kStartTable{Descriptor{}, flat(0xbb), flat(0xb3), flat(0xfb), flat(0xf3)};
constexpr u16 kStartCode = 0x09, kStartData = 0x11;

constexpr u32 kVmcallBytes = 3;

Segment loaded(const Descriptor& descriptor, u16 selector) {
  Segment segment = descriptor.segment(selector);
  segment.access |= rights::kAccessed;
  return segment;
}

}  // namespace

// The VMM's memory: the monitor's descriptor tables, shadow tables of the start map, p2m and m2p.
void Vm::run_paravirtual(bool calls_save_all) {
  run_deprivileged();
  s_.paravirtual = true;
  s_.calls_save_all = calls_save_all;
  make_frame_tables((region_ + kMonitorTableBytes).page());
}

// As a loader leaves a kernel, but in ring 1 and in the monitor's segments. Paging is on, but with no tables of the guest's.
void Vm::start_paravirtual(const State& first) {
  const cost::Muted free(host_.ledger);
  s_.vcpu.virt = first;
  set_descriptors(kStartTable);
  State& virt = s_.vcpu.virt;
  virt.cpl = 1;
  virt.seg.fill(loaded(kStartTable[kStartData / 8], kStartData));
  virt.segment(Seg::kCs) = loaded(kStartTable[kStartCode / 8], kStartCode);
  s_.vcpu.virt = compressed(virt);
  virt.cr0 &= ~cr0::kPg;
  s_.vcpu.ideal = host_.cpu.state = virt;
  for (const auto& blob : s_.platform.firmware_tables()) copy_in(blob.gpa, blob.bytes);
}

// All is as the CPU has it, for nothing is hidden from this guest but where paging stands.
State Vm::believed_by_paravirtual() const {
  const State& virt = s_.vcpu.virt;
  State now = host_.cpu.state;
  now.cr0 = virt.cr0, now.cr2 = virt.cr2, now.cr3 = virt.cr3, now.cr4 = virt.cr4;
  now.halted = virt.halted;
  return now;
}

void Vm::set_state(const State& state) {
  s_.vcpu.virt = state;
  s_.vcpu.virt.eflags = (state.eflags & host_.cpu.model().eflags() & ~kMonitorFlags) | flag::kOne | flag::kIf;
}

void Vm::enter_handler(const Trap& trap, const State& handler) {
  count_injection(trap);
  set_state(handler);
}

// --- descriptors ---

// What the CPU would have to set in a descriptor at its first load is set beforehand.
void Vm::set_descriptors(std::span<const Descriptor> table) {
  const Hpa at = region_;  // the monitor's tables
  for (std::size_t i = 0; i < table.size(); ++i) {
    const bool segment = table[i].present() && table[i].is_segment();
    host_.memory.write(at + 8 * i, table[i].low);
    host_.memory.write(at + 8 * i + 4, table[i].high | (segment ? u32{rights::kAccessed} << 8 : 0));
  }
  s_.vcpu.virt.gdtr = {monitor::kGdt.base, static_cast<u16>(8 * table.size() - 1)};
  work(Param::kVmmReference, 2 * table.size());
}

std::optional<Descriptor> Vm::descriptor(u16 selector) {
  const u32 offset = selector & selector::kIndex;
  if (selector::null(selector) || selector & selector::kLocal || offset + 7 > s_.vcpu.virt.gdtr.limit) return std::nullopt;
  work(Param::kVmmReference, 2);
  const u32 at = monitor::kGdt.base + offset;
  return Descriptor{peek_monitor(at, 4), peek_monitor(at + 4, 4), at};
}

u32 Vm::peek_monitor(u32 linear, unsigned bytes) const {
  const u32 offset = linear - kMonitorSpace;
  u32 value = 0;
  for (unsigned i = 0; i < bytes && offset + i < kMonitorTableBytes; ++i)
    value |= u32{host_.memory.read<u8>(region_ + offset + i)} << (8 * i);
  return value;
}

// --- page tables ---

// The entry drops all translations, for CR3 is another; none is global.
bool Vm::use_guest_root(u32 cr3) {
  s_.vcpu.virt.cr3 = cr3;
  s_.vcpu.virt.cr0 |= cr0::kPg;
  if (s_.guest_root == cr3) return false;
  s_.guest_root = cr3;
  work(Param::kVmmSwitch);
  return true;
}

namespace {
struct HostTables {
  const mmu::Memory& memory;
  u32 read_entry(u32 address) const { return memory.contains({address}, 4) ? memory.read<u32>(Hpa{address}) : ~u32{0}; }
  void write_entry(u32, u32) const {}  // a look stores nothing
};
}  // namespace

// The frame found is made the guest's again. What is none of its RAM (p2m and m2p) it cannot tell by address.
std::optional<Gpa> Vm::look_own_tables(const State& state, u32 linear) const {
  HostTables tables{host_.memory};
  const PagingContext context{state.cr3, true, false, true, false, false};
  const Walk found = walk(tables, context, linear, Access::kLoad, Purpose::kLook);
  const auto page = found.fault ? std::nullopt : guest_page(found.frame);
  return page ? std::optional(*page + (linear & kPageMask)) : std::nullopt;
}

// --- calls ---

void Vm::finish_hypercall() {
  s_.vcpu.virt.eip += kVmcallBytes;
  ++s_.counts.emulated;
  ++host_.clock.instructions;
}

vmm::ExitKind Vm::kind_of_exit(const Exit& exit) const {
  vmm::ExitKind kind = kind_of(exit);
  if (in_hypercall(exit)) kind.detail = detail_of_hypercall(s_.vcpu.virt.r[kEax]);
  return kind;
}

u32 Vm::read_port(u16 port, unsigned bytes) {
  work(Param::kDeviceAccess);
  return port_in(port, bytes);
}

void Vm::write_port(u16 port, unsigned bytes, u32 value) {
  work(Param::kDeviceAccess);
  port_out(port, bytes, value);
}

std::optional<u8> Vm::take_interrupt() {
  if (!interrupt_pending()) return std::nullopt;
  work(Param::kDeviceAccess);
  return s_.platform.acknowledge();
}

u32 Vm::drive_sectors(unsigned number) const {
  const devices::Drive* drive = s_.platform.drive(number);
  return drive ? drive->sectors() : 0;
}

bool Vm::read_guest(Gpa from, std::span<u8> to) {
  work(Param::kVmmReference, (to.size() + 3) / 4);
  return copy_out(from, to);
}

bool Vm::write_guest(Gpa to, std::span<const u8> from) {
  work(Param::kVmmReference, (from.size() + 3) / 4);
  return copy_in(to, from);
}

}  // namespace ringside::x86
