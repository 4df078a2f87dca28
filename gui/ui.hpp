// What a panel draws with: text, buttons and marks in the window's own look, each known to the probe by name.
#pragma once

#include <string>
#include <string_view>

#include "gui/fonts.hpp"
#include "gui/model.hpp"
#include "gui/probe.hpp"
#include "gui/theme.hpp"

namespace ringside::gui {

class Actions;

/// Small drawn signs, which need no font.
enum class Icon : u8 { kRun, kPause, kStep, kBack, kRunBack, kToExit, kMenu, kMore, kFold, kUnfold };

class Ui {
 public:
  Ui(Theme& theme_, Model& model_, Actions& actions_) : theme(theme_), model(model_), actions(actions_) {}

  Theme& theme;
  Fonts fonts;
  Model& model;
  Actions& actions;
  Probe* probe = nullptr;
  bool reduced_motion = false;

  // --- text ---

  void text(std::string_view text, Tone tone = Tone::kText, Face face = Face::kBody);
  /// The same, broken into lines at the right border.
  void wrapped(std::string_view text, Tone tone = Tone::kText, Face face = Face::kBody);
  /// At the right border of the column or table cell.
  void right(std::string_view text, Tone tone = Tone::kText, Face face = Face::kMono);
  /// Straight into a draw list.
  void text_at(ImDrawList& list, ImVec2 at, std::string_view text, ImU32 ink, Face face = Face::kBody);
  ImVec2 size(std::string_view text, Face face = Face::kBody) const;

  // --- things to press; `name` is what tests and scripts call it ---

  bool button(std::string_view name, std::string_view label, bool enabled = true);
  bool icon_button(std::string_view name, Icon icon, bool enabled = true);
  /// Text that leads somewhere.
  bool link(std::string_view name, std::string_view text, Tone tone = Tone::kAccent, Face face = Face::kBody);
  /// A field for one line; true when Enter is pressed in it.
  bool field(std::string_view name, std::string_view hint, std::string& text, float width = -1);
  /// A button that does an action of the catalogue, with its keys in the hover.
  bool action_button(std::string_view action, Icon icon);

  // --- marks ---

  /// Words on a coloured ground.
  void chip(std::string_view text, Tone tone);
  /// The sign of a lie, with the sentence that explains it on hover.
  void lie(std::string_view name, std::string_view why);
  void icon(ImDrawList& list, Icon icon, ImVec2 centre, float size, ImU32 ink) const;
  void rule();
  /// Of the item before: a sentence on hover, and the section of the manual that says more.
  void tip(std::string_view sentence, std::string_view section = "");
  /// What an empty panel says: what would fill it, and how. `action` (may be empty) does that.
  void empty(std::string_view title, std::string_view how, std::string_view action = "");

  /// Tells the probe of the item before, or of a part of the screen.
  void note(std::string_view name, std::string_view text = "", bool enabled = true);
  void note(std::string_view name, ImVec2 min, ImVec2 max, std::string_view text = "", bool enabled = true);
  void note_text(std::string_view text, ImVec2 min, ImVec2 max);

  float px(float pixels) const { return theme.px(pixels); }
};

/// While one lives, a face is the font.
class WithFace {
 public:
  WithFace(const Ui& ui, Face face) { ImGui::PushFont(ui.fonts[face]); }
  ~WithFace() { ImGui::PopFont(); }
  WithFace(const WithFace&) = delete;
  WithFace& operator=(const WithFace&) = delete;
};

/// While one lives, names in the probe begin with this.
class Scope {
 public:
  Scope(const Ui& ui, std::string_view name) : probe_(ui.probe) {
    if (probe_) probe_->enter(name);
  }
  ~Scope() {
    if (probe_) probe_->leave();
  }
  Scope(const Scope&) = delete;
  Scope& operator=(const Scope&) = delete;

 private:
  Probe* probe_;
};

}  // namespace ringside::gui
