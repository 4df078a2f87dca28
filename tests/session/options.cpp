// What Session::open says to options that this version cannot serve, whoever the client is.
#include "session/options.hpp"

#include <algorithm>

#include "base/nearest.hpp"
#include "catch.hpp"
#include "session/session.hpp"
#include "support/machines.hpp"

using namespace ringside;
using session::Options;
using session::Session;

namespace {

std::string refusal(const Options& options) {
  const auto session = Session::open(options);
  REQUIRE(!session);
  CHECK(session.error().kind == Error::Kind::kUsage);
  return session.error().text();
}

bool holds(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

std::vector<std::string> notes_of(const Options& options) {
  const auto session = test::open_guest(options);
  return session.report().notes;
}

}  // namespace

TEST_CASE("the session itself refuses what this version cannot serve") {
  Options options = test::guest("micro-syscall", "zisa-v", "trap-emulate");
  options.paging = "nested";
  CHECK(holds(refusal(options), "--paging nested"));
  options.paging = "soft";
  CHECK(holds(refusal(options), "--paging soft"));
  options.paging = "shadow";
  for (const u64 cpus : {u64{0}, u64{2}}) {
    options.cpus = cpus;
    CHECK(holds(refusal(options), "--cpus " + std::to_string(cpus)));
  }
  options.cpus = 1;
  options.memory = 12 << 10;
  CHECK(holds(refusal(options), "--memory"));
}

TEST_CASE("a name is suggested only where it was probably meant") {
  const std::vector<std::string_view> names = {"textbook", "prescott-2005", "modern"};
  CHECK(nearest("texbook", names) == "textbook");
  CHECK(nearest("prescot", names) == "prescott-2005");
  CHECK(nearest("moden", names) == "modern");
  for (const auto* far : {"", "m", "fast", "haswell-2013", "book"}) CHECK(nearest(far, names).empty());
  CHECK(nearest("zoz", std::vector<std::string_view>{"zos"}) == "zos");
}

TEST_CASE("a report says which choices had no effect") {
  CHECK(notes_of(test::guest("micro-syscall", "zisa", "bare")).empty());
  for (const auto* strategy : {"trap-emulate", "dbt"}) {
    const auto notes = notes_of(test::guest("micro-syscall", "zisa-h", strategy));
    REQUIRE(notes.size() == 1);
    CHECK(holds(notes[0], "zisa plus hardware assistance"));
    CHECK(holds(notes[0], strategy));
  }
  CHECK(notes_of(test::guest("micro-syscall", "zisa-h", "bare")).empty());
  CHECK(notes_of(test::guest("micro-syscall", "zisa-h", "hvm")).empty());
  Options seeded = test::guest("micro-syscall", "zisa", "bare");
  seeded.seed = 7;
  const auto notes = notes_of(seeded);
  REQUIRE(notes.size() == 1);
  CHECK(holds(notes[0], "--seed 7"));
}
