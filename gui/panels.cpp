#include "gui/panels.hpp"

#include <algorithm>
#include <array>

namespace ringside::gui {

std::span<const PanelInfo> panels() {
#define RINGSIDE_ENTRY(name) panel_##name(),
  static const std::array kAll = {RINGSIDE_PANELS(RINGSIDE_ENTRY)};
#undef RINGSIDE_ENTRY
  return kAll;
}

const PanelInfo* find_panel(std::string_view id) {
  const auto found = std::ranges::find(panels(), id, &PanelInfo::id);
  return found == panels().end() ? nullptr : &*found;
}

}  // namespace ringside::gui
