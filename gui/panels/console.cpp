// Console: the guest's terminal, and on a PC its screen; what is typed below goes to the guest.
#include <algorithm>

#include "gui/panel.hpp"
#include "gui/sight.hpp"
#include "session/screen.hpp"

namespace ringside::gui {

namespace {

struct View {
  std::vector<std::string> lines, screen;
};

// Only what can be shown: no other control characters, and no more lines than anybody scrolls through.
std::vector<std::string> lines_of(const std::string& text) {
  constexpr std::size_t kMost = 20'000;
  std::vector<std::string> lines(1);
  for (const char c : text) {
    if (c == '\n')
      lines.emplace_back();
    else if (c == '\b' && !lines.back().empty())
      lines.back().pop_back();
    else if (c == '\t')
      lines.back().append(8 - lines.back().size() % 8, ' ');
    else if (static_cast<unsigned char>(c) >= ' ' && static_cast<unsigned char>(c) < 0x7f)
      lines.back() += c;
  }
  if (lines.size() > kMost) lines.erase(lines.begin(), lines.end() - kMost);
  return lines;
}

class ConsolePanel final : public Panel {
 public:
  void draw(Ui& ui) override {
    const View& view = sight_.of(ui.model, [](const session::Session& s) {
      return View{lines_of(s.console()), lines_of(session::text_screen(s))};
    });
    const bool has_screen = view.screen.size() > 1;
    if (has_screen) draw_choice(ui);
    const auto& lines = has_screen && screen_ ? view.screen : view.lines;
    const float below = ui.px(36);
    ImGui::BeginChild("text", {0, ImGui::GetContentRegionAvail().y - below});
    if (lines.size() == 1 && lines.front().empty())
      ui.empty("Nothing printed yet", "Run with F5 and see what the guest says", "run.run");
    else
      draw_lines(ui, lines);
    ImGui::EndChild();
    draw_input(ui);
  }

 private:
  void draw_choice(Ui& ui) {
    if (ui.link("serial", "Serial port", screen_ ? Tone::kDim : Tone::kAccent)) screen_ = false;
    ImGui::SameLine(0, ui.px(16));
    if (ui.link("screen", "Screen", screen_ ? Tone::kAccent : Tone::kDim)) screen_ = true;
  }

  void draw_lines(Ui& ui, const std::vector<std::string>& lines) {
    ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, {0, ui.px(2)});
    ImGuiListClipper clipper;
    clipper.Begin(static_cast<int>(lines.size()));
    while (clipper.Step())
      for (int i = clipper.DisplayStart; i < clipper.DisplayEnd; ++i)
        ui.text(lines[static_cast<std::size_t>(i)], Tone::kText, Face::kMono);
    ImGui::PopStyleVar();
    // The end stays in sight unless somebody has scrolled away from it.
    if (lines.size() != shown_ && ImGui::GetScrollY() >= ImGui::GetScrollMaxY() - ui.px(40)) ImGui::SetScrollHereY(1);
    shown_ = lines.size();
  }

  void draw_input(Ui& ui) {
    const bool ended = ui.model.stopped().position.ending.has_value() && !ui.model.running();
    const bool waits = ui.model.stopped().kind == "input" && !ui.model.running();
    ImGui::SetCursorPosY(ImGui::GetCursorPosY() + ui.px(2));
    ImGui::BeginDisabled(ended);
    const char* hint = ended   ? "The guest has ended: go back to type"
                       : waits ? "The guest waits: type a line, then Enter"
                               : "Type a line for the guest, then Enter";
    if (waits) ImGui::PushStyleColor(ImGuiCol_FrameBg, ui.theme.ink(Tone::kSelected));
    const bool entered = ui.field("input", hint, typed_);
    if (waits) ImGui::PopStyleColor();
    ImGui::EndDisabled();
    if (!entered) return;
    ui.model.type(typed_ + "\n");
    typed_.clear();
    ImGui::SetKeyboardFocusHere(-1);
  }

  Sight<View> sight_;
  std::string typed_;
  bool screen_ = true;
  std::size_t shown_ = 0;
};

}  // namespace

PanelInfo panel_console() {
  return {"console", "Console", "What the guest prints; what is typed below goes to it", make_panel<ConsolePanel>};
}

}  // namespace ringside::gui
