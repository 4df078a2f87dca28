// The rows of the parameter table.
#include "cost/parameters.hpp"

#include <cctype>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <string>

#include "catch.hpp"

using namespace ringside;
using namespace ringside::cost;
namespace fs = std::filesystem;

namespace {

/// All sources below a folder of the project, the table itself left out; empty if there are none.
std::string sources_of(std::string_view folder) {
  const fs::path root = fs::path(RINGSIDE_SOURCE_DIR) / folder;
  std::string text;
  if (!fs::exists(root)) return text;
  for (const auto& entry : fs::recursive_directory_iterator(root)) {
    const fs::path& path = entry.path();
    const bool source = path.extension() == ".cpp" || path.extension() == ".hpp";
    if (!source || path.filename() == "parameters.hpp") continue;
    std::ifstream stream(path);
    text.append(std::istreambuf_iterator<char>(stream), {});
  }
  return text;
}

/// Whether a text holds a word with nothing behind it that would make it a longer one.
bool has_word(const std::string& text, const std::string& word) {
  for (std::size_t at = 0; (at = text.find(word, at)) != std::string::npos; ++at) {
    const std::size_t after = at + word.size();
    if (after == text.size() || !std::isalnum(static_cast<unsigned char>(text[after]))) return true;
  }
  return false;
}

/// kTrapSyscall for the row of trap_syscall.
std::string enumerator(const Row& row) {
  std::string name = "k";
  bool upper = true;
  for (char c : row.key()) {
    if (c != '_') name += static_cast<char>(upper ? std::toupper(c) : c);
    upper = c == '_';
  }
  return name;
}

}  // namespace

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

// A price that nothing charges would be a knob that does nothing. Rows of strategies that are not
// written yet wait for them.
TEST_CASE("every row is used by the folder that owns it, once there is such a folder") {
  for (const Row& each : kRows) {
    const std::string sources = sources_of(each.owner);
    INFO(each.key() << ", owner " << each.owner);
    CHECK((sources.empty() || has_word(sources, "Param::" + enumerator(each))));
  }
}
