#include "vmm/x86/virtual_environment.hpp"

#include <algorithm>

#include "isa/x86/decode.hpp"

namespace ringside::x86 {

std::optional<Trap> VirtualEnvironment::translate(u32 linear, Access access, Privilege privilege, Gpa& gpa) {
  const State& virt = vm_.state();
  gpa = {linear};
  if (!virt.paging()) return std::nullopt;
  if (const auto known = vm_.known_translation(linear, access)) return gpa = *known, std::nullopt;
  const bool user = virt.user() && privilege == Privilege::kByCpl;
  const Walk found = vm_.walk_guest(linear, access, user);
  if (found.fault) return Trap{kPf, true, found.code, linear, Trap::Kind::kException, 0};
  gpa = Gpa{(u64{found.frame} << kPageShift) + (linear & kPageMask)};
  return std::nullopt;
}

// Both pages are known to allow the access before anything is moved, the lower one first.
std::optional<Trap> VirtualEnvironment::place(u32 linear, unsigned bytes, Access access, Privilege privilege,
                                              Place& at) {
  at.in_low = std::min<unsigned>(bytes, kPageSize - (linear & kPageMask));
  if (const auto trap = translate(linear, access, privilege, at.low)) return trap;
  note_traced(at.low, access);
  if (at.in_low == bytes) return std::nullopt;
  if (const auto trap = translate(linear + at.in_low, access, privilege, at.high)) return trap;
  note_traced(at.high, access);
  return std::nullopt;
}

// Hardware looks at the right to store also where nothing is stored in the end, as ENTER does.
void VirtualEnvironment::note_traced(Gpa gpa, Access access) {
  if (access == Access::kStore) needed_vmm |= vm_.traced(vm_.on_bus(gpa));
}

std::optional<Trap> VirtualEnvironment::read_as(Access access, u32 linear, unsigned bytes, u32& value,
                                                Privilege privilege) {
  Place at;
  if (const auto trap = place(linear, bytes, access, privilege, at)) return trap;
  if (at.in_low == bytes) return value = read(at.low, bytes), std::nullopt;
  value = 0;
  for (unsigned i = 0; i < bytes; ++i) value |= read(at.byte(i), 1) << (8 * i);
  return std::nullopt;
}

std::optional<Trap> VirtualEnvironment::store(u32 linear, unsigned bytes, u32 value, Privilege privilege) {
  Place at;
  if (const auto trap = place(linear, bytes, Access::kStore, privilege, at)) return trap;
  if (at.in_low == bytes) return write(at.low, bytes, value), std::nullopt;
  for (unsigned i = 0; i < bytes; ++i) write(at.byte(i), 1, value >> (8 * i) & 0xff);
  return std::nullopt;
}

// Where nothing answers, the bus reads as ones and forgets what is written.
u32 VirtualEnvironment::read(Gpa gpa, unsigned bytes) {
  touched_memory = true;
  gpa = vm_.on_bus(gpa);
  u8 raw[4] = {0xff, 0xff, 0xff, 0xff};
  u32 value = 0;
  if (vm_.copy_out(gpa, {raw, bytes})) return load_le<u32>(raw) & ~u32{0} >> (32 - 8 * bytes);
  needed_vmm = true;
  const bool answered = vm_.device_read(gpa, bytes, value);
  return (answered ? value : ~u32{0}) & ~u32{0} >> (32 - 8 * bytes);
}

void VirtualEnvironment::write(Gpa gpa, unsigned bytes, u32 value) {
  touched_memory = true;
  gpa = vm_.on_bus(gpa);
  u8 raw[4];
  store_le(raw, value);
  needed_vmm |= vm_.traced(gpa);
  if (vm_.copy_in(gpa, {raw, bytes})) return;
  needed_vmm = true;
  vm_.device_write(gpa, bytes, value);
}

// Byte by byte as far as CS reaches, a page looked up when the first of its bytes is needed.
std::optional<Trap> VirtualEnvironment::fetch(Instruction& instruction) {
  const State& virt = vm_.state();
  const Segment& cs = virt.segment(Seg::kCs);
  const CodeSize size = cs.big() ? CodeSize::kBits32 : CodeSize::kBits16;
  std::array<u8, kMaxLength> bytes{};
  Gpa at;
  for (u32 count = 0; count < kMaxLength && virt.eip + u64{count} <= cs.limit; ++count) {
    const u32 linear = cs.base + virt.eip + count;
    if (count == 0 || (linear & kPageMask) == 0) {
      if (const auto trap = translate(linear, Access::kFetch, Privilege::kByCpl, at)) return trap;
    }
    bytes[count] = 0xff;
    vm_.copy_out(vm_.on_bus(at), {&bytes[count], 1});
    at = at + 1;
    instruction = decode(std::span(bytes).first(count + 1), size);
    if (instruction.row != kTooShortRow) return std::nullopt;
  }
  return Trap{kGp, true, 0, 0, Trap::Kind::kException, 0};
}

}  // namespace ringside::x86
