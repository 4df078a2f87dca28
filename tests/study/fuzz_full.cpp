// Twenty thousand random guests for each strategy and paging, with other seeds than those of the short test.
#include "study/fuzzed.hpp"

using namespace ringside::test;

namespace {
constexpr ringside::u64 kSeed = 1'000'000, kGuests = 20'000;
}

TEST_CASE("trap-and-emulate holds with twenty thousand random guests") {
  check_fuzz({"trap-emulate"}, "zisa-v", kSeed, kGuests);
}
TEST_CASE("binary translation holds with twenty thousand random guests") {
  check_fuzz({"dbt"}, "zisa", kSeed, kGuests);
}
TEST_CASE("binary translation of user code too holds with twenty thousand random guests") {
  check_fuzz({"dbt", "", true}, "zisa", kSeed, kGuests);
}
TEST_CASE("nested paging holds with twenty thousand random guests") {
  check_fuzz({"hvm", "nested"}, "zisa-h", kSeed, kGuests);
}
TEST_CASE("shadow paging under hardware assistance holds with twenty thousand random guests") {
  check_fuzz({"hvm", "shadow"}, "zisa-h", kSeed, kGuests);
}
TEST_CASE("x86: nested paging holds with twenty thousand random guests") {
  check_fuzz({"hvm"}, "x86", kSeed, kGuests);
}
TEST_CASE("x86: shadow paging under hardware assistance holds with twenty thousand random guests") {
  check_fuzz({"hvm", "shadow"}, "x86", kSeed, kGuests);
}
TEST_CASE("x86: binary translation holds with twenty thousand random guests") {
  check_fuzz({"dbt"}, "x86", kSeed, kGuests);
}
