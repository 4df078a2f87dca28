// Breakpoints and watchpoints: the same stops by both engines, forwards and backwards.
#include "loader/image.hpp"
#include "session/history_support.hpp"
#include "session/stops.hpp"

namespace ringside::test {

using session::History;
using vmm::Stop;

namespace {

struct Points {
  std::vector<std::string> breaks;
  std::vector<std::pair<std::string, u32>> watches;
};

void set(History& history, const session::Session& session, const Points& points) {
  std::set<u32> addresses;
  for (const auto& name : points.breaks) {
    const auto address = session.image().symbols.address(name);
    REQUIRE(address);
    addresses.insert(*address);
  }
  history.set_breakpoints(addresses);
  for (const auto& [name, bytes] : points.watches) {
    const auto address = session.image().symbols.address(name);
    REQUIRE(address);
    REQUIRE(history.add_watchpoint({*address}, bytes));
  }
}

void check_stops(const Points& points) {
  for (const Way& way : all_ways()) {
    INFO(name_of(way));
    auto fast = open_zos(way), stepping = open_zos(way);
    // Pieces of odd length, so that they end anywhere.
    History history(fast.machine(), 64u << 20, 7001), slow(stepping.machine(), 64u << 20, 100'003);
    set(history, fast, points), set(slow, stepping, points);
    stepping.machine().only_step(true);
    const Stops stops = forwards(history, fast.machine());
    CHECK(stops.size() > 3);
    CHECK(stops == forwards(slow, stepping.machine()));
    CHECK(digest(fast.machine()) == digest(stepping.machine()));
    if (stops.size() < 2000) CHECK(backwards(history, fast.machine()) == stops);
    CHECK_FALSE(history.diverged());
    CHECK_FALSE(slow.diverged());
  }
}

}  // namespace

TEST_CASE("breakpoints stop both engines at the same steps") {
  check_stops({{"trap_entry", "context_switch"}, {}});
}

TEST_CASE("a breakpoint in a hot place") {
  check_stops({{"frame_alloc"}, {}});
}

TEST_CASE("watchpoints stop both engines after the same writes") {
  check_stops({{}, {{"ticks", 8}}});
}

TEST_CASE("breakpoints and watchpoints together") {
  check_stops({{"trap_entry"}, {{"ticks", 8}}});
}

TEST_CASE("positions are not disturbed by breakpoints") {
  auto session = open_zos({});
  History history(session.machine(), 64u << 20, 20'000);
  set(history, session, {{"trap_entry"}, {{"ticks", 8}}});
  for (const u64 step : {150'000, 20, 149'999, 0, 77'777}) {
    history.go_to_step(step);
    CHECK(session.machine().steps() == step);
  }
}

}  // namespace ringside::test
