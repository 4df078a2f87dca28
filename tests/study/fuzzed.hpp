// A series of random guests in a test.
#pragma once

#include <nlohmann/json.hpp>

#include "catch.hpp"
#include "session/open.hpp"
#include "study/fuzz.hpp"

namespace ringside::test {

struct Fuzzable {
  const char* strategy;
  const char* paging = "";
  bool translate_user = false;
};

/// No guest fails or is at fault itself, and they do enough for that to mean something: nine of ten get past 200
/// instructions after paging is on.
inline void check_fuzz(const Fuzzable& how, const std::string& isa, u64 seed, u64 guests) {
  study::FuzzOptions options;
  options.session.strategy = how.strategy;
  options.session.paging = how.paging;
  options.session.translate_user = how.translate_user;
  if (isa == session::kX86) options.session.isa = isa;
  options.session.seed = seed;
  options.guests = guests;
  const auto found = study::fuzz(options);
  REQUIRE(found.has_value());
  INFO(study::to_json(*found).dump(2));
  CHECK(found->isa == isa);
  CHECK(found->guests == guests);
  CHECK(found->failed == 0);
  CHECK(found->guest_errors == 0);
  CHECK(10 * found->past_paging >= 9 * guests);
  CHECK(found->enough());
}

}  // namespace ringside::test
