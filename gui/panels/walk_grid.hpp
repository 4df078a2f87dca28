// A walk in two dimensions as the grid that it is: a row for each entry of the guest, with the nested walk that leads to it.
#pragma once

#include "gui/ui.hpp"
#include "session/walk_view.hpp"

namespace ringside::gui {

/// `selected` is the number of a reference, 0 for none; a click selects.
void draw_walk_grid(Ui& ui, const session::Walked& walk, unsigned& selected);

/// A small cross: something fails here.
void draw_cross(Ui& ui, ImDrawList& list, ImVec2 centre, float size, ImU32 ink);

}  // namespace ringside::gui
