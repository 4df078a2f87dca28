// Draws a tree of panes: titles, tabs, borders to drag, what is folded; and keeps the panels.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "gui/layout.hpp"
#include "gui/panel.hpp"

namespace ringside::gui {

class Desk {
 public:
  static constexpr float kTitle = 32;  ///< height of a title at 100 %

  /// Draws the tree into that part of the current window; what the user drags and folds goes into the tree.
  void draw(Ui& ui, Pane& root, ImVec2 min, ImVec2 max);
  /// Whether the user changed the tree since the last call.
  bool take_changed() { return std::exchange(changed_, false); }
  /// Brings a panel to the front; where no pane has it, the last one takes it.
  void show(Pane& root, const std::string& panel);
  /// One panel over all others, or all again.
  void maximize(const std::string& panel) { maximized_ = maximized_ == panel ? "" : panel; }
  const std::string& maximized() const { return maximized_; }
  Panel& panel(const std::string& id);

 private:
  void draw_pane(Ui& ui, Pane& pane, ImVec2 min, ImVec2 max, const std::string& path, bool in_row);
  void draw_children(Ui& ui, Pane& pane, ImVec2 min, ImVec2 max, const std::string& path);
  void draw_border(Ui& ui, Pane& pane, std::size_t after, ImVec2 min, ImVec2 max, float per_pixel, const std::string& path);
  void draw_tabs(Ui& ui, Pane& pane, ImVec2 min, ImVec2 max, const std::string& path);
  void draw_tab(Ui& ui, Pane& pane, std::size_t index, ImVec2& at);
  void draw_body(Ui& ui, const std::string& id, ImVec2 min, ImVec2 max);
  void draw_menu(Ui& ui, Pane& pane);
  void split(Pane& pane, Pane::Kind kind);

  std::map<std::string, std::unique_ptr<Panel>> panels_;
  std::string maximized_;
  std::function<void()> edit_;  ///< of the tree, to be done once it is drawn
  Pane* root_ = nullptr;        ///< while it is drawn
  bool changed_ = false;
};

}  // namespace ringside::gui
