// The catalogue of panels: one line each, in the order of menus.
#pragma once

#include <span>

#include "gui/panel.hpp"

// clang-format off
#define RINGSIDE_PANELS(PANEL) \
  PANEL(code)                  \
  PANEL(belief)                \
  PANEL(timeline)              \
  PANEL(exits)                 \
  PANEL(devices)               \
  PANEL(vmcs)                  \
  PANEL(cache)                 \
  PANEL(bill)                  \
  PANEL(compare)               \
  PANEL(console)               \
  PANEL(source)                \
  PANEL(guide)                 \
  PANEL(walk)                  \
  PANEL(tables)                \
  PANEL(tlb)                   \
  PANEL(memory)
// clang-format on

namespace ringside::gui {

#define RINGSIDE_DECLARE(name) PanelInfo panel_##name();
RINGSIDE_PANELS(RINGSIDE_DECLARE)
#undef RINGSIDE_DECLARE

std::span<const PanelInfo> panels();
/// Null if there is none of that id.
const PanelInfo* find_panel(std::string_view id);

}  // namespace ringside::gui
