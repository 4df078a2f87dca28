// The ledger: counts, cycles and clock tell one story.
#include "cost/ledger.hpp"

#include <rapidcheck.h>

#include <set>

#include "catch.hpp"

using namespace ringside;
using namespace ringside::cost;

namespace {

/// A model whose prices are all different, so that no two mistakes cancel.
Model distinct() {
  Model model;
  for (std::size_t i = 0; i < kParams; ++i) model.price[i] = 2 * i + 3;
  model.price[index(Param::kIdleCycle)] = 1;
  return model;
}

}  // namespace

TEST_CASE("a charge adds its count to one account and its price to the clock") {
  Ledger ledger(distinct());
  const u64 price = ledger.price(Param::kTrapFault);
  CHECK(ledger.charge(Account::kHardware, Param::kTrapFault) == price);
  CHECK(ledger.charge(Account::kVmm, Param::kTrapFault, 2) == 2 * price);
  CHECK(ledger.count(Account::kHardware, Param::kTrapFault) == 1);
  CHECK(ledger.count(Account::kVmm, Param::kTrapFault) == 2);
  CHECK(ledger.count(Param::kTrapFault) == 3);
  CHECK(ledger.cycles(Account::kVmm) == 2 * price);
  CHECK(ledger.cycles(Account::kGuestUser) == 0);
  CHECK(ledger.clock() == 3 * price);
}

TEST_CASE("a block charges what its counts add up to") {
  Counts block{};
  block[index(Param::kInsn)] = 5;
  block[index(Param::kMultiply)] = 2;
  Ledger sum(distinct()), parts(distinct());
  const Cycles cycles = sum.charge_block(Account::kGuestUser, block, 3);
  CHECK(cycles == parts.charge(Account::kGuestUser, Param::kInsn, 15) +
                      parts.charge(Account::kGuestUser, Param::kMultiply, 6));
  CHECK(sum == parts);
  CHECK(sum.spent()[static_cast<std::size_t>(Account::kGuestUser)] == cycles);
}

TEST_CASE("idle cycles cost one each") {
  Ledger ledger(distinct());
  CHECK(ledger.idle(1000) == 1000);
  CHECK(ledger.cycles(Account::kIdle) == 1000);
  CHECK(ledger.clock() == 1000);
}

TEST_CASE("a muted ledger charges nothing, and mutes nest") {
  Ledger ledger(distinct());
  {
    Muted outer(ledger);
    {
      Muted inner(ledger);
      CHECK(ledger.charge(Account::kVmm, Param::kVmmEmulate) == 0);
    }
    CHECK(ledger.muted());
    CHECK(ledger.idle(7) == 0);
  }
  CHECK(ledger == Ledger(distinct()));
  CHECK(ledger.charge(Account::kVmm, Param::kVmmEmulate) > 0);
}

TEST_CASE("a copy is a snapshot") {
  Ledger ledger(distinct());
  ledger.charge(Account::kVmm, Param::kVmmMap);
  const Ledger before = ledger;
  ledger.charge(Account::kVmm, Param::kVmmMap);
  CHECK(before.count(Param::kVmmMap) == 1);
  CHECK(ledger.clock() == 2 * before.clock());
}

TEST_CASE("whatever is charged, accounts, total and clock agree") {
  CHECK(rc::check([] {
    Ledger ledger(distinct());
    Cycles returned = 0;
    for (int i = 0; i < 50; ++i) {
      const auto account = static_cast<Account>(*rc::gen::inRange<int>(0, kAccounts));
      const auto param = static_cast<Param>(*rc::gen::inRange<int>(1, kParams));
      returned += ledger.charge(account, param, *rc::gen::inRange<u64>(0, 1'000'000));
    }
    RC_ASSERT(ledger.total() == ledger.clock());
    RC_ASSERT(ledger.total() == returned);
  }));
}

TEST_CASE("accounts have names of their own") {
  CHECK(account_name(Account::kGuestUser) == "guest_user");
  CHECK(account_name(Account::kPageWalk) == "page_walk");
  CHECK(account_name(Account::kIdle) == "idle");
  CHECK(std::set<std::string_view>(kAccountNames.begin(), kAccountNames.end()).size() == kAccounts);
}
