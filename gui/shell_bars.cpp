// The top bar and the status line.
#include <fmt/format.h>

#include <algorithm>

#include "gui/format.hpp"
#include "gui/shell.hpp"
#include "gui/status.hpp"

namespace ringside::gui {

namespace {

// Of words that are broken into lines.
float height_of(const Ui& ui, const std::string& text, float width) {
  const WithFace font(ui, Face::kBody);
  return ImGui::CalcTextSize(text.c_str(), nullptr, false, width).y;
}

std::string file_name(const std::string& path) {
  const auto slash = path.find_last_of('/');
  return slash == std::string::npos ? path : path.substr(slash + 1);
}

}  // namespace

void Shell::draw_top_bar() {
  ImGui::SetCursorScreenPos({ui_.px(8), ui_.px(10)});
  draw_main_menu();
  draw_title();
  draw_moves();
  draw_arrangements();
}

void Shell::draw_main_menu() {
  if (ui_.icon_button("menu", Icon::kMenu)) ImGui::OpenPopup("main menu");
  ui_.tip("Everything that can be done");
  ImGui::SetNextWindowPos({ui_.px(8), ui_.px(44)});
  ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, {ui_.px(12), ui_.px(8)});
  ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, {ui_.px(16), ui_.px(6)});
  if (ImGui::BeginPopup("main menu")) {
    ui_.note("menu.open", ImGui::GetWindowPos(), ImGui::GetWindowPos());
    actions_.draw_menus();
    if (pressed({Key::kEscape})) ImGui::CloseCurrentPopup();
    ImGui::EndPopup();
  }
  ImGui::PopStyleVar(2);
}

void Shell::draw_title() {
  ImDrawList& list = *ImGui::GetWindowDrawList();
  const float y = ui_.px(14);
  float x = ui_.px(44);
  const auto put = [&](const std::string& text, Tone tone, Face face) {
    ui_.text_at(list, {x, y}, text, theme_.ink(tone), face);
    x += ui_.size(text, face).x;
  };
  const session::Options& options = model_->options();
  put("Ringside", Tone::kText, Face::kStrong);
  x += ui_.px(16);
  put(file_name(options.guest), Tone::kText, Face::kBody);
  put(fmt::format(" on {}, {}, {} costs", model_->isa(), options.strategy, options.cost_model), Tone::kDim,
      Face::kBody);
  ui_.note("title", {ui_.px(44), y}, {x, y + ui_.px(20)});
}

// In the middle of the window, where the eye finds it again.
void Shell::draw_moves() {
  const float width = 5 * ui_.px(28) + 4 * ui_.px(4);
  const float x = std::max((ImGui::GetIO().DisplaySize.x - width) / 2, ui_.px(380));
  ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, {ui_.px(4), 0});
  ImGui::SetCursorScreenPos({x, ui_.px(10)});
  ui_.action_button("run.reverse", Icon::kRunBack);
  ImGui::SameLine();
  ui_.action_button("run.back", Icon::kBack);
  ImGui::SameLine();
  if (model_->running())
    ui_.action_button("run.stop", Icon::kPause);
  else
    ui_.action_button("run.run", Icon::kRun);
  ImGui::SameLine();
  ui_.action_button("run.step", Icon::kStep);
  ImGui::SameLine();
  ui_.action_button("run.exit", Icon::kToExit);
  ImGui::PopStyleVar();
}

void Shell::draw_arrangements() {
  float x = ImGui::GetIO().DisplaySize.x - ui_.px(16);
  const float left = ImGui::GetIO().DisplaySize.x / 2 + ui_.px(110);
  const auto link = [&](const std::string& name, const std::string& words, Tone tone) {
    x -= ui_.size(words).x;
    if (x < left) return false;
    ImGui::SetCursorScreenPos({x, ui_.px(14)});
    const bool pressed = ui_.link(name, words, tone);
    x -= ui_.px(16);
    return pressed;
  };
  if (link("palette", "Ctrl+P", Tone::kAccent)) palette_.open();
  ui_.tip("Any command by a few letters of its name");
  const auto& all = arrangements();
  for (auto it = all.rbegin(); it != all.rend(); ++it) {
    const bool current = it->name == settings_.arrangement;
    if (link("arrange." + it->name, it->name, current ? Tone::kText : Tone::kDim)) arrange(it->name);
    ui_.tip(it->summary);
  }
}

// The sentence above, what to try next below it; a third line where the sentence needs two, so that stepping does not
// make the panes jump. Gives its height.
float Shell::draw_status() {
  const Status now = status(*model_);
  const ImVec2 size = ImGui::GetIO().DisplaySize;
  const auto& at = model_->stopped().position;
  const std::string place = model_->running() ? ""
                                              : fmt::format("cycle {}   step {}   event {}", grouped(at.cycle),
                                                            grouped(at.step), grouped(at.events));
  const float right = ui_.size(place, Face::kMonoSmall).x + ui_.px(32),
              room = std::max(ui_.px(200), size.x - right - ui_.px(32));
  const float lines = std::min(height_of(ui_, now.sentence, room), 2.6f * ui_.fonts.size(Face::kBody));
  const float height = std::max(lines, ui_.fonts.size(Face::kBody)) + ui_.px(36), top = size.y - height;
  ImDrawList& list = *ImGui::GetWindowDrawList();
  ImGui::PushClipRect({0, top}, {size.x, top + ui_.px(8) + lines}, true);
  ImGui::SetCursorScreenPos({ui_.px(16), top + ui_.px(6)});
  ImGui::PushTextWrapPos(ui_.px(16) + room);
  ui_.text(now.sentence, now.tone);
  ui_.note("status", now.sentence);
  ui_.tip(lines < height_of(ui_, now.sentence, room) ? now.sentence : "");
  ImGui::PopTextWrapPos();
  ImGui::PopClipRect();
  ui_.text_at(list, {ui_.px(16), top + ui_.px(10) + lines}, now.next, theme_.ink(Tone::kDim));
  ui_.text_at(list, {size.x - right + ui_.px(16), top + ui_.px(7)}, place, theme_.ink(Tone::kDim), Face::kMonoSmall);
  return height;
}

}  // namespace ringside::gui
