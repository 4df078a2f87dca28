// Going back: a position is the same however one comes to it.
#include "session/history.hpp"

#include <algorithm>
#include <map>

#include "session/history_support.hpp"
#include "support/dice.hpp"

namespace ringside::test {

using session::History;
using vmm::EventKind;
using vmm::Stop;

namespace {
constexpr u64 kHistory = 64u << 20;
constexpr u64 kInterval = 20'000;

// Digests of a run that only goes forwards, with nothing of a history on its machine.
std::map<u64, Digest> straight_run(const Way& way, std::vector<u64> steps) {
  auto session = open_zos(way);
  std::sort(steps.begin(), steps.end());
  std::map<u64, Digest> digests;
  for (const u64 step : steps) {
    if (step != 0) session.machine().run({.steps = step});  // 0 is no limit
    digests[step] = digest(session.machine());
  }
  return digests;
}

u64 length_of(const Way& way) {
  auto session = open_zos(way);
  session.run();
  return session.machine().steps();
}

std::vector<u64> some_steps(u64 end, unsigned count, u64 seed) {
  Dice dice(seed);
  std::vector<u64> steps{0, 1, kInterval - 1, kInterval, kInterval + 1, end - 1, end};
  while (steps.size() < count) steps.push_back(dice.below(static_cast<u32>(end)));
  return steps;
}

// Number of the first event of a kind.
std::optional<u64> find_event(const std::vector<vmm::Event>& events, auto wanted) {
  for (u64 i = 0; i < events.size(); ++i)
    if (wanted(events[i])) return i;
  return std::nullopt;
}

// All events of a run that has just ended: the log lets go of some when the run goes elsewhere.
std::vector<vmm::Event> all_events(const vmm::Machine& m) {
  REQUIRE(m.log().first() == 0);
  return {m.log().events().begin(), m.log().events().end()};
}
}  // namespace

TEST_CASE("going to a step equals running to it") {
  for (const Way& way : all_ways()) {
    INFO(name_of(way));
    const u64 end = length_of(way);
    auto steps = some_steps(end, 40, 1);
    auto expected = straight_run(way, steps);
    auto session = open_zos(way);
    History history(session.machine(), kHistory, kInterval);
    CHECK(history.run({}) == Stop::kEnd);
    REQUIRE(session.machine().steps() == end);
    for (const u64 step : steps) {  // not in order: back and forth
      history.go_to_step(step);
      CAPTURE(step);
      CHECK(digest(session.machine()) == expected[step]);
    }
    CHECK_FALSE(history.diverged());
  }
}

TEST_CASE("going to a cycle equals pausing at it") {
  for (const Way& way : all_ways()) {
    INFO(name_of(way));
    auto session = open_zos(way);
    History history(session.machine(), kHistory, kInterval);
    history.run({});
    const Cycles end = session.machine().cycles();
    Dice dice(2);
    for (int i = 0; i < 12; ++i) {
      const Cycles cycle = dice.below(static_cast<u32>(end)) + 1;
      auto other = open_zos(way);
      other.machine().run({.pause_at = cycle});
      history.go_to_cycle(cycle);
      CAPTURE(cycle);
      CHECK(session.machine().cycles() >= cycle);
      CHECK(digest(session.machine()) == digest(other.machine()));
      history.back();
      CHECK(session.machine().cycles() < cycle);
    }
    CHECK_FALSE(history.diverged());
  }
}

TEST_CASE("going to an event stands right after its step") {
  for (const Way& way : all_ways()) {
    INFO(name_of(way));
    auto session = open_zos(way);
    vmm::Machine& m = session.machine();
    History history(m, kHistory, kInterval);
    history.run({});
    const auto log = m.log().events();
    for (u64 e = 0; e < log.size(); e += 1 + log.size() / 60) {
      history.go_to_event(e);
      CAPTURE(e);
      CHECK(m.steps() == log[e].step + 1);
      CHECK(m.log().count() > e);
      history.back();
      CHECK(m.log().count() <= e);
    }
    CHECK_FALSE(history.diverged());
  }
}

TEST_CASE("back and forth over traps and exits and interrupts and DMA") {
  const auto trap = [](const vmm::Event& e) {
    return (e.kind == EventKind::kTrap || e.kind == EventKind::kInject) && e.a >> 31 == 0;
  };
  // To a paravirtual guest all interrupts are events of one cause.
  const auto interrupt = [](const vmm::Event& e) {
    return (e.kind == EventKind::kTrap || e.kind == EventKind::kInject) &&
           zisa::is_interrupt(static_cast<vmm::Cause>(e.a));
  };
  const auto dma = [](const vmm::Event& e) { return e.kind == EventKind::kDevice; };
  const auto idle = [](const vmm::Event& e) { return e.kind == EventKind::kIdle; };
  const auto exit = [](const vmm::Event& e) { return e.kind == EventKind::kExit; };
  for (const Way& way : all_ways()) {
    auto session = open_zos(way);
    vmm::Machine& m = session.machine();
    History history(m, kHistory, kInterval);
    history.run({});
    const auto events = all_events(m);
    const auto across = [&](const char* what, auto wanted) {
      INFO(name_of(way) << ", " << what);
      const auto event = find_event(events, wanted);
      REQUIRE(event);
      history.go_to_event(*event);
      const Digest after = digest(m);
      REQUIRE(history.back());
      const auto before = straight_run(way, {m.steps()});
      CHECK(digest(m) == before.begin()->second);
      history.go_to_step(after.step);
      CHECK(digest(m) == after);
      // Far back and by a run instead of a jump.
      history.go_to_step(after.step / 2);
      history.run({.steps = after.step});
      CHECK(digest(m) == after);
    };
    across("trap", trap);
    across("interrupt", interrupt);
    across("DMA", dma);
    across("idle", idle);
    if (way.strategy != "bare") across("exit", exit);
    CHECK_FALSE(history.diverged());
  }
}

TEST_CASE("what was typed is typed again and may be typed anew") {
  for (Way way : all_ways()) {
    INFO(name_of(way));
    way.script = "", way.more_input = true;
    auto session = open_zos(way);
    vmm::Machine& m = session.machine();
    History history(m, kHistory, kInterval);
    REQUIRE(history.run({}) == Stop::kInput);
    const u64 typed_at = m.steps();
    history.type("hello\n");
    const Digest typed = digest(m);
    REQUIRE(history.run({}) == Stop::kInput);
    const Digest after = digest(m);
    const std::string console = session.console();
    CHECK(console.find("hello") != std::string::npos);

    history.go_to_step(typed_at - 100);
    history.run({.steps = after.step});
    CHECK(digest(m) == after);
    history.go_to_step(typed_at);
    CHECK(digest(m) == typed);
    history.go_to_step(0);
    history.go_to_step(after.step);
    CHECK(session.console() == console);

    // Steps of waiting are positions as well.
    history.go_to_step(after.step + 5);
    REQUIRE(m.steps() == after.step + 5);
    history.type("exit 3\n");
    CHECK(history.run({}) == Stop::kEnd);
    const Digest end = digest(m);
    history.go_to_step(typed_at / 2);
    CHECK(history.run({}) == Stop::kEnd);
    CHECK(digest(m) == end);

    // Another future.
    history.go_to_step(typed_at);
    history.type("exit 5\n");
    CHECK(history.run({}) == Stop::kEnd);
    CHECK(m.ending()->exit_code == 5);
    CHECK_FALSE(history.diverged());
  }
}

TEST_CASE("bounds stop a run and do not end it") {
  auto session = open_zos({});
  vmm::Machine& m = session.machine();
  History history(m, kHistory, kInterval);
  history.set_bounds(50'000, 0);
  CHECK(history.run({}) == Stop::kLimit);
  CHECK(m.instructions() == 50'000);
  CHECK(history.out_of_bounds());
  CHECK(history.run({}) == Stop::kLimit);
  CHECK(m.instructions() == 50'000);
  CHECK(history.back());
  history.set_bounds(0, 0);
  CHECK(history.run({}) == Stop::kEnd);
  CHECK_FALSE(history.diverged());
}

TEST_CASE("snapshots stay within their limit and positions stay right") {
  const Way way{"zisa-v", "trap-emulate", false, "churn 3; primes 30000"};
  auto steps = some_steps(length_of(way), 25, 3);
  auto expected = straight_run(way, steps);
  for (const u64 limit : {u64{1} << 20, u64{4} << 20}) {
    CAPTURE(limit);
    auto session = open_zos(way);
    History history(session.machine(), limit, 5000);
    history.run({}, [&] {
      CHECK(history.bytes() <= limit);
      return true;
    });
    CHECK(history.snapshots() > 2);
    for (const u64 step : steps) {
      history.go_to_step(step);
      CHECK(digest(session.machine()) == expected[step]);
      CHECK(history.bytes() <= limit);
    }
    CHECK_FALSE(history.diverged());
  }
}

TEST_CASE("a replay that differs is noticed") {
  auto session = open_zos({});
  vmm::Machine& m = session.machine();
  History history(m, kHistory, kInterval);
  history.run({.steps = 30'000});
  // Nobody but the guest may write there: a replay will not do it again.
  const u8 other = 0x5a;
  m.vm().copy_in({vmm::Vm::kRamBase + m.vm().ram_bytes() - 2 * kPageSize}, {&other, 1});
  history.run({.steps = 30'100});
  history.go_to_step(29'000);
  CHECK_FALSE(history.diverged());
  history.go_to_step(30'100);
  CHECK(history.diverged());
}

}  // namespace ringside::test
