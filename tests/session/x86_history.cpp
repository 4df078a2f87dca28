// Going back on x86: a position is the same however one comes to it, within a REP as well.
#include <algorithm>
#include <map>

#include "loader/image.hpp"
#include "session/inspect.hpp"
#include "session/stops.hpp"
#include "session/x86_support.hpp"
#include "support/dice.hpp"

namespace ringside::test {

using session::History;
using vmm::EventKind;
using vmm::Stop;

namespace {

constexpr u64 kHistory = 64u << 20, kInterval = 20'000;

std::map<u64, Digest> straight_run(const Way& way, std::vector<u64> steps) {
  auto session = open_pc("zos", way);
  std::sort(steps.begin(), steps.end());
  std::map<u64, Digest> digests;
  for (const u64 step : steps) {
    if (step != 0) session.pc().run({.steps = step});  // 0 is no limit
    digests[step] = digest(session.pc());
  }
  return digests;
}

std::vector<u64> some_steps(u64 end, unsigned count) {
  Dice dice(1);
  std::vector<u64> steps{0, 1, kInterval - 1, kInterval, kInterval + 1, end - 1, end};
  while (steps.size() < count) steps.push_back(dice.below(static_cast<u32>(end)));
  return steps;
}

}  // namespace

// Under trap-emulate the kernel stops at an assertion.
TEST_CASE("x86: going to a step equals running to it") {
  for (const Way& way : pc_ways({"bare", "hvm", "dbt", "trap-emulate"})) {
    INFO(name_of(way));
    auto session = open_pc("zos", way);
    History history(session.pc(), kHistory, kInterval);
    CHECK(history.run({}) == Stop::kEnd);
    CHECK(session.pc().ending()->exit_code == (way.strategy == "trap-emulate" ? 42u : 0u));
    const auto steps = some_steps(session.pc().steps(), 30);
    auto expected = straight_run(way, steps);
    for (const u64 step : steps) {  // not in order: back and forth
      history.go_to_step(step);
      CAPTURE(step);
      CHECK(digest(session.pc()) == expected[step]);
    }
    CHECK_FALSE(history.diverged());
  }
}

TEST_CASE("x86: going to a cycle equals pausing at it") {
  for (const Way& way : pc_ways()) {
    INFO(name_of(way));
    auto session = open_pc("zos", way);
    History history(session.pc(), kHistory, kInterval);
    history.run({});
    Dice dice(2);
    const Cycles end = session.pc().cycles();
    for (int i = 0; i < 6; ++i) {
      const Cycles cycle = dice.below(static_cast<u32>(end)) + 1;
      auto other = open_pc("zos", way);
      other.pc().run({.pause_at = cycle});
      history.go_to_cycle(cycle);
      CAPTURE(cycle);
      CHECK(digest(session.pc()) == digest(other.pc()));
      history.back();
      CHECK(session.pc().cycles() < cycle);
    }
    CHECK_FALSE(history.diverged());
  }
}

TEST_CASE("x86: back and forth over exceptions, system calls, interrupts, waits and exits") {
  const auto kind = [](const vmm::Event& e) { return static_cast<x86::Trap::Kind>(e.detail); };
  const auto trap = [&](x86::Trap::Kind wanted) {
    return [&, wanted](const vmm::Event& e) {
      return (e.kind == EventKind::kTrap || e.kind == EventKind::kInject) && kind(e) == wanted;
    };
  };
  const auto event = [](EventKind wanted) {
    return [wanted](const vmm::Event& e) { return e.kind == wanted; };
  };
  for (const Way& way : pc_ways()) {
    auto session = open_pc("zos", way);
    x86::Machine& m = session.pc();
    History history(m, kHistory, kInterval);
    history.run({});
    const std::vector<vmm::Event> events{m.log().events().begin(), m.log().events().end()};
    const auto across = [&](const char* what, auto wanted) {
      INFO(name_of(way) << ", " << what);
      const auto found = std::find_if(events.begin(), events.end(), wanted);
      REQUIRE(found != events.end());
      history.go_to_event(static_cast<u64>(found - events.begin()));
      const Digest after = digest(m);
      REQUIRE(history.back());
      CHECK(digest(m) == straight_run(way, {m.steps()}).begin()->second);
      history.go_to_step(after.step);
      CHECK(digest(m) == after);
      history.go_to_step(after.step / 2);
      history.run({.steps = after.step});
      CHECK(digest(m) == after);
    };
    across("exception", trap(x86::Trap::Kind::kException));
    across("system call", trap(x86::Trap::Kind::kSoftware));
    across("interrupt", trap(x86::Trap::Kind::kInterrupt));
    across("idle", event(EventKind::kIdle));
    if (way.strategy != "bare") across("exit", event(EventKind::kExit));
    CHECK_FALSE(history.diverged());
  }
}

TEST_CASE("x86: an instruction with REP is gone through backwards one iteration at a time") {
  for (Way way : pc_ways()) {
    INFO(name_of(way));
    way.script = "only=string";
    auto session = open_pc("pctest", way);
    x86::Machine& m = session.pc();
    History history(m, kHistory, kInterval);
    const u64 first = first_repeated("pctest", way, x86::row_of("movs"));
    history.run({.steps = first});
    const u64 before = m.instructions();
    const u32 eip = m.vm().guest_state().eip;
    std::vector<Digest> passed;
    std::vector<u32> counts;
    while (m.vm().guest_state().eip == eip && passed.size() < 12) {
      passed.push_back(digest(m)), counts.push_back(m.vm().guest_state().r[x86::kEcx]);
      history.run({.steps = m.steps() + 1});
    }
    REQUIRE(passed.size() > 3);
    CHECK(m.instructions() - before <= 1);
    for (std::size_t i = passed.size(); i-- > 0;) {
      REQUIRE(history.back());
      CHECK(m.steps() == first + i);
      CHECK(digest(m) == passed[i]);
      CHECK(m.vm().guest_state().r[x86::kEcx] == counts[i]);
    }
    history.go_to_step(first + passed.size() / 2);
    CHECK(digest(m) == passed[passed.size() / 2]);
    CHECK_FALSE(history.diverged());
  }
}

TEST_CASE("x86: what was typed is typed again") {
  for (Way way : pc_ways()) {
    INFO(name_of(way));
    way.script = "", way.more_input = true;
    auto session = open_pc("zos", way);
    x86::Machine& m = session.pc();
    History history(m, kHistory, kInterval);
    REQUIRE(history.run({}) == Stop::kInput);
    const u64 typed_at = m.steps();
    history.type("hello\n");
    REQUIRE(history.run({}) == Stop::kInput);
    const Digest after = digest(m);
    CHECK(session.console().find("hello, world") != std::string::npos);
    history.go_to_step(typed_at - 100);
    history.run({.steps = after.step});
    CHECK(digest(m) == after);
    history.go_to_step(typed_at);
    history.type("exit 5\n");  // another future
    CHECK(history.run({}) == Stop::kEnd);
    CHECK(m.ending()->exit_code == 5);
    CHECK_FALSE(history.diverged());
  }
}

// --- stops ---

namespace {

u32 address_of(const session::Session& session, const char* name) {
  const auto address = session.image().symbols.address(name);
  REQUIRE(address);
  return *address;
}

// Where the kernel is linked it is once it has paging on.
void set(History& history, const session::Session& session) {
  history.go_to_step(40);
  history.set_breakpoints({address_of(session, "trap"), address_of(session, "context_switch")});
  REQUIRE(history.add_watchpoint({address_of(session, "ticks")}, 4));
}

}  // namespace

TEST_CASE("x86: breakpoints and watchpoints stop both engines at the same steps, and backwards too") {
  for (const Way& way : pc_ways()) {
    INFO(name_of(way));
    auto fast = open_pc("zos", way), stepping = open_pc("zos", way);
    // Pieces of odd length, so that they end anywhere.
    History history(fast.pc(), kHistory, 7001), slow(stepping.pc(), kHistory, 100'003);
    set(history, fast), set(slow, stepping);
    stepping.pc().only_step(true);
    const Stops stops = forwards(history, fast.pc());
    CHECK(stops.size() > 3);
    CHECK(stops == forwards(slow, stepping.pc()));
    CHECK(digest(fast.pc()) == digest(stepping.pc()));
    CHECK(backwards(history, fast.pc()) == stops);
    CHECK_FALSE(history.diverged());
    CHECK_FALSE(slow.diverged());
  }
}

}  // namespace ringside::test
