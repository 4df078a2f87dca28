// A write that a run by steps saw, and what is found of it afterwards.
#pragma once

#include <optional>

#include "catch.hpp"
#include "session/history.hpp"

namespace ringside::test {

/// Step and values of a write.
struct Write {
  u64 step = 0;
  u32 before = 0, after = 0;
};

/// It has to be exactly that write, or a later one of the value that was there.
inline void check_writer(const std::optional<session::Writer>& found, const Write& expected) {
  REQUIRE(found);
  if (found->step == expected.step) {
    CHECK(found->before == expected.before);
    CHECK(found->after == expected.after);
  } else {
    CHECK(found->step > expected.step);
    CHECK(found->before == found->after);
    CHECK(found->after == expected.after);
  }
  CHECK_FALSE(found->what.empty());
}

}  // namespace ringside::test
