#include "gui/palette.hpp"

#include <algorithm>

#include "gui/format.hpp"
#include "session/expressions.hpp"

namespace ringside::gui {

namespace {
constexpr std::size_t kMost = 12;
}

std::vector<Action> places(Model& model, const std::string& typed) {
  if (typed.empty()) return {};
  const bool event = typed[0] == 'e', step = typed[0] == 's';
  const auto number = session::parse_number(event || step ? typed.substr(1) : typed, "number");
  if (!number) return {};
  const u64 to = *number;
  Action go{"go", "", "", {}, "", {}};
  if (event) go.name = "Go to event e" + grouped(to), go.run = [&model, to] { model.go_to_event(to); };
  else if (step) go.name = "Go to step " + grouped(to), go.run = [&model, to] { model.go_to_step(to); };
  else go.name = "Go to cycle " + grouped(to), go.run = [&model, to] { model.go_to_cycle(to); };
  return {go};
}

std::vector<Action> Palette::choices(Ui& ui) const {
  std::vector<Action> all = places(ui.model, typed_);
  for (const Action* each : matching(ui.actions, typed_))
    if (all.size() < kMost && each->id != "view.palette") all.push_back(*each);
  return all;
}

void Palette::move_mark(std::size_t count) {
  if (pressed({Key::kDown}) && mark_ + 1 < count) ++mark_;
  if (pressed({Key::kUp}) && mark_ > 0) --mark_;
  mark_ = count == 0 ? 0 : std::min(mark_, count - 1);
}

void Palette::draw_choice(Ui& ui, const Action& action, std::size_t index) {
  const bool marked = index == mark_, enabled = action.enabled();
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const float width = ImGui::GetContentRegionAvail().x, height = ui.px(28);
  ImGui::PushID(static_cast<int>(index));
  const bool chosen = ImGui::InvisibleButton("choice", {width, height}) && enabled;
  ImGui::PopID();
  ui.note("choice." + action.id, action.name, enabled);
  ImDrawList& list = *ImGui::GetWindowDrawList();
  if (marked || ImGui::IsItemHovered())
    list.AddRectFilled(at, {at.x + width, at.y + height}, ui.theme.ink(marked ? Tone::kSelected : Tone::kHover), ui.px(4));
  const ImU32 ink = ui.theme.ink(enabled ? Tone::kText : Tone::kFaint), dim = ui.theme.ink(enabled ? Tone::kDim : Tone::kFaint);
  const float y = at.y + (height - ui.fonts.size(Face::kBody)) / 2;
  ui.text_at(list, {at.x + ui.px(8), y}, action.name, ink);
  ui.text_at(list, {at.x + ui.px(16) + ui.size(action.name).x, y + ui.px(1)}, action.menu, dim, Face::kSmall);
  if (!action.keys.empty()) {
    const std::string keys = key_text(action.keys.front());
    ui.text_at(list, {at.x + width - ui.px(8) - ui.size(keys, Face::kSmall).x, y + ui.px(1)}, keys, dim, Face::kSmall);
  }
  if (chosen || (marked && enabled && pressed({Key::kEnter}))) {
    ImGui::CloseCurrentPopup();
    action.run();
  }
}

void Palette::draw(Ui& ui) {
  if (wanted_) ImGui::OpenPopup("palette"), typed_.clear(), mark_ = 0;
  const ImVec2 screen = ImGui::GetIO().DisplaySize;
  const float width = std::min(ui.px(560), screen.x - ui.px(32));
  ImGui::SetNextWindowPos({(screen.x - width) / 2, ui.px(56)});
  ImGui::SetNextWindowSize({width, 0});
  ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, {ui.px(8), ui.px(8)});
  open_ = ImGui::BeginPopup("palette", ImGuiWindowFlags_NoMove);
  if (open_) {
    const Scope scope(ui, "palette");
    if (wanted_) ImGui::SetKeyboardFocusHere();
    const std::string before = typed_;
    ui.field("search", "A command, or a place: 100000 is a cycle, e12 an event, s12 a step", typed_);
    if (typed_ != before) mark_ = 0;
    const auto all = choices(ui);
    move_mark(all.size());
    for (std::size_t i = 0; i < all.size(); ++i) draw_choice(ui, all[i], i);
    if (all.empty()) ui.text("Nothing is called so.", Tone::kDim);
    if (pressed({Key::kEscape})) ImGui::CloseCurrentPopup();
    ImGui::EndPopup();
  }
  ImGui::PopStyleVar();
  wanted_ = false;
}

}  // namespace ringside::gui
