// What the window shows of paging and memory: walks judged and priced, tables as trees, the TLB.
#include "session/history_support.hpp"
#include "session/table_view.hpp"
#include "session/walk_view.hpp"

namespace ringside::test {

using namespace session;

TEST_CASE("bits of an entry say what they forbid") {
  const u32 user_read = mmu::pte::kV | mmu::pte::kR | mmu::pte::kU;
  CHECK_FALSE(forbids(entry_bits(TableFormat::kZisa, user_read, {{Access::kLoad, false}})));
  CHECK(forbidding_text(entry_bits(TableFormat::kZisa, user_read, {{Access::kStore, false}})) == "W is clear");
  CHECK(forbidding_text(entry_bits(TableFormat::kZisa, user_read | mmu::pte::kX, {{Access::kFetch, true}})) == "U is set");
  CHECK(forbidding_text(entry_bits(TableFormat::kZisa, 0, {{Access::kLoad, true}})) == "V is clear");
  CHECK(forbidding_text(entry_bits(TableFormat::kX86, 1, {{Access::kStore, false}})) == "W is clear, U is clear");
  CHECK_FALSE(forbids(entry_bits(TableFormat::kX86, 1, {{Access::kStore, true}, false, false, false})));
  CHECK(letters(entry_bits(TableFormat::kEpt, 5, {})) == "R-X");
}

TEST_CASE("a walk is numbered and priced, and its tables are those of the tree") {
  auto s = open_zos({"zisa-v", "trap-emulate", false, "hello"});
  while (!make_lens(s.any_machine())->paging() || table_sets(s).size() < 2) REQUIRE(s.machine().step());
  const auto view = walk_view(s, {s.machine().guest_pc()}, {Access::kFetch, true});
  REQUIRE(view.walks.size() == 2);
  CHECK_FALSE(view.walks[0].by_hardware);
  CHECK(view.walks[0].cost() == 0);
  CHECK(view.walks[1].by_hardware);
  CHECK(view.walks[1].cost() == view.walks[1].references.size() * s.any_machine().ledger().price(cost::Param::kWalkReference));
  CHECK(view.walks[0].forbidden.empty());
  for (const auto& each : view.walks[0].references) CHECK(each.in_guest);
  const auto root = table_entries(s, TablesOf::kGuest, {});
  const auto& first = view.walks[0].references.front().entry;
  const auto found = std::ranges::find(root, first.index, &TableEntry::index);
  REQUIRE(found != root.end());
  CHECK(found->entry == first.entry);
  CHECK(found->address == first.address);
}

}  // namespace ringside::test
