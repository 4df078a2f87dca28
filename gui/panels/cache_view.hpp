// What the parts of the panel of the translation cache share: the units with their heat, and which one is chosen.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "gui/ui.hpp"
#include "session/inspect_units.hpp"
#include "session/unit_map.hpp"

namespace ringside::gui {

/// What "hot" means: what the unit costs in the VMM, or how much of it ran.
enum class Heat : u8 { kVmm, kRan };

struct CacheView {
  const session::UnitMap& map;
  const std::vector<u64>& heat;  ///< of each unit
  u64 hottest = 0;               ///< the largest of these
  std::size_t chosen = 0;        ///< index; map.units.size() for none
  std::size_t here = 0;          ///< of the unit that runs next, likewise
};

std::string unit_name(const session::UnitSpot& unit);
/// A sentence or two for a hover.
std::string unit_words(const session::UnitSpot& unit, u64 heat, Heat which);
Tone tone_of_kind(std::string_view kind);

/// The map: a block for each unit. Gives the index of one that was clicked.
std::optional<std::size_t> draw_cache_map(Ui& ui, const CacheView& view, Heat which);
/// The guest's unit beside its translation.
void draw_unit(Ui& ui, const session::UnitView& unit);

}  // namespace ringside::gui
