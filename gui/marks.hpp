// Marks of what happens: a colour and a shape each, the same in timelines, tables and legends.
#pragma once

#include "gui/ui.hpp"
#include "session/timeline.hpp"

namespace ringside::gui {

Tone tone_of(session::Happening happening);
/// As large as half its side says.
void draw_mark(const Ui& ui, ImDrawList& list, session::Happening happening, ImVec2 centre, float half);

}  // namespace ringside::gui
