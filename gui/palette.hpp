// The command palette: every action by a few letters of its name, and places to go to.
#pragma once

#include <string>
#include <vector>

#include "gui/actions.hpp"
#include "gui/ui.hpp"

namespace ringside::gui {

class Palette {
 public:
  void open() { wanted_ = true; }
  bool is_open() const { return open_; }
  /// Draws it where it is open, over everything else.
  void draw(Ui& ui);

 private:
  std::vector<Action> choices(Ui& ui) const;
  void draw_choice(Ui& ui, const Action& action, std::size_t index);
  void move_mark(std::size_t count);

  std::string typed_;
  std::size_t mark_ = 0;
  bool wanted_ = false, open_ = false;
};

/// What a place that somebody typed means: "100000" a cycle, "e12" an event, "s12" a step. Nothing if it is none.
std::vector<Action> places(Model& model, const std::string& typed);

}  // namespace ringside::gui
