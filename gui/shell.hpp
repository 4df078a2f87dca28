// The window's inside: top bar, panes, status line, palette. It knows Dear ImGui and a Model, and neither a screen nor a
// graphics card: an application, or a test, gives it frames.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "gui/actions.hpp"
#include "gui/chore.hpp"
#include "gui/desk.hpp"
#include "gui/palette.hpp"
#include "gui/settings.hpp"

namespace ringside::gui {

class Shell {
 public:
  /// `folders`: where fonts may lie. The model must have been opened.
  Shell(std::unique_ptr<Model> model, Settings settings, std::vector<std::string> folders);

  /// To be called before ImGui::NewFrame(): sets style and fonts where the scale has changed. True if the atlas was
  /// filled anew, so that its texture has to be made again. `display`: pixels of the screen for one at 100 %.
  bool prepare(ImFontAtlas& atlas, float display);
  /// Between ImGui::NewFrame() and ImGui::Render().
  void frame();
  /// Whether the next frame may look different without any input: something runs, or fades.
  bool busy() const { return model_->running() || chores_running() > 0 || frames_to_draw_ > 0; }

  Ui& ui() { return ui_; }
  Model& model() { return *model_; }
  Actions& actions() { return actions_; }
  Desk& desk() { return desk_; }
  Palette& palette() { return palette_; }
  /// What is to be kept; with what the user has changed.
  const Settings& settings() const { return settings_; }
  /// Whether that changed since the last call.
  bool take_changed();
  bool wants_to_quit() const { return quit_; }

  // --- for actions ---

  Pane& layout() { return layout_; }
  void arrange(const std::string& arrangement);
  void reset_layout();
  void show(const std::string& panel) { desk_.show(layout_, panel); }
  void set_theme(bool dark);
  void zoom(float factor);
  void set_reduced_motion(bool on);
  void quit() { quit_ = true; }

 private:
  void draw_top_bar();
  void draw_main_menu();
  void draw_title();
  void draw_moves();
  void draw_arrangements();
  float draw_status();

  std::unique_ptr<Model> model_;
  Settings settings_;
  std::vector<std::string> folders_;
  Theme theme_;
  Actions actions_;
  Desk desk_;
  Palette palette_;
  Pane layout_;
  Ui ui_;
  float loaded_scale_ = 0;
  float status_height_ = 0;
  int frames_to_draw_ = 3;
  bool restyle_ = true, changed_ = false, quit_ = false;
};

// Each adds a part of the catalogue: gui/actions_<part>.cpp.
void add_run_actions(Shell& shell);
void add_machine_actions(Shell& shell);
void add_view_actions(Shell& shell);
void add_study_actions(Shell& shell);
void add_tour_actions(Shell& shell);

}  // namespace ringside::gui
