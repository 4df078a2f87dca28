// Cost models: a price for each parameter, read from JSON.
#pragma once

#include <array>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/types.hpp"
#include "cost/parameters.hpp"

namespace ringside::cost {

/// The price of each parameter on one machine, and where each price comes from.
struct Model {
  std::string name;
  std::string description;
  std::array<u64, kParams> price{};           ///< indexed by Param; unit as in its row
  std::array<std::string, kParams> source{};  ///< publication and table, or "assumed: why"

  u64 operator[](Param param) const { return price[index(param)]; }

  /// A hash of the prices alone: two models with equal hashes give equal runs.
  u64 hash() const;

  /// Reads a model:
  /// `{"name": "...", "description": "...",
  ///   "parameters": {"insn": {"value": 1, "source": "..."}, ...}}`.
  /// Every parameter must be there exactly once, within its range and with its source. `file` is
  /// what errors call the text.
  static Result<Model> parse(std::string_view text, const std::string& file);
};

/// The names of the built-in models, the default first, the others by age.
std::vector<std::string> preset_names();

/// The built-in model of this name. The error lists the names and suggests the nearest.
Result<Model> preset(std::string_view name);

inline constexpr std::string_view kDefaultPreset = "textbook";

}  // namespace ringside::cost
