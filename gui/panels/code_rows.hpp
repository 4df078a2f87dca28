// Rows of code as panels show them: labels, and instructions with their marks and breakpoints.
#pragma once

#include "gui/ui.hpp"
#include "session/views.hpp"

namespace ringside::gui {

float code_row_height(const Ui& ui);
/// The symbol that an instruction has, on a row of its own.
void draw_code_label(Ui& ui, const session::CodeLine& line);
/// Address, bytes in so many columns (0: without), marks, text. A click at the border sets a breakpoint or takes it away. Names
/// in the probe: "line.80000410", "border.80000410".
void draw_code_line(Ui& ui, const session::CodeLine& line, std::size_t columns);

}  // namespace ringside::gui
