// check --fuzz: random guests do enough, the strategy holds, and a defect comes out as a small
// listing.
#include "study/fuzz.hpp"

#include <fstream>
#include <nlohmann/json.hpp>

#include "catch.hpp"
#include "study/shrink.hpp"
#include "study/fuzzed.hpp"
#include "support/faulty_vmm.hpp"
#include "support/random_program.hpp"

using namespace ringside;
using namespace ringside::test;

namespace {

study::FuzzOptions fuzz_options(u64 guests) {
  study::FuzzOptions options;
  options.session.strategy = "trap-emulate";
  options.guests = guests;
  return options;
}

}  // namespace

TEST_CASE("trap-and-emulate holds with random guests") {
  check_fuzz({"trap-emulate"}, "zisa-v", 0, 400);
}
TEST_CASE("binary translation holds with random guests") {
  check_fuzz({"dbt"}, "zisa", 0, 400);
}
TEST_CASE("binary translation of user code too holds with random guests") {
  check_fuzz({"dbt", "", true}, "zisa", 10'000, 400);
}
TEST_CASE("translated user code holds on a variant that opens what else traps in user mode") {
  const std::string file = RINGSIDE_BUILD_DIR "/tests/open.json";
  std::ofstream(file) << R"({"name": "open", "traps_in_user": {"wfi": false, "read_cr": false, "write_cr": false}})";
  study::FuzzOptions options;
  options.session.strategy = "dbt";
  options.session.translate_user = true;
  options.session.isa = file;
  options.session.seed = 900;
  options.guests = 60;
  const auto found = study::fuzz(options);
  REQUIRE(found.has_value());
  INFO(study::to_json(*found).dump(2));
  CHECK(found->failed == 0);
}
TEST_CASE("hardware assistance with nested paging holds with random guests") {
  check_fuzz({"hvm", "nested"}, "zisa-h", 0, 400);
}
TEST_CASE("hardware assistance with shadow paging holds with random guests") {
  check_fuzz({"hvm", "shadow"}, "zisa-h", 10'000, 400);
}

// The guest that seed 1006345 draws first jumps into its kernel, whose TRET puts it into U mode with paging off; there
// it reaches the kernel's READ_SR.
TEST_CASE("a guest whose user code would see through direct execution is drawn again") {
  constexpr u64 kSeed = 1'006'345;
  check_fuzz({"dbt"}, "zisa", kSeed, 1);
  const session::RandomOptions options{.seed = kSeed, .tick = 400, .user_sensitive = false, .paging_percent = 97};
  const auto guest = session::random_guest(options, "zisa", 15'000);
  REQUIRE(guest.has_value());
  CHECK(guest->image != session::draw_guest(options).image);
  CHECK(guest->image == session::draw_guest(options, 1).image);
}

TEST_CASE("a defect comes out as a listing that is small and fails again") {
  auto options = fuzz_options(30);
  options.make = [](const session::RandomGuest& guest, const session::Options& of) {
    Setup setup;
    setup.isa = of.isa;
    setup.virtual_time = true;
    setup.vmm = std::make_shared<FaultyVmm>(Defect::kStaleShadow);
    return Result<std::unique_ptr<vmm::Machine>>(machine_of(setup, guest));
  };
  // As far as the first failure.
  const auto found = study::fuzz(options, [](const study::Fuzzed& now) { return now.failed == 0; });
  REQUIRE(found.has_value());
  REQUIRE(found->first_failure.has_value());
  const study::FuzzFailure& failure = *found->first_failure;
  CHECK_FALSE(failure.found.equivalent());
  CHECK(failure.listing.size() < 100);
  CHECK_FALSE(found->held());
}

TEST_CASE("shrinking keeps what matters and nothing else") {
  session::RandomGuest guest = session::draw_guest({.seed = 1});
  const u32 first = session::kCode + 40, second = session::kCode + 4000;
  const u32 a = guest.word(first), b = guest.word(second);
  std::vector<u32> all;
  for (u32 at = session::kCode; at < session::kCode + 0x1800; at += 4) all.push_back(at);
  const auto small = study::shrink(guest, all, [&](const session::RandomGuest& each) {
    return each.word(first) == a && each.word(second) == b;
  });
  CHECK(small.kept == std::vector<u32>{first, second});
  CHECK(small.guest.word(first) == a);
  CHECK(small.guest.word(session::kCode) == 0x13);
}
