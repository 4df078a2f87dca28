#include "session/lanes.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "session/equivalence.hpp"
#include "session/examine.hpp"
#include "session/open.hpp"
#include "session/open_x86.hpp"

namespace ringside::session {

namespace {

// So many points are kept, at the most; where there are more, every other one is dropped.
constexpr std::size_t kMostPoints = 8192;
constexpr u64 kFirstStride = 256;

// Notes the events that the guest sees, in the guest's time.
class Listener final : public vmm::EventObserver {
 public:
  Listener(const vmm::AnyMachine& machine, Lane& lane) : machine_(machine), lane_(lane) {}

  void happened(u64, const vmm::Event& event) override {
    if (event.kind != vmm::EventKind::kTrap && event.kind != vmm::EventKind::kInject) return;
    if (lane_.seen++ < Lane::kMostEvents) lane_.events.push_back({machine_.clock().now(), event.cycle, machine_.cause_name(event)});
  }
  void forget_from(u64) override {}

 private:
  const vmm::AnyMachine& machine_;
  Lane& lane_;
};

class LaneRun {
 public:
  LaneRun(vmm::AnyMachine& machine, Lane& lane) : m_(machine), lane_(lane) {}

  void operator()(const GoesOn& goes_on) {
    const Options& options = lane_.contender.options;
    vmm::Limits limits{options.max_instructions, options.max_cycles, 0, 0};
    note();
    u64 asked = 0;
    while (!m_.ending() && !m_.waits_for_input()) {
      limits.steps = m_.steps() + stride_;
      m_.run(limits);
      note();
      if (m_.steps() - asked > kBetweenQuestions && !goes_on(m_.instructions())) break;
      if (m_.steps() - asked > kBetweenQuestions) asked = m_.steps();
    }
  }

 private:
  static constexpr u64 kBetweenQuestions = u64{1} << 19;

  void note() {
    if (lane_.points.size() >= kMostPoints) thin_out();
    const LanePoint point{m_.clock().now(), m_.ledger().spent()};
    if (!lane_.points.empty() && lane_.points.back().time == point.time) lane_.points.pop_back();
    lane_.points.push_back(point);
  }
  void thin_out() {
    for (std::size_t i = 0; 2 * i < lane_.points.size(); ++i) lane_.points[i] = lane_.points[2 * i];
    lane_.points.resize((lane_.points.size() + 1) / 2);
    stride_ *= 2;
  }

  vmm::AnyMachine& m_;
  Lane& lane_;
  u64 stride_ = kFirstStride;
};

}  // namespace

Cycles LanePoint::cycles() const {
  Cycles all = 0;
  for (const Cycles each : spent) all += each;
  return all;
}

vmm::Spending Lane::spent_until(u64 when) const {
  const auto after = std::ranges::lower_bound(points, when, {}, &LanePoint::time);
  if (after == points.end()) return points.empty() ? vmm::Spending{} : points.back().spent;
  if (after == points.begin()) return after->spent;
  const LanePoint &a = *(after - 1), &b = *after;
  const double part = static_cast<double>(when - a.time) / static_cast<double>(b.time - a.time);
  vmm::Spending spent = a.spent;
  for (std::size_t i = 0; i < spent.size(); ++i) spent[i] += static_cast<u64>(part * static_cast<double>(b.spent[i] - a.spent[i]));
  return spent;
}

Result<Lane> run_lane(Contender contender, const GoesOn& goes_on) {
  contender.options.virtual_time = true;
  const auto machine = machine_of(contender);
  if (!machine) return fail(machine.error());
  Lane lane;
  lane.contender = std::move(contender);
  Listener listener(**machine, lane);
  (*machine)->log().tell(&listener);
  LaneRun (**machine, lane)(goes_on);
  (*machine)->log().tell(nullptr);
  lane.isa = (*machine)->isa_name(), lane.ending = ending_of(**machine), lane.console = (*machine)->console();
  lane.ended = (*machine)->ending().has_value();
  return lane;
}

// --- where they part ---

namespace {

constexpr u32 kMemoryEvery = 4096;

template <class A>
void take(PartingSearch& out, const Contender& contender, const Equivalence& found, const vmm::MachineOf<A>& other) {
  out.ticks = found.ticks, out.stopped = found.stopped;
  if (!found.divergence) return;
  const Divergence& d = *found.divergence;
  out.parting = Parting{contender, d.time, other.steps(), "", d.differences};
  if (!d.at_fault) return;
  const PastInstruction& last = *d.at_fault;
  const std::string symbol = last.symbol.empty() ? "" : " <" + last.symbol + ">";
  out.parting->where = fmt::format("{:08x}{} {} in {}", last.pc, symbol, last.text, last.mode);
}

// Memory is compared seldom; where only that differs, a second run does at each instant of the last stretch.
template <class A, class Make>
Result<PartingSearch> search(const Contender& contender, const loader::Image& image, const GoesOn& goes_on, const Make& make) {
  Options bare = contender.options;
  bare.strategy = "bare", bare.paging.clear();
  PartingSearch out;
  for (u64 fine_from = ~u64{0};;) {
    auto first = make(bare), other = make(contender.options);
    if (!first) return fail(first.error());
    if (!other) return fail(other.error());
    EquivalenceOptionsOf<A> how{0, kMemoryEvery, fine_from, [&](u32 pc) { return image.symbols.name(pc); }, {}, {}};
    how.observe = [&](const auto&) { (*other)->log().forget(); };
    how.goes_on = [&] { return goes_on((*first)->instructions()); };
    const Equivalence found = compare_instants(**first, **other, how);
    take<A>(out, contender, found, **other);
    if (!found.divergence || !found.divergence->memory || fine_from <= found.ticks) return out;
    fine_from = found.ticks > kMemoryEvery ? found.ticks - kMemoryEvery : 1;
  }
}

}  // namespace

Result<PartingSearch> find_parting(const Contender& wanted, const GoesOn& goes_on) {
  Contender contender = wanted;
  contender.options.virtual_time = true;
  const auto image = load_guest(contender.options);
  if (!image) return fail(image.error());
  const std::vector images{*image};
  if (image->machine == loader::Machine::k386)
    return search<x86::Arch>(contender, *image, goes_on, [&](const Options& o) { return make_x86_machine(o, images); });
  return search<vmm::ZisaArch>(contender, *image, goes_on, [&](const Options& o) { return make_machine(o, images); });
}

}  // namespace ringside::session
