#include "session/overview.hpp"

#include <algorithm>

#include "session/lens.hpp"
#include "vmm/x86/arch.hpp"

namespace ringside::session {

namespace {

template <class A>
void read_off(Overview& o, const vmm::MachineOf<A>& machine, std::size_t guest) {
  const auto& vm = machine.vm(guest);
  const auto& state = vm.internals();
  o.isa = A::isa_name(machine.cpu()), o.strategy = machine.strategy().name(), o.paging = vm.paging_name();
  o.emulated = state.counts.emulated, o.translated = state.counts.translated;
  for (const auto& [kind, seen] : state.exits) o.exits.push_back({A::exit_name(kind), seen.count, seen.cycles, seen.min, seen.max});
  std::ranges::stable_sort(o.exits, std::greater(), &ExitReport::cycles);
}

}  // namespace

Overview overview(const Session& session, std::size_t guest) {
  Overview o;
  if (session.is_x86())
    read_off<x86::Arch>(o, session.pc(), guest);
  else
    read_off<vmm::ZisaArch>(o, session.machine(), guest);
  const vmm::AnyMachine& m = session.any_machine();
  o.virtualized = make_lens(m)->virtualized();
  o.instructions = m.instructions(guest), o.direct = m.direct_instructions(guest);
  const auto spent = m.spent(guest);
  for (std::size_t a = 0; a < spent.size(); ++a) {
    o.accounts.push_back({std::string(cost::account_name(static_cast<cost::Account>(a))), spent[a]});
    o.cycles += spent[a];
  }
  return o;
}

}  // namespace ringside::session
