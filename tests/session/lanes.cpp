// Runs laid side by side by the guest's own time, and where they part.
#include "session/lanes.hpp"

#include <algorithm>

#include "catch.hpp"
#include "session/contested.hpp"
#include "session/debugger.hpp"

using namespace ringside;
using namespace ringside::session;

namespace {

using test::contested;
using test::kOn;

Lane lane(const Contender& contender) {
  auto run = run_lane(contender, kOn);
  REQUIRE(run);
  return std::move(*run);
}

Contender named(const std::vector<Contender>& all, const std::string& name) {
  const auto found = std::ranges::find(all, name, &Contender::name);
  REQUIRE(found != all.end());
  return *found;
}

}  // namespace

TEST_CASE("what the guest sees comes at the same moments of its time under each faithful strategy") {
  const auto all = contenders(contested("guests/zisa/zos"));
  const Lane bare = lane(all[0]);
  REQUIRE(bare.events.size() > 20);
  for (const Contender& each : all) {
    if (each.ported) continue;
    INFO(each.name);
    const Lane other = lane(each);
    CHECK(other.ended);
    CHECK(other.console == bare.console);
    CHECK(other.time() == bare.time());
    CHECK(other.cycles() >= bare.cycles());
    REQUIRE(other.seen == bare.seen);
    for (std::size_t i = 0; i < bare.events.size(); ++i) {
      // What a VMM delivers for an instruction is dated before or after that instruction counts.
      const auto [less, more] = std::minmax(other.events[i].time, bare.events[i].time);
      INFO(i << ": " << other.events[i].time << " " << other.events[i].name << " / " << bare.events[i].time << " " << bare.events[i].name);
      REQUIRE(more - less <= 1);
      REQUIRE(other.events[i].name == bare.events[i].name);
    }
  }
}

TEST_CASE("the points of a lane begin at the start, rise, and end at the ledger's sum") {
  for (const char* name : {"guests/zisa/zos", "guests/x86/zos"})
    for (const Contender& each : contenders(contested(name))) {
      INFO(each.name);
      const Lane run = lane(each);
      REQUIRE(run.points.size() > 2);
      CHECK(run.points.front().time == 0);
      for (std::size_t i = 1; i < run.points.size(); ++i) {
        REQUIRE(run.points[i].time > run.points[i - 1].time);
        REQUIRE(run.points[i].cycles() >= run.points[i - 1].cycles());
      }
      CHECK(run.spent_until(run.time()) == run.points.back().spent);
      Contender again = each;
      again.options.virtual_time = true;
      auto session = Session::open(again.options);
      REQUIRE(session);
      session->run();
      CHECK(run.points.back().spent == session->any_machine().ledger().spent());
    }
}

TEST_CASE("a strategy on the variant that it is meant for does not part from the bare machine") {
  const auto found = find_parting(named(contenders(contested("guests/zisa/zos")), "dbt"), kOn);
  REQUIRE(found);
  CHECK_FALSE(found->parting);
  CHECK(found->ticks > 1000);
}

TEST_CASE("where a hole deceives the guest the runs part, and a debugger that goes there sees it") {
  for (const bool x86 : {false, true}) {
    Contender c = named(contenders(contested(x86 ? "guests/x86/zos" : "guests/zisa/zos")), "trap-emulate");
    if (!x86) c.options.isa = "zisa";
    const auto found = find_parting(c, kOn);
    REQUIRE(found);
    REQUIRE(found->parting);
    const Parting& parting = *found->parting;
    INFO(parting.where);
    CHECK_FALSE(parting.differences.empty());
    CHECK_FALSE(parting.where.empty());
    REQUIRE(parting.contender.options.virtual_time);
    auto d = Debugger::open(parting.contender.options);
    REQUIRE(d);
    d->go_to_step(parting.step);
    CHECK(d->session().any_machine().clock().now() == parting.time + 1);  // after the instruction that made them differ
  }
}

TEST_CASE("a search that is stopped says so") {
  const auto found = find_parting(named(contenders(contested("guests/zisa/zos")), "dbt"), [](u64) { return false; });
  REQUIRE(found);
  CHECK(found->stopped);
}
