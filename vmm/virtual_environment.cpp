#include "vmm/virtual_environment.hpp"

namespace ringside::vmm {

std::optional<Trap> VirtualEnvironment::translate(u32 gva, Access access, Gpa& gpa) {
  const ArchState& virt = vm_.state();
  gpa = {gva};
  if (!virt.paging()) return std::nullopt;
  const mmu::Walk found = vm_.walk_guest({gva}, access);
  if (found.fault == mmu::Fault::kPage) return Trap{zisa::page_fault(access), gva};
  if (found.fault == mmu::Fault::kAccess) return Trap{zisa::access_fault(access), gva};
  gpa = Gpa{(found.frame << kPageShift) + (gva & kPageMask)};
  return std::nullopt;
}

bool VirtualEnvironment::access(Gpa gpa, unsigned bytes, u32& value, bool write) {
  touched_memory = true;
  if (!vm_.is_ram(gpa, bytes)) {
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

// As cpu/hardware.cpp does it: an access over a page boundary checks both pages first, then goes
// byte by byte, in RAM only.
std::optional<Trap> VirtualEnvironment::transfer(u32 gva, unsigned bytes, u32& value, bool write) {
  const Access kind = write ? Access::kStore : Access::kLoad;
  Gpa low, high;
  if (const auto trap = translate(gva, kind, low)) return trap;
  const u32 in_first = kPageSize - (gva & kPageMask);
  if (in_first >= bytes) {
    if (access(low, bytes, value, write)) return std::nullopt;
    return Trap{zisa::access_fault(kind), gva};
  }
  if (!vm_.is_ram(low)) return Trap{zisa::access_fault(kind), gva};
  if (const auto trap = translate(gva + in_first, kind, high)) return trap;
  if (!vm_.is_ram(high)) return Trap{zisa::access_fault(kind), gva + in_first};
  u32 all = 0;
  for (unsigned i = 0; i < bytes; ++i) {
    u32 byte = (value >> (8 * i)) & 0xff;
    access(i < in_first ? low + i : high + (i - in_first), 1, byte, write);
    all |= byte << (8 * i);
  }
  if (!write) value = all;
  return std::nullopt;
}

u32 VirtualEnvironment::probe(u32 gva) {
  const ArchState& virt = vm_.state();
  if (!virt.paging()) return 7;
  const mmu::Walk found = vm_.look_guest(virt, {gva});
  vm_.work(cost::Param::kVmmReference, found.references);
  return found.fault == mmu::Fault::kNone ? mmu::rights(found.flags, virt.supervisor()) : 0;
}

}  // namespace ringside::vmm
