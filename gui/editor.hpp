// A text to edit, with line numbers, lines that are marked and a message beside each.
#pragma once

#include <map>
#include <string>

#include "gui/keys.hpp"
#include "gui/ui.hpp"

namespace ringside::gui {

class Editor {
 public:
  /// Line from 1, and what is to be said beside it.
  using Marks = std::map<u32, std::string>;

  /// Draws it into a part of the current window. True if somebody has changed the text.
  bool draw(Ui& ui, std::string& text, const Marks& marks, ImVec2 size);
  /// Puts the cursor there, in the next frame. Line and column from 1.
  void go_to(u32 line, u32 column) { wanted_line_ = line, wanted_column_ = column, at_border_ = 4; }
  bool active() const { return active_; }
  u32 line() const { return line_; }  ///< of the cursor

 private:
  static int watch(ImGuiInputTextCallbackData* data);
  void draw_gutter(Ui& ui, const std::string& text, const Marks& marks, float gutter);
  bool draw_text(Ui& ui, std::string& text, ImVec2 size);
  void follow_cursor(const Ui& ui, float line_height);

  std::string* text_ = nullptr;  ///< while it is drawn
  u32 line_ = 1, seen_line_ = 1, wanted_line_ = 0, wanted_column_ = 0;
  int at_border_ = 0;  ///< frames in which the left border stays in sight: Dear ImGui shows all of what gets the focus
  bool active_ = false;
};

}  // namespace ringside::gui
