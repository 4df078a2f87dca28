// Devices and interrupts: which lines ask and what masks them, what comes next, and each device's registers.
#include <fmt/format.h>

#include <set>

#include "gui/format.hpp"
#include "gui/panel.hpp"
#include "gui/sight.hpp"
#include "session/device_view.hpp"

namespace ringside::gui {

namespace {

using session::ComingView;
using session::DevicesView;
using session::DeviceView;
using session::LineView;

class DevicesPanel final : public Panel {
 public:
  void draw(Ui& ui) override {
    const DevicesView& view = sight_.of(ui.model, [](const session::Session& s) { return session::device_view(s); });
    changes_.see(ui.model, values(view));
    draw_summary(ui, view);
    ui.rule();
    draw_lines(ui, view);
    ui.rule();
    draw_coming(ui, view);
    ui.rule();
    std::size_t index = 0;
    for (const DeviceView& device : view.devices) draw_device(ui, device, index);
  }

 private:
  static std::vector<u64> values(const DevicesView& view) {
    std::vector<u64> all;
    for (const DeviceView& device : view.devices)
      for (const auto& r : device.registers) all.push_back(r.value);
    return all;
  }

  static void draw_summary(Ui& ui, const DevicesView& view) {
    ui.chip(view.enabled ? "Interrupts on" : "Interrupts off", view.enabled ? Tone::kGood : Tone::kIdle);
    ui.note("enabled", view.enabled ? "on" : "off");
    ui.tip("Whether the guest lets interrupts in, as it believes: SR.IE on Z-ISA, EFLAGS.IF on x86");
    ImGui::SameLine(0, ui.px(16));
    if (ui.link("copy", "Copy", Tone::kDim)) ImGui::SetClipboardText(session::devices_text(view).c_str());
    ui.wrapped(view.verdict);
    ui.note("verdict", view.verdict);
  }

  // --- lines ---

  /// Whether there is room for what can be read elsewhere too.
  static bool is_wide(const Ui& ui) { return ImGui::GetContentRegionAvail().x > ui.px(440); }

  static void head(Ui& ui, std::string_view title) { ui.text(title, Tone::kDim, Face::kSmall); }

  static void draw_lines(Ui& ui, const DevicesView& view) {
    const bool wide = is_wide(ui);
    if (!ImGui::BeginTable("lines", wide ? 5 : 3, ImGuiTableFlags_SizingFixedFit)) return;
    ImGui::TableSetupColumn("state", ImGuiTableColumnFlags_WidthFixed, ui.px(136));
    ImGui::TableSetupColumn("line", ImGuiTableColumnFlags_WidthFixed, ui.px(72));
    ImGui::TableSetupColumn("source", ImGuiTableColumnFlags_WidthStretch);
    if (wide) ImGui::TableSetupColumn("into", ImGuiTableColumnFlags_WidthFixed, ui.px(88));
    if (wide) ImGui::TableSetupColumn("vector", ImGuiTableColumnFlags_WidthFixed, ui.px(56));
    ImGui::TableNextRow();
    for (const char* title : {"State", "Line", "Source"}) ImGui::TableNextColumn(), head(ui, title);
    if (wide) ImGui::TableNextColumn(), head(ui, "Into"), ImGui::TableNextColumn(), ui.right("Vector", Tone::kDim, Face::kSmall);
    for (const LineView& each : view.lines) draw_line(ui, each, wide);
    ImGui::EndTable();
  }

  // A filled mark asks, a ring is quiet, a bar through it is masked.
  static void draw_mark(Ui& ui, const LineView& line) {
    const ImVec2 at = ImGui::GetCursorScreenPos(), centre{at.x + ui.px(8), at.y + ui.px(9)};
    ImDrawList& list = *ImGui::GetWindowDrawList();
    const float r = ui.px(5);
    const ImU32 ink = ui.theme.ink(line.in_service ? Tone::kAccent : line.pending ? Tone::kHardware : Tone::kDim);
    if (line.pending || line.in_service) list.AddCircleFilled(centre, r, ink);
    else list.AddCircle(centre, r, ink, 0, ui.px(1.4f));
    if (line.masked)
      list.AddLine({centre.x - r - 2, centre.y + r + 2}, {centre.x + r + 2, centre.y - r - 2}, ui.theme.ink(Tone::kText), ui.px(1.6f));
    ImGui::Dummy({ui.px(18), ui.px(18)});
    ImGui::SameLine(0, ui.px(4));
  }

  static std::string state_of(const LineView& line) {
    if (line.in_service) return "in service";
    if (line.pending) return line.masked ? "pending, masked" : "pending";
    return line.masked ? "masked" : "quiet";
  }

  static void draw_line(Ui& ui, const LineView& line, bool wide) {
    const Tone tone = line.pending || line.in_service ? Tone::kText : Tone::kDim;
    ImGui::TableNextRow();
    ImGui::TableNextColumn();
    draw_mark(ui, line);
    ui.text(state_of(line), tone);
    ui.note("line." + line.controller + "." + line.name, state_of(line));
    ui.tip(line.pending && line.masked ? "It asks, and the guest does not want it: nobody learns of it until the mask is gone"
           : line.pending              ? "It asks to be served"
           : line.masked               ? "The guest does not want this interrupt now"
           : line.in_service           ? "The guest has taken it and not said yet that it is done"
                                       : "Open, and nothing asks");
    ImGui::TableNextColumn();
    ui.text(line.name, tone);
    ImGui::TableNextColumn();
    ui.text(line.source, tone);
    ui.tip(fmt::format("Into the {}{}", line.controller, line.vector.empty() ? "" : ", vector " + line.vector));
    if (!wide) return;
    ImGui::TableNextColumn();
    ui.text(line.controller, Tone::kDim);
    ImGui::TableNextColumn();
    ui.right(line.vector, Tone::kDim, Face::kMono);
  }

  // --- what comes ---

  static void draw_coming(Ui& ui, const DevicesView& view) {
    head(ui, "Comes next, if the guest does nothing");
    if (view.coming.empty()) return ui.text("Nothing: no timer runs and no device works", Tone::kDim);
    const bool wide = is_wide(ui);
    if (!ImGui::BeginTable("coming", wide ? 4 : 3, ImGuiTableFlags_SizingFixedFit)) return;
    ImGui::TableSetupColumn("what", ImGuiTableColumnFlags_WidthStretch);
    ImGui::TableSetupColumn("at", ImGuiTableColumnFlags_WidthFixed, ui.px(128));
    if (wide) ImGui::TableSetupColumn("in", ImGuiTableColumnFlags_WidthFixed, ui.px(112));
    ImGui::TableSetupColumn("go", ImGuiTableColumnFlags_WidthFixed, ui.px(56));
    ImGui::TableNextRow();
    ImGui::TableNextColumn(), ImGui::TableNextColumn();
    ui.right(view.virtual_time ? "At time" : "At cycle", Tone::kDim, Face::kSmall);
    if (wide) ImGui::TableNextColumn(), ui.right("From now", Tone::kDim, Face::kSmall);
    for (const ComingView& each : view.coming) draw_event(ui, view, each, wide);
    ImGui::EndTable();
  }

  static void draw_event(Ui& ui, const DevicesView& view, const ComingView& each, bool wide) {
    ImGui::TableNextRow();
    ImGui::TableNextColumn();
    ui.text(each.what + (each.masked ? " (masked)" : ""), each.masked ? Tone::kDim : Tone::kText);
    ui.tip(each.masked ? "It comes, but interrupts nobody: the guest does not want it"
                       : "It comes then, whatever the guest does until then but change the device");
    ImGui::TableNextColumn();
    ui.right(grouped(each.at));
    ui.note("at." + each.what, std::to_string(each.at));
    if (wide) ImGui::TableNextColumn(), ui.right("+" + grouped(each.at > view.now ? each.at - view.now : 0), Tone::kDim);
    ImGui::TableNextColumn();
    if (view.virtual_time) return;
    if (ui.link("go." + each.what, "Go there") && !ui.model.running()) ui.model.go_to_cycle(each.at);
    ui.tip("Runs to that cycle");
  }

  // --- devices ---

  // A click folds it; what has many registers begins folded.
  void draw_device(Ui& ui, const DeviceView& device, std::size_t& index) {
    const bool many = device.registers.size() > 16, open = many == turned_.contains(device.name);
    ui.icon(*ImGui::GetWindowDrawList(), open ? Icon::kFold : Icon::kUnfold,
            {ImGui::GetCursorScreenPos().x + ui.px(8), ImGui::GetCursorScreenPos().y + ui.px(10)}, ui.px(5), ui.theme.ink(Tone::kDim));
    ImGui::SetCursorPosX(ImGui::GetCursorPosX() + ui.px(22));
    if (ui.link("device." + device.name, device.name, Tone::kText, Face::kStrong) && turned_.erase(device.name) == 0)
      turned_.insert(device.name);
    ui.tip(open ? "A click folds it" : fmt::format("A click shows its {} registers", device.registers.size()));
    ImGui::SameLine(0, ui.px(8));
    ui.text(device.place, Tone::kDim, Face::kSmall);
    if (open) draw_registers(ui, device, index);
    index += device.registers.size();
  }

  void draw_registers(Ui& ui, const DeviceView& device, std::size_t index) const {
    const int columns = std::max(1, static_cast<int>(ImGui::GetContentRegionAvail().x / ui.px(232)));
    if (!ImGui::BeginTable(("registers." + device.name).c_str(), columns, ImGuiTableFlags_SizingStretchSame)) return;
    for (const auto& r : device.registers) {
      ImGui::TableNextColumn();
      if (const float glow = changes_.glow(index++); glow > 0)
        ImGui::TableSetBgColor(ImGuiTableBgTarget_CellBg, ui.theme.ink(Tone::kChanged, glow));
      ui.text(r.name, Tone::kDim);
      ImGui::SameLine(0, ui.px(8));
      ui.text(fmt::format("{:0{}x}", r.value, r.digits), Tone::kText, Face::kMono);
      ui.note("register." + device.name + "." + r.name, fmt::format("{:x}", r.value));
      if (r.words.empty()) continue;
      ImGui::SameLine(0, ui.px(8));
      ui.text(r.words, Tone::kDim, Face::kSmall);
    }
    ImGui::EndTable();
  }

  Sight<DevicesView> sight_;
  Changes changes_;
  std::set<std::string> turned_;  ///< devices that are folded otherwise than they began
};

}  // namespace

PanelInfo panel_devices() {
  return {"devices", "Devices", "Which interrupts wait and what masks them, what comes next, each device's registers",
          make_panel<DevicesPanel>};
}

}  // namespace ringside::gui
