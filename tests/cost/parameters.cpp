// The rows of the parameter table.
#include "cost/parameters.hpp"

#include <set>

#include "catch.hpp"

using namespace ringside;
using namespace ringside::cost;

TEST_CASE("the key of a row is its enumerator in snake case, and finds it again") {
  CHECK(row(Param::kInsn).key() == "insn");
  CHECK(row(Param::kFrequencyKhz).key() == "frequency_khz");
  CHECK(row(Param::kVmExitPageFault).key() == "vm_exit_page_fault");
  std::set<std::string_view> keys;
  for (const Row& each : kRows) {
    CHECK(find_parameter(each.key()) == each.param);
    keys.insert(each.key());
  }
  CHECK(keys.size() == kParams);
  CHECK(!find_parameter("no_such"));
}

TEST_CASE("every row is documented, and its range can hold a price") {
  for (const Row& each : kRows) {
    INFO(each.key());
    CHECK(index(each.param) == static_cast<std::size_t>(&each - kRows.data()));
    CHECK(each.meaning.size() > 5);
    CHECK(each.charged.size() > 5);
    CHECK(!each.owner.empty());
    CHECK(each.min <= each.max);
    // Ten thousand million charges of the dearest price stay far from the end of a u64.
    CHECK(each.max <= 1'000'000'000);
  }
}
