#include "isa/zisa/assembler/reporter.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <tuple>

namespace ringside::zisa {

namespace {
constexpr std::size_t kShown = 300;  // of a source line; the rest of a longer one tells nothing
}

std::string Diagnostic::text() const {
  std::string result = fmt::format("{}:{}:{}: error: {}\n", file, line, column, message);
  if (!context.empty()) result += "  " + context + "\n";
  const std::string_view shown = std::string_view(source).substr(0, kShown);
  result += fmt::format("  {}{}\n  ", shown, shown.size() < source.size() ? "..." : "");
  // Tabs are repeated, so that the caret stands right whatever their width is.
  for (u32 i = 0; i + 1 < column && i < shown.size(); ++i)
    result += i < source.size() && source[i] == '\t' ? '\t' : ' ';
  result += "^\n";
  if (!remedy.empty()) result += "  " + remedy + "\n";
  return result;
}

namespace assembler {

namespace {

std::string context(const Line& line, const std::deque<SourceFile>& files) {
  if (!line.called_from) return "";
  const Line& call = *line.called_from;
  return fmt::format("in macro '{}', called at {}:{}", line.macro, files[call.file].name,
                     call.number);
}

// Levenshtein's distance: how many letters must be changed, added or taken away.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = row[0]++;
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t changed = diagonal + (a[i] != b[j]);
      diagonal = row[j + 1];
      row[j + 1] = std::min({changed, row[j] + 1, row[j + 1] + 1});
    }
  }
  return row.back();
}

std::string lower(std::string_view text) {
  std::string result{text};
  for (char& c : result)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return result;
}

}  // namespace

void Reporter::error(Place place, std::string message, std::string remedy) {
  if (full()) return;
  for (const auto& e : errors_)
    if (e.message == message && e.place.column == place.column &&
        e.place.line->source.data() == place.line->source.data())
      return;
  errors_.push_back({place, std::move(message), std::move(remedy)});
}

std::vector<Diagnostic> Reporter::diagnostics(const std::deque<SourceFile>& files) const {
  std::vector<const Entry*> order;
  for (const auto& e : errors_) order.push_back(&e);
  const auto key = [](const Entry* e) {
    return std::tuple(e->place.line->file, e->place.line->number, e->place.column);
  };
  std::stable_sort(order.begin(), order.end(),
                   [&](const Entry* a, const Entry* b) { return key(a) < key(b); });
  std::vector<Diagnostic> result;
  for (const Entry* e : order) {
    const Line& line = *e->place.line;
    result.push_back({files[line.file].name, line.number, e->place.column, e->message, e->remedy,
                      std::string(line.source), context(line, files)});
  }
  return result;
}

std::string did_you_mean(std::string_view name, const std::vector<std::string_view>& names) {
  const std::string wanted = lower(name.substr(0, 64));
  const std::size_t allowed = wanted.size() < 3 ? 1 : 2;
  std::size_t best = allowed + 1;
  std::string_view found;
  for (const auto candidate : names) {
    if (candidate.size() > wanted.size() + allowed || wanted.size() > candidate.size() + allowed)
      continue;
    const std::size_t d = distance(wanted, lower(candidate));
    if (d < best) best = d, found = candidate;
  }
  return found.empty() ? "" : fmt::format("did you mean '{}'?", found);
}

}  // namespace assembler
}  // namespace ringside::zisa
