// What a Vm does for a guest that knows of its VMM: page tables of the guest's own, with host frames in
// them, and the tables by which it finds those frames.
#include "vmm/vm.hpp"

namespace ringside::vmm {

using cost::Param;

namespace {
constexpr u64 kWordsOfPage = kPageSize / 4;
}

void Vm::run_paravirtual(bool calls_save_all) {
  run_deprivileged();
  s_.paravirtual = true;
  s_.calls_save_all = calls_save_all;
  const FrameTables tables = frame_tables();
  s_.shadow = {region_.page(), tables.p2m - region_.page()};
  fill_frame_tables();
}

// The last pages of the VMM's memory, right below the guest's.
Vm::FrameTables Vm::frame_tables() const {
  const u64 frames = ram_bytes_ >> kPageShift;
  const u64 pages = (frames + kWordsOfPage - 1) / kWordsOfPage;
  const u64 first = ram_host_.page();
  return {first - 2 * pages, first - pages, pages, first};
}

// Made with the VM, as its image is put into memory: nobody pays.
void Vm::fill_frame_tables() {
  const FrameTables tables = frame_tables();
  const u64 frames = ram_bytes_ >> kPageShift, first = u64{kRamBase} >> kPageShift;
  for (u64 i = 0; i < frames; ++i) {
    const u64 offset = 4 * i;
    host_.memory.write(Hpa{(tables.p2m << kPageShift) + offset}, static_cast<u32>(ram_host_.page() + i));
    host_.memory.write(Hpa{(tables.m2p << kPageShift) + offset}, static_cast<u32>(first + i));
  }
}

std::optional<Gpa> Vm::guest_page(u64 host_frame) const {
  const u64 first = ram_host_.page();
  if (host_frame < first || host_frame - first >= ram_bytes_ >> kPageShift) return std::nullopt;
  return Gpa{kRamBase + ((host_frame - first) << kPageShift)};
}

bool Vm::is_frame_table(u64 host_frame) const {
  const FrameTables tables = frame_tables();
  return s_.paravirtual && host_frame >= tables.p2m && host_frame < tables.first_host_frame;
}

bool Vm::map_frame_table(u32 root, Gva gva, u64 host_frame) {
  work(Param::kVmmMap);
  if (!is_frame_table(host_frame)) return false;
  return s_.shadow.map(host_.memory, root, gva, host_frame, {true, false, false});
}

// Entries are never global, so whatever was cached is gone.
bool Vm::use_guest_root(u32 ptbr) {
  s_.vcpu.virt.control(Cr::kPtbr) = ptbr;
  s_.vcpu.virt.sr |= zisa::sr::kPg;
  if (s_.guest_root == ptbr) return false;
  s_.guest_root = ptbr;
  work(Param::kVmmSwitch);
  work(Param::kTlbInvalidate);
  host_.cpu.state.control(Cr::kPtbr) = ptbr;
  host_.cpu.mmu().tlb.drop_all();
  return true;
}

void Vm::finish_hypercall() {
  s_.vcpu.virt.pc += 4;
  ++s_.counts.emulated;
  ++host_.clock.instructions;
}

u32 Vm::read_device(Gpa address, unsigned bytes) {
  work(Param::kDeviceAccess);
  u32 value = 0;
  device_read(address, bytes, value);
  return value;
}

void Vm::write_device(Gpa address, unsigned bytes, u32 value) {
  work(Param::kDeviceAccess);
  device_write(address, bytes, value);
}

// The frame found is made the guest's again. What is none of its RAM (p2m and m2p) it cannot tell by address.
mmu::Walk Vm::look_own_tables(const ArchState& state, Gva gva) const {
  mmu::HostTables tables{host_.memory};
  mmu::Walk found = mmu::walk(tables, state.control(Cr::kPtbr), gva, false, Access::kLoad,
                              mmu::Purpose::kLook);
  if (found.fault != mmu::Fault::kNone) return found;
  const auto page = guest_page(found.frame);
  if (!page) return found.fault = mmu::Fault::kAccess, found;
  return found.frame = page->page(), found;
}

}  // namespace ringside::vmm
