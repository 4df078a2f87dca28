// The built-in models: complete, sourced, and in keeping with what was published.
#include <algorithm>
#include <set>

#include "catch.hpp"
#include "cost/model.hpp"

using namespace ringside;
using namespace ringside::cost;

namespace {

Model load(std::string_view name) {
  auto model = preset(name);
  if (!model) FAIL(model.error().text());
  return *model;
}

}  // namespace

TEST_CASE("every preset loads under its own name and differs from the others") {
  std::set<u64> hashes;
  for (const std::string& name : preset_names()) {
    const Model model = load(name);
    CHECK(model.name == name);
    hashes.insert(model.hash());
  }
  CHECK(hashes.size() == 8);
  CHECK(preset_names().front() == kDefaultPreset);
}

TEST_CASE("every value says where it comes from, in a word that the README explains") {
  const std::set<std::string> known{"assumed",      "derived", "calibration", "AA06",  "AGE12",
                                    "KUT:00bfecaa", "KVML-5",  "KVML-7",      "SPX11", "SUG01"};
  for (const std::string& name : preset_names()) {
    const Model model = load(name);
    for (const Row& row : kRows) {
      if (row.fixed()) continue;
      const std::string& source = model.source[index(row.param)];
      INFO(name << " " << row.key() << ": " << source);
      CHECK(std::any_of(known.begin(), known.end(), [&](const std::string& word) {
        return source.rfind(word + ":", 0) == 0 || source.rfind(word + " ", 0) == 0;
      }));
    }
  }
}

TEST_CASE("an unknown preset is answered with the names and the nearest") {
  const auto model = preset("prescot");
  REQUIRE(!model);
  CHECK(model.error().kind == Error::Kind::kUsage);
  const std::string text = model.error().text();
  for (const std::string& name : preset_names()) CHECK(text.find(name) != std::string::npos);
  CHECK(text.find("did you mean prescott-2005?") != std::string::npos);
  CHECK(preset("").error().text().find("modern") != std::string::npos);
}

// The published composites that the primitives of prescott-2005 were split from: whoever changes
// one primitive sees here what it was part of. tests/session/published_costs.cpp measures them.
TEST_CASE("prescott-2005 adds up to what Adams and Agesen measured") {
  const Model m = load("prescott-2005");
  using P = Param;
  const u64 epc = 2 * (m[P::kInsn] + m[P::kSystemRegister]) + m[P::kInsn];  // read, step, write
  const u64 ret = m[P::kInsn] + m[P::kTrapReturn];
  const u64 handler = m[P::kInsn] + epc + ret;  // a branch before all that
  CHECK(m[P::kTrapSyscall] + handler == 242);
  CHECK(m[P::kTrapFault] + handler == 889);
  CHECK(m[P::kTrapFault] + m[P::kVmmDispatch] + m[P::kVmmDecode] + m[P::kVmmEmulate] +
            m[P::kTrapReturn] ==
        2030);
  CHECK(m[P::kInsn] + m[P::kDeviceAccess] == 3209);
  CHECK(2 * m[P::kInsn] + m[P::kIndirectJump] == 11);
  CHECK(m[P::kInsn] + m[P::kSystemRegister] == 60);
  CHECK(m[P::kInsn] + m[P::kDataAccess] == 1);
  CHECK(m[P::kVmmDecode] + m[P::kVmmMemory] == 3300);
  CHECK(m[P::kVmExit] + m[P::kVmEntry] == 3963);
}

TEST_CASE("hardware round trips fall from generation to generation as published") {
  const auto round_trip = [](std::string_view name) {
    const Model m = load(name);
    return m[Param::kVmExit] + m[Param::kVmEntry];
  };
  CHECK(round_trip("core2-2006") == 1579);
  CHECK(round_trip("penryn-2008") == 1266);
  CHECK(round_trip("nehalem-2009") == 1009);
  CHECK(round_trip("westmere-2010") == 761);
  CHECK(round_trip("sandybridge-2011") == 784);
}

TEST_CASE("in every preset a call-out is cheaper than trapping for the same instruction") {
  for (const std::string& name : preset_names()) {
    const Model m = load(name);
    INFO(name);
    const u64 trapping = m[Param::kTrapFault] + m[Param::kVmmDispatch] + m[Param::kVmmDecode] +
                         m[Param::kVmmEmulate] + m[Param::kTrapReturn];
    CHECK(m[Param::kCalloutLight] < m[Param::kCalloutFull]);
    CHECK(m[Param::kCalloutFull] < trapping);
  }
}
