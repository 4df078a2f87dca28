// Variants from JSON files: what is wrong with one is said with its place.
#include "catch.hpp"
#include "cpu/variant.hpp"

using namespace ringside;

namespace {
std::string complaint(std::string_view text) {
  const auto parsed = cpu::Variant::parse(text, "v.json");
  return parsed ? "" : parsed.error().text();
}
bool contains(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}
}  // namespace

TEST_CASE("a key that stands twice in a variant is refused") {
  CHECK(contains(complaint(R"({"traps_in_user": {"read_sr": true, "read_sr": false}})"), "read_sr"));
  CHECK(contains(complaint(R"({"traps_in_user": {"read_sr": true, "read_sr": false}})"), "twice"));
}

TEST_CASE("a syntax error in a variant has line and column") {
  CHECK(contains(complaint("{\"traps_in_user\":\n {\"read_sr\": true,}}"), "line 2, column 19"));
}

TEST_CASE("the name of a variant cannot reach into the terminal") {
  const auto parsed = cpu::Variant::parse(R"({"name": "a\u001b[31m\nb", "traps_in_user": {}})", "v.json");
  REQUIRE(parsed);
  CHECK(parsed->name == "a?[31m?b");
}
