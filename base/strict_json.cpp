#include "base/strict_json.hpp"

#include <fmt/format.h>

#include <functional>
#include <optional>
#include <set>
#include <vector>

namespace ringside {
namespace {

using nlohmann::json;

/// Watches the parser's events for a key that its object has already.
class DuplicateWatch {
 public:
  bool operator()(int /*depth*/, json::parse_event_t event, json& parsed) {
    if (event == json::parse_event_t::object_start) open_.emplace_back();
    if (event == json::parse_event_t::object_end) open_.pop_back();
    if (event == json::parse_event_t::key) see(parsed.get_ref<const std::string&>());
    return true;
  }
  const std::optional<std::string>& duplicate() const { return duplicate_; }

 private:
  void see(const std::string& key) {
    if (!open_.back().insert(key).second && !duplicate_) duplicate_ = key;
  }
  std::vector<std::set<std::string>> open_;
  std::optional<std::string> duplicate_;
};

/// "line 3, column 7" of a byte of the text, both from 1.
std::string line_and_column(std::string_view text, std::size_t byte) {
  std::size_t line = 1, column = 1;
  for (char c : text.substr(0, byte == 0 ? 0 : byte - 1)) {
    ++column;
    if (c == '\n') ++line, column = 1;
  }
  return fmt::format("line {}, column {}", line, column);
}

/// What the parser says behind its own place: "syntax error while parsing ...".
std::string_view after_place(std::string_view what) {
  const auto start = what.find("syntax error");
  return start == std::string_view::npos ? "it is no valid JSON" : what.substr(start);
}

}  // namespace

std::string shown(std::string_view text) {
  constexpr std::size_t kMost = 60;
  std::string line(text.substr(0, kMost));
  for (char& c : line)
    if (static_cast<unsigned char>(c) < ' ' || c == 0x7f) c = '?';
  return text.size() > kMost ? line + "..." : line;
}

Result<json> parse_strict(std::string_view text, const std::string& file) {
  DuplicateWatch watch;
  try {
    json value = json::parse(text, std::ref(watch));
    if (watch.duplicate())
      return fail({Error::Kind::kBadFile, file, shown(*watch.duplicate()), "the key stands twice",
                   "remove one of the two"});
    return value;
  } catch (const json::out_of_range&) {
    // The two exceptions that the library throws on bad input end here.
    return fail({Error::Kind::kBadFile, file, "", "a number is too large to be read",
                 "write numbers of a usual size"});
  } catch (const json::parse_error& error) {
    const std::string_view what = after_place(error.what());
    return fail({Error::Kind::kBadFile, file, line_and_column(text, error.byte),
                 fmt::format("no valid JSON ({})", what), "correct the text there"});
  }
}

}  // namespace ringside
