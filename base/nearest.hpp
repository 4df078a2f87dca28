// The word that a mistyped one was probably meant to be.
#pragma once

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <span>
#include <string_view>
#include <vector>

namespace ringside {

/// Insertions, deletions and replacements that turn `a` into `b` (Levenshtein's distance), by
/// rows of the usual table.
inline std::size_t edits(std::string_view a, std::string_view b) {
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

/// The candidate that `word` was probably meant to be: one that begins with it, or else the one
/// with the fewest edits, the first of several, if those are at most a third of the word. Empty if
/// there is none: a far-fetched guess helps nobody.
inline std::string_view nearest(std::string_view word,
                                std::span<const std::string_view> candidates) {
  // A hostile word of megabytes would cost its length times each candidate's.
  word = word.substr(0, 64);
  std::string_view best;
  std::size_t fewest = std::max<std::size_t>(1, word.size() / 3) + 1;
  for (const std::string_view candidate : candidates) {
    if (word.size() >= 3 && candidate.starts_with(word)) return candidate;
    const std::size_t distance = edits(word, candidate);
    if (distance < fewest && distance < word.size()) best = candidate, fewest = distance;
  }
  return best;
}

}  // namespace ringside
