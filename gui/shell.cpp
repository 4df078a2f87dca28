#include "gui/shell.hpp"

#include <algorithm>

namespace ringside::gui {

Shell::Shell(std::unique_ptr<Model> model, Settings settings, std::vector<std::string> folders)
    : model_(std::move(model)), settings_(std::move(settings)), folders_(std::move(folders)), ui_(theme_, *model_, actions_) {
  theme_.dark = settings_.dark;
  ui_.reduced_motion = settings_.reduced_motion;
  add_run_actions(*this);
  add_machine_actions(*this);
  add_view_actions(*this);
  add_study_actions(*this);
  add_tour_actions(*this);
  arrange(settings_.arrangement);
  changed_ = false;
}

bool Shell::prepare(ImFontAtlas& atlas, float display) {
  const Arrangement* arrangement = find_arrangement(settings_.arrangement);
  theme_.scale = display * settings_.zoom * (arrangement ? arrangement->scale : 1);
  const bool fresh = theme_.scale != loaded_scale_;
  if (fresh) ui_.fonts = load_fonts(atlas, theme_.scale, folders_), loaded_scale_ = theme_.scale;
  if (fresh || restyle_) theme_.apply(ImGui::GetStyle());
  if (fresh) ImGui::GetIO().FontDefault = ui_.fonts[Face::kBody];
  restyle_ = false;
  return fresh;
}

void Shell::frame() {
  if (frames_to_draw_ > 0) --frames_to_draw_;
  if (ui_.probe) ui_.probe->begin_frame();
  model_->begin_frame();
  actions_.obey_keys();
  const ImVec2 size = ImGui::GetIO().DisplaySize;
  ImGui::SetNextWindowPos({0, 0});
  ImGui::SetNextWindowSize(size);
  ImGui::PushStyleVar(ImGuiStyleVar_WindowRounding, 0);
  ImGui::Begin("##shell", nullptr, ImGuiWindowFlags_NoDecoration | ImGuiWindowFlags_NoMove | ImGuiWindowFlags_NoBringToFrontOnFocus |
                                       ImGuiWindowFlags_NoNavInputs | ImGuiWindowFlags_NoSavedSettings | ImGuiWindowFlags_NoScrollWithMouse);
  ImGui::PopStyleVar();
  draw_top_bar();
  const float bar = ui_.px(48), side = ui_.px(8);
  const float status = draw_status();
  desk_.draw(ui_, layout_, {side, bar}, {size.x - side, size.y - status});
  if (desk_.take_changed()) settings_.layouts[settings_.arrangement] = layout_, changed_ = true;
  palette_.draw(ui_);
  ImGui::End();
  model_->end_looks();
}

bool Shell::take_changed() { return std::exchange(changed_, false); }

void Shell::arrange(const std::string& name) {
  const Arrangement* arrangement = find_arrangement(name);
  if (!arrangement) return;
  settings_.arrangement = name;
  const auto own = settings_.layouts.find(name);
  layout_ = own == settings_.layouts.end() ? arrangement->root : own->second;
  tidy(layout_);
  if (layout_.tabs.empty() && layout_.children.empty()) reset_layout();
  changed_ = true, frames_to_draw_ = 3;
}

void Shell::reset_layout() {
  settings_.layouts.erase(settings_.arrangement);
  layout_ = find_arrangement(settings_.arrangement)->root;
  tidy(layout_);
  changed_ = true;
}

void Shell::set_theme(bool dark) {
  theme_.dark = settings_.dark = dark;
  restyle_ = changed_ = true;
}

void Shell::zoom(float factor) {
  settings_.zoom = factor == 0 ? 1 : std::clamp(settings_.zoom * factor, 0.5f, 3.f);
  changed_ = true;
}

void Shell::set_reduced_motion(bool on) {
  settings_.reduced_motion = ui_.reduced_motion = on;
  changed_ = true;
}

}  // namespace ringside::gui
