// What a Vm does for a guest that knows of its VMM: page tables of the guest's own, with host frames in
// them, and the tables by which it finds those frames.
#include "vmm/vm.hpp"

namespace ringside::vmm {

using cost::Param;

void Vm::run_paravirtual(bool calls_save_all) {
  run_deprivileged();
  s_.paravirtual = true;
  s_.calls_save_all = calls_save_all;
  make_frame_tables(region_.page());
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
