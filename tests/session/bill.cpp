// A bill written again at other prices is that of a run at these prices, where the guest sees no cycle.
#include "session/bill.hpp"

#include <algorithm>

#include "catch.hpp"
#include "session/contested.hpp"

using namespace ringside;
using namespace ringside::session;

namespace {

using test::contested;
using test::kOn;

}  // namespace

TEST_CASE("contenders are the strategies that serve a guest, hardware assistance with both kinds of paging") {
  for (const char* name : {"guests/zisa/zos", "guests/x86/zos"}) {
    std::vector<std::string> names;
    for (const auto& each : contenders(contested(name))) names.push_back(each.name);
    CHECK(names == std::vector<std::string>{"bare", "trap-emulate", "dbt", "paravirt", "hvm, nested", "hvm, shadow"});
  }
  CHECK(contenders(contested("guests/zisa/zos-pv")).front().options.guest == "guests/zisa/zos");
  for (const auto& each : contenders(contested("guests/zisa/micro-compute"))) CHECK_FALSE(each.ported);
}

TEST_CASE("a bill at the prices of its run is what the ledger says") {
  for (const char* name : {"guests/zisa/zos", "guests/x86/zos"})
    for (const Contender& each : contenders(contested(name))) {
      INFO(each.name);
      const auto bill = run_bill(each, nullptr, kOn);
      REQUIRE(bill);
      auto session = Session::open(each.options);
      REQUIRE(session);
      session->run();
      CHECK(bill->at(bill->prices) == session->any_machine().ledger().spent());
      CHECK_FALSE(bill->estimated(bill->prices));
    }
}

TEST_CASE("in virtual time a bill at other prices is exactly that of a run again, and no estimate") {
  Options o = contested("guests/zisa/zos");
  o.virtual_time = true;
  const auto dear = prices_of("prescott-2005", false);
  REQUIRE(dear);
  for (const Contender& each : contenders(o)) {
    INFO(each.name);
    const auto bill = run_bill(each, nullptr, kOn), again = run_bill(each, &*dear, kOn);
    REQUIRE(bill);
    REQUIRE(again);
    Prices prices = *dear;
    prices[cost::index(cost::Param::kDiskLatency)] = bill->prices[cost::index(cost::Param::kDiskLatency)];
    CHECK_FALSE(bill->estimated(prices));
    const auto same_disk = run_bill(each, &prices, kOn);
    REQUIRE(same_disk);
    CHECK(bill->at(prices) == same_disk->at(prices));
    CHECK(again->prices == *dear);
  }
}

TEST_CASE("in cycle time a bill at other prices says that it is an estimate, if anything was charged at them") {
  const auto all = contenders(contested("guests/zisa/zos"));
  const auto bill = run_bill(all[1], nullptr, kOn);
  REQUIRE(bill);
  Prices prices = bill->prices;
  prices[cost::index(cost::Param::kVmExit)] += 1000;  // only CPUs with non-root mode have it
  CHECK_FALSE(bill->estimated(prices));
  CHECK(bill->total(prices) == bill->total(bill->prices));
  prices[cost::index(cost::Param::kVmmDispatch)] += 7;
  CHECK(bill->estimated(prices));
  CHECK(bill->total(prices) == bill->total(bill->prices) + 7 * bill->count(cost::index(cost::Param::kVmmDispatch)));
}

TEST_CASE("prices that matter are those that were charged, the dearest first") {
  const auto bill = run_bill(contenders(contested("guests/zisa/zos"))[1], nullptr, kOn);
  REQUIRE(bill);
  u64 last = ~u64{0};
  for (const Price& each : prices_that_matter({*bill})) {
    CHECK(bill->count(each.index) > 0);
    const u64 cycles = bill->count(each.index) * bill->prices[each.index];
    CHECK(cycles <= last);
    last = cycles;
  }
}

TEST_CASE("a run that is stopped has the bill of what it did") {
  Options o = contested("guests/zisa/zos");
  o.append = "forkwait 200";
  const auto bill = run_bill(contenders(o)[0], nullptr, [](u64) { return false; });
  REQUIRE(bill);
  CHECK(bill->ending == "stopped");
  CHECK(bill->total(bill->prices) > 0);
}

TEST_CASE("trapping and translating cross where sensitive instructions become frequent") {
  const auto prices = prices_of("prescott-2005", false);
  REQUIRE(prices);
  const auto curves = rate_curves(contested("guests/zisa/zos"), *prices, [](double) { return true; });
  REQUIRE(curves);
  const auto of = [&](const char* name) { return *std::ranges::find(*curves, name, &RateCurve::name); };
  const auto at = crossing(of("trap-emulate"), of("dbt"));
  REQUIRE(at);
  CHECK(*at > of("dbt").rates.front());
  CHECK(*at < of("dbt").rates.back());
  const auto none = rate_curves(contested("guests/zisa/zos"), *prices, [](double) { return false; });
  REQUIRE(none);
  CHECK(none->empty());
}
