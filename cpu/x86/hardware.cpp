#include "cpu/x86/hardware.hpp"

namespace ringside::x86 {

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

constexpr u32 ones(unsigned bytes) {
  return ~u32{0} >> (32 - 8 * bytes);
}

}  // namespace

std::optional<Trap> Hardware::translate(u32 linear, Access access, Privilege privilege, Hpa& hpa) {
  PagingContext context = cpu_.paging_context();
  if (privilege != Privilege::kByCpl) context.user = false;
  const Translation found = cpu_.mmu_.translate(context, linear, access);
  hpa = found.hpa;
  if (auto* audit = memory().audit(); audit && !found.fault)
    audit->translated(!context.user, {linear}, access, hpa);
  return fault_of(found, linear);
}

// Both pages are known to allow the access before anything is moved, the lower one first.
std::optional<Trap> Hardware::place(u32 linear, unsigned bytes, Access access, Privilege privilege,
                                    Place& at) {
  if (linear & (bytes - 1)) ++cpu_.accesses_.misaligned;
  at.in_low = std::min<unsigned>(bytes, kPageSize - (linear & kPageMask));
  if (const auto trap = translate(linear, access, privilege, at.low)) return trap;
  if (at.in_low == bytes) return std::nullopt;
  return translate(linear + at.in_low, access, privilege, at.high);
}

std::optional<Trap> Hardware::read_as(Access access, u32 linear, unsigned bytes, u32& value,
                                      Privilege privilege) {
  if (in_monitor_space(privilege)) {
    const auto at = monitor_table(linear, bytes, access);
    return value = at ? read_bytes(memory(), *at, bytes) : 0, std::nullopt;
  }
  Place at;
  if (const auto trap = place(linear, bytes, access, privilege, at)) return trap;
  if (at.in_low == bytes) {
    value = read(at.low, bytes);
    refresh(linear, access, privilege);
    return std::nullopt;
  }
  value = 0;
  for (unsigned i = 0; i < bytes; ++i)
    value |= read(i < at.in_low ? at.low + i : at.high + (i - at.in_low), 1) << (8 * i);
  return std::nullopt;
}

std::optional<Trap> Hardware::store(u32 linear, unsigned bytes, u32 value, Privilege privilege) {
  if (in_monitor_space(privilege)) {
    if (const auto at = monitor_table(linear, bytes, Access::kStore)) write_bytes(memory(), *at, bytes, value);
    return std::nullopt;
  }
  Place at;
  if (const auto trap = place(linear, bytes, Access::kStore, privilege, at)) return trap;
  if (at.in_low == bytes) {
    write(linear, at.low, bytes, value);
    refresh(linear, Access::kStore, privilege);
    return std::nullopt;
  }
  for (unsigned i = 0; i < bytes; ++i)
    write(linear + i, i < at.in_low ? at.low + i : at.high + (i - at.in_low), 1,
          value >> (8 * i) & 0xff);
  return std::nullopt;
}

// Beyond the monitor's tables there is nothing.
std::optional<Hpa> Hardware::monitor_table(u32 linear, unsigned bytes, Access access) {
  const u32 offset = linear - kMonitorSpace;
  if (offset > kMonitorTableBytes - bytes) return std::nullopt;
  const Hpa at = *cpu_.monitor_tables + offset;
  ++cpu_.accesses_.data;
  if (auto* audit = memory().audit()) audit->accessed(mmu::Agent::kWalk, at, bytes, access);
  return at;
}

u32 Hardware::read(Hpa hpa, unsigned bytes) {
  auto* const audit = memory().audit();
  if (memory().contains(hpa, bytes)) {
    ++cpu_.accesses_.data;
    if (audit) audit->accessed(mmu::Agent::kGuest, hpa, bytes, Access::kLoad);
    return read_bytes(memory(), hpa, bytes);
  }
  ++cpu_.accesses_.device;
  if (audit) audit->device_touched(mmu::Agent::kGuest, hpa.v, false);
  u32 value = 0;
  return cpu_.bus_.read(hpa, bytes, value) ? value & ones(bytes) : ones(bytes);
}

void Hardware::write(u32 linear, Hpa hpa, unsigned bytes, u32 value) {
  auto* const audit = memory().audit();
  if (!memory().contains(hpa, bytes)) {
    ++cpu_.accesses_.device;
    if (audit) audit->device_touched(mmu::Agent::kGuest, hpa.v, true);
    cpu_.bus_.write(hpa, bytes, value & ones(bytes));
    return;
  }
  ++cpu_.accesses_.data;
  if (audit) audit->accessed(mmu::Agent::kGuest, hpa, bytes, Access::kStore);
  if (cpu_.effects_)
    cpu_.effects_->memory.push_back({{linear},
                                     hpa,
                                     static_cast<u8>(bytes),
                                     read_bytes(memory(), hpa, bytes),
                                     value & ones(bytes)});
  write_bytes(memory(), hpa, bytes, value);
}

// A large page is cached in parts, and INVLPG drops them all (SDM volume 3, section 4.10.4.1).
void Hardware::invalidate_page(u32 linear) {
  auto& tlb = cpu_.mmu_.tlb;
  constexpr unsigned kLargeShift = 22;
  tlb.drop({linear});
  if (cpu_.state.cr4 & cr4::kPse)
    for (const mmu::TlbEntry& entry : tlb.entries())
      if (entry.valid && entry.flags & pte::kPs && entry.page >> (kLargeShift - kPageShift) == linear >> kLargeShift)
        tlb.drop({entry.page << kPageShift});
  invalidated();
}

// After an access the fast engine may do the next one of the page, if nothing speaks against it.
void Hardware::refresh(u32 linear, Access access, Privilege privilege) {
  const bool supervisor = privilege != Privilege::kByCpl || !cpu_.state.user();
  auto& tlb = cpu_.mmu_.tlb;
  if (!tlb.tagged({linear}, supervisor, access)) tlb.refresh({linear}, memory());
}

}  // namespace ringside::x86
