// The timeline tells at every resolution what the ledger and the log tell.
#include "session/timeline.hpp"

#include <numeric>

#include "catch.hpp"
#include "session/opened.hpp"

using namespace ringside;
using namespace ringside::session;

namespace {

using test::open;

vmm::Spending sum(const std::vector<Stretch>& columns) {
  vmm::Spending all{};
  for (const auto& each : columns)
    for (std::size_t i = 0; i < all.size(); ++i) all[i] += each.spent[i];
  return all;
}

u64 exits(const Session& session) {
  u64 count = 0;
  for (const auto& each : session.report().exits) count += each.count;
  return count;
}

}  // namespace

TEST_CASE("the columns of a timeline add up to the ledger's accounts, however many there are") {
  for (const auto& [strategy, isa] : {std::pair{"bare", "zisa"}, {"trap-emulate", "zisa-v"}, {"dbt", "zisa"}, {"hvm", "zisa-h"}}) {
    INFO(strategy);
    Debugger d = open(strategy, isa);
    d.run();
    const Timeline& t = d.timeline();
    const auto& spent = d.session().any_machine().ledger().spent();
    for (const std::size_t count : {1u, 7u, 500u, 3000u}) {
      const auto columns = t.columns(0, t.end(), count);
      const auto all = sum(columns);
      // Each share of a column is rounded.
      for (std::size_t i = 0; i < all.size(); ++i)
        CHECK(static_cast<double>(all[i]) == Approx(static_cast<double>(spent[i])).epsilon(0.01).margin(static_cast<double>(count)));
      u64 seen = 0;
      for (const auto& each : columns) seen += each.exits;
      CHECK(seen == exits(d.session()));
    }
  }
}

TEST_CASE("one column is exact") {
  Debugger d = open("trap-emulate", "zisa-v");
  d.run();
  CHECK(d.timeline().columns(0, d.timeline().end(), 1).front().spent == d.session().any_machine().ledger().spent());
}

TEST_CASE("a timeline keeps what lies ahead, and tells the same after going back and forth") {
  Debugger d = open("trap-emulate", "zisa-v");
  d.run();
  const Cycles end = d.timeline().end();
  const u64 events = d.timeline().events();
  const auto before = sum(d.timeline().columns(0, end, 1));
  d.go_to_cycle(end / 3);
  CHECK(d.timeline().end() == end);
  CHECK(sum(d.timeline().columns(0, end, 1)) == before);
  d.run();
  CHECK(d.timeline().events() == events);
  CHECK(sum(d.timeline().columns(0, end, 1)) == before);
}

TEST_CASE("what a change makes of the future replaces what was known of it") {
  Debugger d = open("bare", "zisa");
  d.run();
  const u64 events = d.timeline().events();
  d.go_to_step(d.session().any_machine().steps() / 2);
  const u64 here = d.session().any_machine().log().count();
  REQUIRE(here < events);
  REQUIRE(d.type("x"));
  CHECK(d.timeline().events() == here + 1);
  d.run();
  CHECK(d.timeline().columns(0, d.timeline().end(), 1).front().spent == d.session().any_machine().ledger().spent());
}

TEST_CASE("marks are the events of the log, under the names that reports give exits") {
  Debugger d = open("trap-emulate", "zisa-v");
  for (int i = 0; i < 40; ++i) REQUIRE(d.run_to_exit(""));
  const auto marks = d.timeline().marks(0, d.timeline().end() + 1, 10'000);
  REQUIRE(marks);
  REQUIRE_FALSE(marks->empty());
  for (const Mark& mark : *marks) {
    const EventLine line = events(d.session(), mark.event, mark.event + 1).front();
    CHECK(line.cycle == mark.cycle);
    if (line.kind == "exit") CHECK(line.text == mark.name);
  }
  CHECK_FALSE(d.timeline().marks(0, d.timeline().end(), 3));
}

TEST_CASE("exits are found forwards and backwards by their names") {
  Debugger d = open("trap-emulate", "zisa-v");
  d.run();
  const Timeline& t = d.timeline();
  const std::string name = d.session().report().exits.front().reason;
  u64 count = 0;
  for (auto at = t.exit_from(0, name); at; at = t.exit_from(*at + 1, name)) ++count;
  CHECK(count == d.session().report().exits.front().count);
  const auto last = t.exit_before(t.events(), name);
  REQUIRE(last);
  CHECK_FALSE(t.exit_from(*last + 1, name));
  CHECK_FALSE(t.exit_before(0, ""));
}

TEST_CASE("a timeline that may keep few single events tells the same of the whole") {
  Debugger d = open("trap-emulate", "zisa-v");
  Timeline small(d.session().any_machine(), 1);
  d.run();
  CHECK(small.columns(0, small.end(), 1).front().spent == d.session().any_machine().ledger().spent());
  CHECK_FALSE(small.marks(0, small.end(), 1'000'000));
  const auto columns = small.columns(0, small.end(), 200);
  u64 seen = 0;
  for (const auto& each : columns) seen += each.exits;
  CHECK(seen == exits(d.session()));
}
