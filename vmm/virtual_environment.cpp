#include "vmm/virtual_environment.hpp"

#include "cpu/across.hpp"

namespace ringside::vmm {

std::optional<Trap> VirtualEnvironment::translate(u32 gva, Access access, Gpa& gpa) {
  const ArchState& virt = vm_.state();
  gpa = {gva};
  if (!virt.paging()) return std::nullopt;
  if (const auto& known = vm_.known_page_; known && known->first == (gva & ~kPageMask)) {
    gpa = known->second + (gva & kPageMask);
    return std::nullopt;
  }
  const mmu::Walk found = vm_.walk_guest({gva}, access);
  if (found.fault == mmu::Fault::kPage) return Trap{zisa::page_fault(access), gva};
  if (found.fault == mmu::Fault::kAccess) return Trap{zisa::access_fault(access), gva};
  gpa = Gpa{(found.frame << kPageShift) + (gva & kPageMask)};
  return std::nullopt;
}

bool VirtualEnvironment::access(Gpa gpa, unsigned bytes, u32& value, bool write) {
  touched_memory = true;
  needed_vmm |= !vm_.is_ram(gpa, bytes) || (write && vm_.traced(gpa));
  if (!vm_.is_ram(gpa, bytes)) {
    if (auto* audit = vm_.host_.memory.audit())
      audit->device_touched(mmu::Agent::kVmm, gpa.v, write);
    if (gpa.v % bytes != 0) return false;
    return write ? vm_.device_write(gpa, bytes, value) : vm_.device_read(gpa, bytes, value);
  }
  u8 raw[4] = {};
  if (!write) {
    vm_.copy_out(gpa, {raw, bytes});
    value = load_le<u32>(raw);
    return true;
  }
  store_le(raw, value);
  return vm_.copy_in(gpa, {raw, bytes});
}

std::optional<Trap> VirtualEnvironment::load(u32 gva, unsigned bytes, u32& value) {
  return transfer(gva, bytes, value, false);
}
std::optional<Trap> VirtualEnvironment::store(u32 gva, unsigned bytes, u32 value) {
  return transfer(gva, bytes, value, true);
}

std::optional<Trap> VirtualEnvironment::transfer(u32 gva, unsigned bytes, u32& value, bool write) {
  const Access kind = write ? Access::kStore : Access::kLoad;
  if (bytes > cpu::bytes_in_first_page(gva))
    return cpu::access_across<Gpa>(
        gva, bytes, value, kind, [&](auto&&... where) { return translate(where...); },
        [&](Gpa gpa) { return vm_.is_ram(gpa); },
        [&](u32, Gpa gpa, u32& byte) { access(gpa, 1, byte, write); });
  Gpa gpa;
  if (const auto trap = translate(gva, kind, gpa)) return trap;
  if (access(gpa, bytes, value, write)) return std::nullopt;
  return Trap{zisa::access_fault(kind), gva};
}

u32 VirtualEnvironment::probe(u32 gva) {
  const ArchState& virt = vm_.state();
  if (!virt.paging()) return 7;
  const mmu::Walk found = vm_.look_guest(virt, {gva});
  vm_.work(cost::Param::kVmmReference, found.references);
  return found.fault == mmu::Fault::kNone ? mmu::rights(found.flags, virt.supervisor()) : 0;
}

}  // namespace ringside::vmm
