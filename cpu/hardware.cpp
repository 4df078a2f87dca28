#include "cpu/hardware.hpp"

#include "cpu/across.hpp"

namespace ringside::cpu {

namespace {

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
  if (found.fault == mmu::Fault::kNone) {
    if (auto* audit = memory().audit())
      audit->translated(cpu_.state.supervisor(), {gva}, access, hpa);
    return std::nullopt;
  }
  if (found.fault == mmu::Fault::kNested) return Trap{kNestedFault, gva};
  const bool page = found.fault == mmu::Fault::kPage;
  return Trap{page ? zisa::page_fault(access) : zisa::access_fault(access), gva};
}

std::optional<Trap> Hardware::load(u32 gva, unsigned bytes, u32& value) {
  if (gva & (bytes - 1)) ++cpu_.accesses_.misaligned;
  if (bytes > bytes_in_first_page(gva)) return across(gva, bytes, value, Access::kLoad);
  Hpa hpa;
  if (const auto trap = translate(gva, Access::kLoad, hpa)) return trap;
  return read(gva, hpa, bytes, value);
}

std::optional<Trap> Hardware::read(u32 gva, Hpa hpa, unsigned bytes, u32& value) {
  if (memory().contains(hpa, bytes)) {
    ++cpu_.accesses_.data;
    report(hpa, bytes, Access::kLoad);
    value = read_bytes(memory(), hpa, bytes);
    refresh(gva, Access::kLoad);
    return std::nullopt;
  }
  ++cpu_.accesses_.device;
  report_device(hpa, false);
  if (hpa.v % bytes == 0 && cpu_.bus_.read(hpa, bytes, value)) return std::nullopt;
  return Trap{Cause::kLoadAccess, gva};
}

std::optional<Trap> Hardware::store(u32 gva, unsigned bytes, u32 value) {
  if (gva & (bytes - 1)) ++cpu_.accesses_.misaligned;
  if (bytes > bytes_in_first_page(gva)) return across(gva, bytes, value, Access::kStore);
  Hpa hpa;
  if (const auto trap = translate(gva, Access::kStore, hpa)) return trap;
  if (memory().contains(hpa, bytes)) {
    ++cpu_.accesses_.data;
    write(gva, hpa, bytes, value);
    return std::nullopt;
  }
  ++cpu_.accesses_.device;
  report_device(hpa, true);
  if (hpa.v % bytes == 0 && cpu_.bus_.write(hpa, bytes, value)) return std::nullopt;
  return Trap{Cause::kStoreAccess, gva};
}

void Hardware::report(Hpa hpa, unsigned bytes, Access access) {
  if (auto* audit = memory().audit()) audit->accessed(mmu::Agent::kGuest, hpa, bytes, access);
}

void Hardware::report_device(Hpa hpa, bool write) {
  if (auto* audit = memory().audit()) audit->device_touched(mmu::Agent::kGuest, hpa.v, write);
}

void Hardware::write(u32 gva, Hpa hpa, unsigned bytes, u32 value) {
  report(hpa, bytes, Access::kStore);
  if (cpu_.effects_)
    cpu_.effects_->memory.push_back(
        {{gva}, hpa, static_cast<u8>(bytes), read_bytes(memory(), hpa, bytes), value});
  write_bytes(memory(), hpa, bytes, value);
  refresh(gva, Access::kStore);
}

std::optional<Trap> Hardware::across(u32 gva, unsigned bytes, u32& value, Access access) {
  const auto move_byte = [&](u32 at, Hpa hpa, u32& byte) {
    if (access != Access::kLoad) return write(at, hpa, 1, byte);
    report(hpa, 1, Access::kLoad);
    byte = memory().read<u8>(hpa);
  };
  const auto trap = access_across<Hpa>(
      gva, bytes, value, access, [&](auto&&... where) { return translate(where...); },
      [&](Hpa hpa) { return memory().contains(hpa); }, move_byte);
  if (!trap) cpu_.accesses_.data += 2;
  return trap;
}

}  // namespace ringside::cpu
