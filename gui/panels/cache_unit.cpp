// A unit: each of the guest's instructions beside what it became, and why.
#include <fmt/format.h>

#include <algorithm>

#include "gui/format.hpp"
#include "gui/panels/cache_view.hpp"

namespace ringside::gui {

namespace {

using session::OperationView;

std::string tip_of(const OperationView& op) {
  std::string text = op.kind + ": " + std::string(session::explain_operation(op.kind));
  if (!op.reason.empty()) text += "\nWhy: " + op.reason + ".";
  if (op.joins) text += "\nIt goes on in the call of the VMM that the operation before it made.";
  return text;
}

void draw_operation(Ui& ui, const OperationView& op, bool wide) {
  ImGui::TableNextRow();
  ImGui::TableSetColumnIndex(0);
  ui.text(hex(op.pc), Tone::kDim, Face::kMonoSmall);
  ImGui::TableSetColumnIndex(1);
  ui.text(op.guest, Tone::kText, Face::kMono);
  ImGui::TableSetColumnIndex(2);
  const ImVec2 at = ImGui::GetCursorScreenPos();
  ImGui::GetWindowDrawList()->AddRectFilled({at.x, at.y}, {at.x + ui.px(3), at.y + ui.px(18)}, ui.theme.ink(tone_of_kind(op.kind)));
  ImGui::SetCursorPosX(ImGui::GetCursorPosX() + ui.px(8));
  const bool same = op.reason.empty() && op.kind == "identical";
  ui.text(same ? "the same" : op.translated, same ? Tone::kDim : Tone::kText, Face::kMono);
  ui.note(fmt::format("op.{:08x}", op.pc), op.kind);
  ui.tip(tip_of(op));
  ImGui::TableSetColumnIndex(3);
  ui.text(op.kind, same ? Tone::kDim : Tone::kText, Face::kSmall);
  ui.tip(session::explain_operation(op.kind));
  if (!wide) return;
  ImGui::TableSetColumnIndex(4);
  ui.text(op.reason, Tone::kDim, Face::kSmall);
  ui.tip(op.reason);
}

}  // namespace

Tone tone_of_kind(std::string_view kind) {
  if (kind == "identical") return Tone::kIdle;
  if (kind == "in-cache") return Tone::kTranslation;
  if (kind.ends_with("call-out")) return Tone::kVmm;
  return Tone::kHardware;
}

void draw_unit(Ui& ui, const session::UnitView& unit) {
  ui.text((unit.symbol.empty() ? hex(unit.start) : unit.symbol) + fmt::format(", {} mode", unit.mode == 'S' ? "supervisor" : "user"),
          Tone::kText, Face::kStrong);
  ui.note("unit", unit.symbol);
  const auto changed = std::ranges::count_if(unit.operations, [](const OperationView& op) { return !op.reason.empty(); });
  ui.wrapped(fmt::format("{}, of which {} did not stay as the guest has them. A hover says why.",
                         counted(unit.operations.size(), "instruction"), changed),
             Tone::kDim, Face::kSmall);
  const bool wide = ImGui::GetContentRegionAvail().x > ui.px(600);
  if (!ImGui::BeginTable("unit", wide ? 5 : 4, ImGuiTableFlags_ScrollY | ImGuiTableFlags_SizingFixedFit)) return;
  ImGui::TableSetupScrollFreeze(0, 1);
  ImGui::TableSetupColumn("at", ImGuiTableColumnFlags_WidthFixed, ui.px(72));
  ImGui::TableSetupColumn("guest", ImGuiTableColumnFlags_WidthStretch, 3);
  ImGui::TableSetupColumn("translated", ImGuiTableColumnFlags_WidthStretch, 4);
  ImGui::TableSetupColumn("kind", ImGuiTableColumnFlags_WidthFixed, ui.px(88));
  if (wide) ImGui::TableSetupColumn("why", ImGuiTableColumnFlags_WidthStretch, 3);
  ImGui::TableNextRow();
  for (const char* title : {"Address", "Guest's unit", "Translated unit", "Kind"})
    ImGui::TableNextColumn(), ui.text(title, Tone::kDim, Face::kSmall);
  if (wide) ImGui::TableNextColumn(), ui.text("Why", Tone::kDim, Face::kSmall);
  for (const OperationView& op : unit.operations) draw_operation(ui, op, wide);
  ImGui::EndTable();
}

}  // namespace ringside::gui
