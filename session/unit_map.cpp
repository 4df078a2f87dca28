#include "session/unit_map.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "isa/zisa/decode.hpp"
#include "loader/image.hpp"
#include "session/lens.hpp"
#include "vmm/x86/arch.hpp"

namespace ringside::session {

using cpu::OpKind;

namespace {

u32 target_of(u32 insn, u32 pc) { return pc + static_cast<u32>(zisa::decode(insn).operands.imm); }
u32 target_of(const x86::Instruction& insn, u32 pc) { return pc + insn.length + insn.immediate[0]; }

// A jump that is chained, to be led to a unit when all are known.
struct Chain {
  std::size_t from;
  u32 target;
};

template <class Unit>
UnitSpot spot_of(const Session& session, const cpu::CodeKey& key, const Unit& unit, std::size_t index, std::vector<Chain>& chains) {
  UnitSpot s{
      unit.start, unit.start, session.image().symbols.name(unit.start), key.frame.v, key.supervisor ? 'S' : 'U', 0, 0, 0, 0, {}, {}, 0,
      0,          0};
  unit.each([&](u32 pc, const auto& op) {
    ++s.operations;
    s.changed += op.reason != cpu::OpReason::kNone, s.calls += op.calls_out(), s.hashed += op.kind == OpKind::kHashedJump;
    s.end = pc + cpu::InstructionTraits<std::decay_t<decltype(op.insn)>>::bytes(op.insn);
    if (op.kind == OpKind::kChainedJump) chains.push_back({index, target_of(op.insn, pc)});
  });
  return s;
}

// Backwards from the last unit that can begin before an address: none is longer than a page. `mode` 0 is any.
std::size_t find(const std::vector<UnitSpot>& units, u32 address, char mode) {
  auto behind = std::ranges::upper_bound(units, address, std::less(), &UnitSpot::start);
  while (behind != units.begin() && (--behind)->start + u64{kPageSize} > address)
    if (address < behind->end && (mode == 0 || behind->mode == mode)) return static_cast<std::size_t>(behind - units.begin());
  return units.size();
}

// By address, with what was numbered before told where it went.
void sort_by_address(std::vector<UnitSpot>& units, std::vector<Chain>& chains) {
  std::vector<std::size_t> order(units.size()), place(units.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::ranges::stable_sort(order, std::less(), [&](std::size_t i) { return units[i].start; });
  std::vector<UnitSpot> sorted;
  for (const std::size_t i : order) place[i] = sorted.size(), sorted.push_back(std::move(units[i]));
  units = std::move(sorted);
  for (Chain& each : chains) each.from = place[each.from];
}

void link(std::vector<UnitSpot>& units, const std::vector<Chain>& chains) {
  for (const Chain& each : chains) {
    const std::size_t to = find(units, each.target, units[each.from].mode);
    if (to == units.size()) {
      ++units[each.from].open;
      continue;
    }
    auto& out = units[each.from].to;
    if (std::ranges::find(out, to) != out.end()) continue;
    out.push_back(to);
    units[to].from.push_back(each.from);
  }
}

// The exits among the last events, each to the unit that it came from: an exit lasts until the guest goes on.
void add_heat(UnitMap& map, const vmm::EventLog& log, std::size_t vm) {
  constexpr std::size_t kMost = 1u << 16;
  const auto& events = log.events();
  std::map<u32, std::size_t> known;
  const vmm::Event* exit = nullptr;
  map.events = std::min(kMost, events.size());
  for (auto e = events.end() - static_cast<std::ptrdiff_t>(map.events); e != events.end(); ++e) {
    if (e->vm != vm) continue;
    if (e->kind == vmm::EventKind::kExit) exit = &*e;
    if (e->kind != vmm::EventKind::kEntry || !exit) continue;
    const auto [at, fresh] = known.try_emplace(exit->pc, 0);
    if (fresh) at->second = map.at(exit->pc);
    if (at->second < map.units.size()) map.units[at->second].exits += 1, map.units[at->second].cycles += e->cycle - exit->cycle;
    exit = nullptr;
  }
}

template <class State>
UnitMap map_of(const Session& session, const State& state) {
  const auto& cache = state.code.cache;
  const auto& counts = cache.counts();
  UnitMap map{
      state.code.kernel, cache.used(), cache.capacity(), counts.units, counts.retranslated, counts.dropped, counts.flushes, 0, 0, {}};
  std::vector<Chain> chains;
  for (const auto& [key, page] : cache.pages())
    for (const auto& unit : page->units) map.units.push_back(spot_of(session, key, unit, map.units.size(), chains));
  sort_by_address(map.units, chains);
  link(map.units, chains);
  return map;
}

}  // namespace

std::size_t UnitMap::at(u32 address) const { return find(units, address, 0); }

UnitMap unit_map(const Session& session) {
  const vmm::AnyMachine& m = session.any_machine();
  const std::size_t vm = m.current();
  UnitMap map = session.is_x86() ? map_of(session, session.pc().vm(vm).internals()) : map_of(session, session.machine().vm(vm).internals());
  map.pc = make_lens(m)->pc();
  add_heat(map, m.log(), vm);
  return map;
}

Stopped count_executions(Debugger& debugger, u64 steps, Executions& into, const Debugger::Between& between) {
  const auto& machine = debugger.session().any_machine();
  const auto lens = make_lens(machine);
  const u64 start = machine.steps();
  for (; into.steps < steps && !machine.ending() && !machine.waits_for_input(); ++into.steps) {
    const u32 pc = lens->pc();
    const u64 before = machine.instructions();
    debugger.step(1);
    if (machine.instructions() != before) ++into.at[pc];
    if (into.steps % 1024 == 1023 && between && !between()) break;
  }
  return debugger.go_to_step(start);
}

std::string_view explain_operation(std::string_view kind) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 6> kTexts = {
      {{"identical", "Stayed as it was: the hardware executes the guest's own instruction."},
       {"in-cache", "Became a few instructions that do the same to the virtual registers, without leaving the cache."},
       {"light call-out", "Became a call of a routine of the VMM that saves little."},
       {"full call-out", "Became a call of the VMM with all state saved, as dear as an exit nearly."},
       {"chained jump", "A jump to a known address: led straight to that address's unit, with no look-up."},
       {"hashed jump", "A jump to an address that is known only when it runs: its unit is looked up each time."}}};
  const auto found = std::ranges::find(kTexts, kind, &std::pair<std::string_view, std::string_view>::first);
  return found == kTexts.end() ? std::string_view() : found->second;
}

}  // namespace ringside::session
