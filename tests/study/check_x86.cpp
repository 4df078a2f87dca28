// check for x86: the bundled guests and random ones hold under hvm, and defects put into the VMM on purpose are found,
// each by the property that it breaks.
#include <set>

#include "catch.hpp"
#include "isa/x86/decode.hpp"
#include "session/catalogue.hpp"
#include "study/check.hpp"
#include "study/fuzzed.hpp"
#include "support/caught.hpp"
#include "support/faulty_hvm.hpp"

using namespace ringside;
using namespace ringside::test;
using session::Examination;

namespace {

session::Options options_for(const std::string& guest, const std::string& strategy) {
  session::Options options;
  options.guest = "guests/x86/" + guest;
  options.strategy = strategy;
  options.folders = {RINGSIDE_BUILD_DIR};
  options.max_instructions = 3'000'000;
  options.memory = 16u << 20;
  return options;
}

Examination checked(const session::Options& options) {
  const auto found = study::check(options);
  REQUIRE(found.has_value());
  return *found;
}

std::string text_of(const Examination& found) { return study::to_json("guest", found).dump(2); }

}  // namespace

TEST_CASE("x86 check: the kernels hold under hvm, to their ends") {
  auto zos = options_for("zos", "hvm");
  zos.append = "tick=3000 hello; forkwait 2; churn 1";
  for (const auto& options : {options_for("pctest", "hvm"), zos}) {
    const Examination found = checked(options);
    INFO(text_of(found));
    CHECK(found.held());
    CHECK(found.ended);
    CHECK(found.isa == "x86");
    CHECK(found.audited.mappings > 10);
    CHECK(found.audited.translations > 100'000);
    CHECK(found.audited.device_touches > 100);
    CHECK(found.emulation.emulated > 10);
  }
}

TEST_CASE("x86 check: every small guest holds under hvm") {
  unsigned guests = 0;
  for (const std::string& name : session::guest_names({RINGSIDE_BUILD_DIR})) {
    if (!name.starts_with("guests/x86/micro") && !name.starts_with("guests/x86/hole")) continue;
    if (name.ends_with(session::kPortSuffix)) continue;
    CAPTURE(name);
    auto options = options_for("", "hvm");
    options.guest = name;
    options.max_instructions = 150'000;
    const Examination found = checked(options);
    INFO(text_of(found));
    CHECK(found.held());
    ++guests;
  }
  CHECK(guests > 20);
}

TEST_CASE("x86 check: a hole is found where it lies, with place and registers") {
  const Examination found = checked(options_for("hole-str", "trap-emulate"));
  INFO(text_of(found));
  CHECK_FALSE(found.equivalent());
  REQUIRE(found.divergence.has_value());
  REQUIRE(found.divergence->at_fault.has_value());
  CHECK(found.divergence->at_fault->text.find("str ") != std::string::npos);
  CHECK(found.divergence->at_fault->mode == "CPL 0");
  CHECK_FALSE(found.divergence->at_fault->symbol.empty());
}

// --- random guests ---

TEST_CASE("x86 check: hvm holds with random guests") {
  check_fuzz({"hvm"}, "x86", 0, 100);
}

TEST_CASE("x86 check: hvm with shadow paging holds with random guests") {
  check_fuzz({"hvm", "shadow"}, "x86", 10'000, 60);
}

TEST_CASE("x86 check: binary translation holds with random guests") {
  check_fuzz({"dbt"}, "x86", 20'000, 60);
}

// With its holes cured, x86 is what trap-and-emulate asks for.
TEST_CASE("x86 check: trap-and-emulate holds with random guests once the holes are cured") {
  study::FuzzOptions options;
  options.session.strategy = "trap-emulate";
  options.session.isa = "x86";
  options.session.seed = 30'000;
  options.guests = 40;
  for (const auto& row : x86::kRows)
    if (x86::is_hole(row)) options.session.cured.emplace_back(row.name);
  const auto found = study::fuzz(options);
  REQUIRE(found.has_value());
  INFO(study::to_json(*found).dump(2));
  CHECK(found->held());
}

TEST_CASE("x86 check: random guests are the same every time and differ by seed") {
  const session::RandomOptions options{.seed = 5};
  const auto one = session::draw_x86_guest(options), again = session::draw_x86_guest(options);
  CHECK(one.image == again.image);
  CHECK(one.drive == again.drive);
  CHECK(session::draw_x86_guest({.seed = 6}).image != one.image);
  CHECK(session::draw_x86_guest(options, 1).image != one.image);
}

// It would prove little if they all did the same few things.
TEST_CASE("x86 check: random guests execute nearly all there is, in both rings") {
  std::set<unsigned> rows[2];
  for (u64 seed = 0; seed < 60; ++seed) {
    const auto machine = session::random_pc(session::draw_x86_guest({.seed = seed, .paging_percent = 97}), {});
    REQUIRE(machine.has_value());
    x86::Machine& bare = **machine;
    do {
      const auto next = bare.vm().peek_instruction(bare.cpu().state);
      if (next && next->row < x86::kRowCount) rows[bare.cpu().state.user()].insert(next->row);
    } while (bare.steps() < 15'000 && bare.step());
  }
  std::string missing;
  for (unsigned row = 0; row < x86::kRowCount; ++row)
    if (!rows[0].contains(row) && !rows[1].contains(row)) missing += std::string(x86::kRows[row].name) + " ";
  INFO("not executed: " << missing);
  CHECK(rows[0].size() > 17 * x86::kRowCount / 20);
  CHECK(rows[1].size() > 15 * x86::kRowCount / 20);
  for (const char* name : {"sysenter", "sysexit", "iret", "call_far", "ret_far", "int", "mov_to_segment", "ins", "outs", "hlt", "invlpg"})
    CHECK(rows[0].contains(*x86::find_row(name)) + rows[1].contains(*x86::find_row(name)) > 0);
}

// --- defects ---

namespace {

Examination examine_random(Defect defect, u64 seed, bool nested) {
  const auto guest = session::random_x86_guest({.seed = seed, .tick = 300, .paging_percent = 97}, 10'000);
  REQUIRE(guest.has_value());
  const auto memory = std::make_shared<mmu::Memory*>();
  const FaultyHvm vmm(defect, memory, nested);
  const auto bare = [&] { return session::random_pc(*guest, {}); };
  const auto other = [&] {
    auto made = session::random_pc(*guest, {}, &vmm);
    if (made) *memory = &(*made)->memory();
    return made;
  };
  auto found = session::examine(bare, other, {.ticks = 10'000, .memory_every = 64});
  REQUIRE(found.has_value());
  return *found;
}

Caught caught(Defect defect, u64 guests = 12, bool nested = true) {
  return caught_in(guests, [=](u64 seed) { return examine_random(defect, seed, nested); });
}

}  // namespace

TEST_CASE("x86 check: the VMM into which defects are put holds without one") {
  CHECK(caught(Defect::kNone).held == 12);
}
TEST_CASE("x86 check: a stale entry of the nested tables is caught") {
  CHECK(caught(Defect::kStaleShadow, 20).parted > 3);
}
TEST_CASE("x86 check: a stale entry of shadow tables is caught") {
  CHECK(caught(Defect::kNone, 12, false).held == 12);
  CHECK(caught(Defect::kStaleShadow, 12, false).parted > 3);
}
TEST_CASE("x86 check: a lost interrupt is caught") {
  CHECK(caught(Defect::kLostInterrupt).parted > 6);
}
TEST_CASE("x86 check: an EIP that is not advanced is caught") {
  CHECK(caught(Defect::kPcNotAdvanced).parted > 6);
}
TEST_CASE("x86 check: an event that is injected twice is caught") {
  CHECK(caught(Defect::kInjectedTwice).parted > 6);
}
TEST_CASE("x86 check: a page that is mapped outside the VM is caught when it is installed") {
  CHECK(caught(Defect::kMappedOutside).breached > 6);
}
TEST_CASE("x86 check: a VMM that interprets everything fails efficiency") {
  CHECK(caught(Defect::kInterpreter).wasteful == 12);
}

TEST_CASE("x86 check: a defect comes out as a listing that is small and fails again") {
  study::FuzzOptions options;
  options.session.strategy = "hvm";
  options.session.isa = "x86";
  options.guests = 10;
  options.make_pc = [](const session::RandomGuest& guest, const session::Options& of) {
    const FaultyHvm vmm(Defect::kLostInterrupt);
    return session::random_pc(guest, of, &vmm);
  };
  const auto found = study::fuzz(options, [](const study::Fuzzed& now) { return now.failed == 0; });
  REQUIRE(found.has_value());
  REQUIRE(found->first_failure.has_value());
  CHECK_FALSE(found->first_failure->found.equivalent());
  CHECK(found->first_failure->listing.size() < 100);
  CHECK_FALSE(found->held());
}
