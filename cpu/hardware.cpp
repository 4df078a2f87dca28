#include "cpu/hardware.hpp"

namespace ringside::cpu {

namespace {

constexpr bool crosses_page(u32 gva, unsigned bytes) {
  return (gva & kPageMask) + bytes > kPageSize;
}

u32 read_bytes(const mmu::Memory& memory, Hpa hpa, unsigned bytes) {
  if (bytes == 1) return memory.read<u8>(hpa);
  return bytes == 2 ? memory.read<u16>(hpa) : memory.read<u32>(hpa);
}

void write_bytes(mmu::Memory& memory, Hpa hpa, unsigned bytes, u32 value) {
  if (bytes == 1) return memory.write(hpa, static_cast<u8>(value));
  if (bytes == 2) return memory.write(hpa, static_cast<u16>(value));
  memory.write(hpa, value);
}

}  // namespace

std::optional<Trap> Hardware::translate(u32 gva, Access access, Hpa& hpa) {
  const auto found = cpu_.mmu_.translate(cpu_.state.context(), {gva}, access);
  hpa = found.hpa;
  if (found.fault == mmu::Fault::kNone) return std::nullopt;
  const bool page = found.fault == mmu::Fault::kPage;
  return Trap{page ? zisa::page_fault(access) : zisa::access_fault(access), gva};
}

std::optional<Trap> Hardware::load(u32 gva, unsigned bytes, u32& value) {
  if (gva & (bytes - 1)) ++cpu_.accesses_.misaligned;
  if (crosses_page(gva, bytes)) return load_across(gva, bytes, value);
  Hpa hpa;
  if (const auto trap = translate(gva, Access::kLoad, hpa)) return trap;
  return read(gva, hpa, bytes, value);
}

std::optional<Trap> Hardware::read(u32 gva, Hpa hpa, unsigned bytes, u32& value) {
  if (memory().contains(hpa, bytes)) {
    ++cpu_.accesses_.data;
    value = read_bytes(memory(), hpa, bytes);
    cpu_.mmu_.tlb.refresh({gva}, memory());
    return std::nullopt;
  }
  ++cpu_.accesses_.device;
  if (hpa.v % bytes == 0 && cpu_.bus_.read(hpa, bytes, value)) return std::nullopt;
  return Trap{Cause::kLoadAccess, gva};
}

std::optional<Trap> Hardware::store(u32 gva, unsigned bytes, u32 value) {
  if (gva & (bytes - 1)) ++cpu_.accesses_.misaligned;
  if (crosses_page(gva, bytes)) return store_across(gva, bytes, value);
  Hpa hpa;
  if (const auto trap = translate(gva, Access::kStore, hpa)) return trap;
  if (memory().contains(hpa, bytes)) {
    ++cpu_.accesses_.data;
    write(gva, hpa, bytes, value);
    return std::nullopt;
  }
  ++cpu_.accesses_.device;
  if (hpa.v % bytes == 0 && cpu_.bus_.write(hpa, bytes, value)) return std::nullopt;
  return Trap{Cause::kStoreAccess, gva};
}

void Hardware::write(u32 gva, Hpa hpa, unsigned bytes, u32 value) {
  if (cpu_.effects_)
    cpu_.effects_->memory.push_back(
        {{gva}, hpa, static_cast<u8>(bytes), read_bytes(memory(), hpa, bytes), value});
  write_bytes(memory(), hpa, bytes, value);
  cpu_.mmu_.tlb.refresh({gva}, memory());
}

// An access over a page boundary is done byte by byte, once both pages are known to allow it, the lower
// one first; it works in RAM only, since a device's registers do not straddle pages.
std::optional<Trap> Hardware::load_across(u32 gva, unsigned bytes, u32& value) {
  const u32 boundary = (gva | kPageMask) + 1;
  Hpa low, high;
  if (const auto trap = translate(gva, Access::kLoad, low)) return trap;
  if (!memory().contains(low)) return Trap{Cause::kLoadAccess, gva};
  if (const auto trap = translate(boundary, Access::kLoad, high)) return trap;
  if (!memory().contains(high)) return Trap{Cause::kLoadAccess, boundary};
  cpu_.accesses_.data += 2;
  value = 0;
  for (unsigned i = 0; i < bytes; ++i) {
    const u32 at = gva + i;
    const Hpa hpa = at - gva < boundary - gva ? low + i : high + (at - boundary);
    value |= u32{memory().read<u8>(hpa)} << (8 * i);
  }
  return std::nullopt;
}

std::optional<Trap> Hardware::store_across(u32 gva, unsigned bytes, u32 value) {
  const u32 boundary = (gva | kPageMask) + 1;
  Hpa low, high;
  if (const auto trap = translate(gva, Access::kStore, low)) return trap;
  if (!memory().contains(low)) return Trap{Cause::kStoreAccess, gva};
  if (const auto trap = translate(boundary, Access::kStore, high)) return trap;
  if (!memory().contains(high)) return Trap{Cause::kStoreAccess, boundary};
  cpu_.accesses_.data += 2;
  for (unsigned i = 0; i < bytes; ++i) {
    const u32 at = gva + i;
    const Hpa hpa = at - gva < boundary - gva ? low + i : high + (at - boundary);
    write(at, hpa, 1, (value >> (8 * i)) & 0xff);
  }
  return std::nullopt;
}

void Hardware::finish() {
  if (!cpu_.effects_) return;
  for (auto& each : registers_) {
    each.after = cpu_.state.x[each.number];
    cpu_.effects_->registers.push_back(each);
  }
}

}  // namespace ringside::cpu
