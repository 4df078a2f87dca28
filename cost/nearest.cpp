#include "cost/nearest.hpp"

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <vector>

namespace ringside::cost {
namespace {

/// Insertions, deletions and replacements that turn `a` into `b` (Levenshtein's distance), by
/// rows of the usual table.
std::size_t edits(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = diagonal + (a[i - 1] != b[j - 1]);
      diagonal = row[j];
      row[j] = std::min({replaced, row[j] + 1, row[j - 1] + 1});
    }
  }
  return row.back();
}

}  // namespace

std::string_view nearest(std::string_view word, std::span<const std::string_view> candidates) {
  // A hostile word of megabytes would cost its length times each candidate's.
  word = word.substr(0, 64);
  return *std::min_element(
      candidates.begin(), candidates.end(),
      [&](std::string_view x, std::string_view y) { return edits(word, x) < edits(word, y); });
}

}  // namespace ringside::cost
