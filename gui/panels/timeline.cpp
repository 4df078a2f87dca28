// Timeline: who had the machine, over its cycles, and what happened. Drag moves the present back and forth, the wheel
// zooms, a click on a mark goes there.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "gui/format.hpp"
#include "gui/panel.hpp"
#include "gui/panels/timeline_drawing.hpp"
#include "gui/sight.hpp"

namespace ringside::gui {

namespace {

class TimelinePanel final : public Panel {
 public:
  void draw(Ui& ui) override {
    place(ui);
    const Cycles end = end_.of(ui.model, [&](auto&) { return ui.model.debugger().timeline().end(); });
    TimeRange& range = scale_.range;
    all_ = all_ || range.to > std::max<Cycles>(end, 1);  // another guest was opened
    if (all_) range.from = 0, range.to = std::max<Cycles>(end, 1);
    const TimelineView& view = sight_.of(ui.model, range, [&](auto&) { return look_at_timeline(ui.model, range); });
    const bool nothing = view.events == 0 && ui.model.stopped().position.step == 0 && !ui.model.running();
    if (nothing || view.columns.empty())
      return ui.empty("Nothing has run yet", "Run with F5, or step with F10", "run.run");
    draw_lanes(ui, scale_, view);
    draw_marks(ui, scale_, view);
    draw_axis(ui, scale_, view);
    draw_present(ui, scale_, view);
    handle_mouse(ui, view);
  }

 private:
  void place(Ui& ui) {
    const ImVec2 at = ImGui::GetCursorScreenPos(), room = ImGui::GetContentRegionAvail();
    scale_.left = at.x + ui.px(168), scale_.right = at.x + std::max(room.x - ui.px(8), ui.px(240));
    scale_.top = at.y + ui.px(4), scale_.bottom = at.y + std::max(room.y, ui.px(72));
    scale_.range.columns = static_cast<std::size_t>(std::max(8.f, (scale_.right - scale_.left) / ui.px(2)));
  }

  void handle_mouse(Ui& ui, const TimelineView& view) {
    const auto buttons =
        ImGuiButtonFlags_MouseButtonLeft | ImGuiButtonFlags_MouseButtonRight | ImGuiButtonFlags_MouseButtonMiddle;
    ImGui::SetCursorScreenPos({scale_.left, scale_.top - ui.px(4)});
    ImGui::InvisibleButton("field", {scale_.right - scale_.left, scale_.bottom - scale_.top}, buttons);
    ui.note("field");
    const ImGuiIO& io = ImGui::GetIO();
    const bool over = ImGui::IsItemHovered(), active = ImGui::IsItemActive();
    if (over && io.MouseWheel != 0) zoom(std::pow(0.8, io.MouseWheel), scale_.cycle_at(io.MousePos.x), view.end);
    if (over && ImGui::IsMouseDoubleClicked(ImGuiMouseButton_Left)) all_ = true;
    if (active) ImGui::IsMouseDown(ImGuiMouseButton_Left) ? scrub(ui, view) : pan(view);
    if (over && !active) hover(ui, view);
  }

  void zoom(double factor, Cycles fixed, Cycles end) {
    scale_.range = zoomed(scale_.range, factor, fixed, end);
    all_ = scale_.range.length() >= end;
  }

  // The other buttons move what is seen.
  void pan(const TimelineView& view) {
    const float delta = ImGui::GetIO().MouseDelta.x;
    if (delta == 0) return;
    const double cycles =
        static_cast<double>(delta / (scale_.right - scale_.left)) * static_cast<double>(scale_.range.length());
    scale_.range = moved(scale_.range, -cycles, view.end);
    all_ = false;
  }

  // Left moves the present; a click on a mark goes to just there.
  void scrub(Ui& ui, const TimelineView& view) {
    const ImGuiIO& io = ImGui::GetIO();
    const bool pressed = ImGui::IsMouseClicked(ImGuiMouseButton_Left);
    const session::Mark* mark = pressed ? mark_at(ui, scale_, view, io.MousePos) : nullptr;
    if (mark) return ui.model.go_to_event(mark->event);
    if (pressed || io.MouseDelta.x != 0) ui.model.go_to_cycle(std::min(scale_.cycle_at(io.MousePos.x), view.end));
  }

  void hover(Ui& ui, const TimelineView& view) const {
    const ImVec2 mouse = ImGui::GetIO().MousePos;
    const session::Mark* mark = mark_at(ui, scale_, view, mouse);
    ui.tip(mark ? fmt::format("{} at cycle {}, event e{}. A click goes there.", mark->name, grouped(mark->cycle),
                              mark->event)
                : describe_column(scale_, view, mouse.x));
  }

  Sight<Cycles> end_;
  Sight<TimelineView, TimeRange> sight_;
  TimeScale scale_;
  bool all_ = true;  ///< the whole run is seen, and what comes to it
};

}  // namespace

PanelInfo panel_timeline() {
  return {"timeline", "Timeline",
          "Who had the machine, and what happened: drag to go back and forth, turn the wheel to zoom, click a mark to "
          "go there",
          make_panel<TimelinePanel>};
}

}  // namespace ringside::gui
