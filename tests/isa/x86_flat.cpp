#include "isa/x86_flat.hpp"

#include "cpu/x86/operands.hpp"
#include "cpu/x86/view.hpp"

namespace ringside::test {
namespace {

using namespace x86;

struct Environment {
  Flat& machine;

  std::optional<Trap> unmapped(u32 linear, unsigned bytes) {
    for (unsigned i = 0; i < bytes; ++i)
      if (!machine.byte(linear + i)) return Trap{kPf, true, 0, linear + i};
    return std::nullopt;
  }
  std::optional<Trap> load(u32 linear, unsigned bytes, u32& value, Privilege) {
    if (const auto trap = unmapped(linear, bytes)) return trap;
    value = 0;
    for (unsigned i = 0; i < bytes; ++i) value |= u32{*machine.byte(linear + i)} << 8 * i;
    return std::nullopt;
  }
  std::optional<Trap> load_for_update(u32 linear, unsigned bytes, u32& value, Privilege by) {
    return load(linear, bytes, value, by);
  }
  std::optional<Trap> store(u32 linear, unsigned bytes, u32 value, Privilege) {
    if (const auto trap = unmapped(linear, bytes)) return trap;
    for (unsigned i = 0; i < bytes; ++i)
      *machine.byte(linear + i) = static_cast<u8>(value >> 8 * i);
    return std::nullopt;
  }
  std::optional<Trap> check_store(u32 linear, unsigned bytes, Privilege) {
    return unmapped(linear, bytes);
  }
  u32 in(u16 port, unsigned bytes) { return port_value(port, bytes); }
  void out(u16 port, unsigned bytes, u32 value) {
    machine.written_to_ports.insert(machine.written_to_ports.end(), {port, bytes, value});
  }
  u64 time() { return 0; }
  u32 apic_id() { return 0; }
  void invalidate_page(u32) {}
  void invalidate_all() {}
  void invalidate_local() {}
  void fetch_changed() {}
  void left_out(LeftOut) {}
};

State state_of(const Flat& machine) {
  State state;
  state.r = machine.r;
  state.eip = machine.eip;
  state.eflags = machine.eflags;
  state.cpl = machine.cpl;
  state.cr0 = cr0::kPe | cr0::kEt;
  constexpr u32 kFlat = rights::kS | rights::kPresent | rights::kWritable | rights::kAccessed |
                        rights::kBig | rights::kGranular;
  for (auto& segment : state.seg) segment = {0, 0, ~0u, kFlat};
  state.segment(Seg::kCs).access |= rights::kCode;
  return state;
}

u32 counted(const Flat& machine, const Instruction& i) {
  return machine.r[kEcx] & (i.address_size == 2 ? 0xffff : ~0u);
}

/// Whether REP ends behind the iteration that has just been done.
bool ends(const Flat& machine, const Instruction& i) {
  const bool compares = i.row == row_of("cmps") || i.row == row_of("scas");
  const bool zero = machine.eflags & flag::kZf;
  return counted(machine, i) == 0 || (compares && zero != (i.rep == Rep::kRepe));
}

std::optional<u8> once(Flat& machine, const Instruction& i) {
  State state = state_of(machine);
  Environment environment{machine};
  View<Environment> view(state, environment, default_model());
  view.begin(i);
  execute_meaning(view, i);
  const auto trap = view.finish();
  machine.r = state.r;
  machine.eip = state.eip;
  machine.eflags = state.eflags;
  return trap ? std::optional(trap->vector) : std::nullopt;
}

std::optional<u8> repeat(Flat& machine, const Instruction& i) {
  const u32 start = machine.eip;
  const u32 mask = i.address_size == 2 ? 0xffff : ~0u;
  for (bool end = counted(machine, i) == 0; !end; end = ends(machine, i)) {
    machine.eip = start;
    if (const auto vector = once(machine, i)) return vector;
    machine.r[kEcx] = (machine.r[kEcx] & ~mask) | ((machine.r[kEcx] - 1) & mask);
  }
  machine.eip = start + i.length;
  return std::nullopt;
}

}  // namespace

std::optional<u8> run(Flat& machine, const Instruction& instruction) {
  if (instruction.row >= kRowCount) return u8{kUd};
  return instruction.rep == Rep::kNone ? once(machine, instruction) : repeat(machine, instruction);
}

}  // namespace ringside::test
