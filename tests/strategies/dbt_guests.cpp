// What guests see under binary translation, beside being equivalent (every_guest.cpp).
#include "catch.hpp"
#include "support/machines.hpp"

using namespace ringside;
using namespace ringside::test;

TEST_CASE("no guest of holes is deceived under binary translation") {
  for (const auto* name : {"hole-read-sr", "hole-write-sr", "hole-read-ptbr", "hole-probe"}) {
    auto session = open_guest(guest(name, "zisa", "dbt"));
    session.run();
    CHECK(session.report().exit_code == 0);
    CHECK(session.report().holes.empty());
  }
}
