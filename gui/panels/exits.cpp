// Exits: how often the guest left to the VMM, and what that took, in the layout of `perf kvm stat report`.
#include <algorithm>
#include <functional>

#include "gui/format.hpp"
#include "gui/marks.hpp"
#include "gui/panel.hpp"
#include "gui/sight.hpp"
#include "session/explain.hpp"
#include "session/overview.hpp"

namespace ringside::gui {

namespace {

using session::ExitReport;
using session::Overview;

struct Column {
  const char* title;
  u64 (*of)(const ExitReport&);  ///< null: the name
};
constexpr Column kColumns[] = {{"Exit", nullptr},
                               {"Samples", [](const ExitReport& e) { return e.count; }},
                               {"Samples %", [](const ExitReport& e) { return e.count; }},
                               {"Time %", [](const ExitReport& e) { return e.cycles; }},
                               {"Min", [](const ExitReport& e) { return e.min; }},
                               {"Max", [](const ExitReport& e) { return e.max; }},
                               {"Mean", [](const ExitReport& e) { return e.mean(); }}};
constexpr int kSamplesPart = 2, kTimePart = 3;

class ExitsPanel final : public Panel {
 public:
  void draw(Ui& ui) override {
    const Overview& seen = sight_.of(ui.model, [](const session::Session& s) { return session::overview(s); });
    if (!seen.virtualized)
      return ui.empty("No exits: the guest owns the bare machine", "Under a VMM there are some: start again with",
                      "machine.strategy.trap-emulate");
    if (seen.exits.empty()) return ui.empty("No exits yet", "Run to the first with F6", "run.exit");
    draw_table(ui, seen);
  }

 private:
  void draw_table(Ui& ui, const Overview& seen) {
    const auto flags = ImGuiTableFlags_Sortable | ImGuiTableFlags_ScrollY | ImGuiTableFlags_SizingFixedFit;
    if (!ImGui::BeginTable("exits", std::size(kColumns), flags)) return;
    ImGui::TableSetupScrollFreeze(0, 1);
    for (std::size_t i = 0; i < std::size(kColumns); ++i) {
      const bool name = i == 0, by_default = i == kTimePart;
      ImGui::TableSetupColumn(kColumns[i].title,
                              ImGuiTableColumnFlags_WidthFixed |
                                  (name ? 0 : ImGuiTableColumnFlags_PreferSortDescending) |
                                  (by_default ? ImGuiTableColumnFlags_DefaultSort : 0),
                              name ? ui.px(248) : ui.px(86));
    }
    draw_heads(ui);
    ExitReport all{"Total", 0, 0, ~u64{0}, 0};
    for (const ExitReport& each : seen.exits)
      all.count += each.count, all.cycles += each.cycles, all.min = std::min(all.min, each.min),
                                                          all.max = std::max(all.max, each.max);
    for (const ExitReport& each : sorted(seen.exits)) draw_row(ui, each, all, seen);
    draw_total(ui, all);
    ImGui::EndTable();
  }

  static void draw_heads(Ui& ui) {
    ImGui::TableNextRow(ImGuiTableRowFlags_Headers);
    ImGui::PushStyleColor(ImGuiCol_Text, ui.theme.ink(Tone::kDim));
    const WithFace small(ui, Face::kSmall);
    for (int i = 0; i < static_cast<int>(std::size(kColumns)); ++i) {
      ImGui::TableSetColumnIndex(i);
      // Above numbers, that stand right; the arrow of the order has its place in front.
      const float room = ImGui::GetContentRegionAvail().x - ui.size(kColumns[i].title, Face::kSmall).x - ui.px(14);
      if (i != 0 && room > 0) ImGui::SetCursorPosX(ImGui::GetCursorPosX() + room);
      ImGui::TableHeader(kColumns[i].title);
      ui.note(std::string("head.") + kColumns[i].title);
    }
    ImGui::PopStyleColor();
  }

  static std::vector<ExitReport> sorted(std::vector<ExitReport> rows) {
    const ImGuiTableSortSpecs* specs = ImGui::TableGetSortSpecs();
    if (!specs || specs->SpecsCount == 0) return rows;
    const Column& column = kColumns[specs->Specs[0].ColumnIndex];
    const bool down = specs->Specs[0].SortDirection == ImGuiSortDirection_Descending;
    std::ranges::stable_sort(rows, [&](const ExitReport& a, const ExitReport& b) {
      const ExitReport &x = down ? b : a, &y = down ? a : b;
      return column.of ? column.of(x) < column.of(y) : x.reason < y.reason;
    });
    return rows;
  }

  // A click goes on to the next one of this kind, with Shift back to the last one.
  static void draw_row(Ui& ui, const ExitReport& exit, const ExitReport& all, const Overview& seen) {
    ImGui::TableNextRow(0, ui.px(26));
    ImGui::TableSetColumnIndex(0);
    const bool pressed =
        ImGui::Selectable(("##" + exit.reason).c_str(), false, ImGuiSelectableFlags_SpanAllColumns, {0, ui.px(22)});
    ui.note("row." + exit.reason, exit.reason);
    const std::string name = exit.reason;
    if (pressed && ImGui::GetIO().KeyShift)
      ui.model.move("going back",
                    [name](session::Debugger& d, auto& between) { return d.back_to_exit(name, between); });
    else if (pressed)
      ui.model.move("running", [name](session::Debugger& d, auto& between) { return d.run_to_exit(name, between); });
    ui.tip(std::string(session::explain_exit(exit.reason, seen.isa)) +
           "\nA click goes on to the next one, with Shift back to the last.");
    ImGui::SameLine(0, 0);
    draw_name(ui, exit);
    draw_numbers(ui, exit, all);
  }

  static void draw_name(Ui& ui, const ExitReport& exit) {
    const ImVec2 at = ImGui::GetCursorScreenPos();
    draw_mark(ui, *ImGui::GetWindowDrawList(), session::happening_of_exit(exit.reason),
              {at.x + ui.px(8), at.y + ui.px(11)}, ui.px(5));
    ImGui::SetCursorScreenPos({at.x + ui.px(22), at.y + ui.px(2)});
    ui.text(exit.reason);
  }

  static void draw_numbers(Ui& ui, const ExitReport& exit, const ExitReport& all) {
    const std::string cells[] = {
        grouped(exit.count), share(exit.count, all.count), share(exit.cycles, all.cycles), grouped(exit.min),
        grouped(exit.max),   grouped(exit.mean())};
    for (int i = 0; i < 6; ++i) {
      ImGui::TableSetColumnIndex(i + 1);
      if (i + 1 == kTimePart) draw_bar(ui, exit.cycles, all.cycles, tone_of(session::happening_of_exit(exit.reason)));
      if (i + 1 == kSamplesPart) draw_bar(ui, exit.count, all.count, Tone::kIdle);
      ImGui::SetCursorPosY(ImGui::GetCursorPosY() + ui.px(2));
      ui.right(cells[i], Tone::kText, Face::kMono);
    }
  }

  // Behind a share, as long as that is.
  static void draw_bar(Ui& ui, u64 part, u64 whole, Tone tone) {
    const ImVec2 at = ImGui::GetCursorScreenPos();
    const float width = ImGui::GetContentRegionAvail().x *
                        (whole == 0 ? 0 : static_cast<float>(static_cast<double>(part) / static_cast<double>(whole)));
    ImGui::GetWindowDrawList()->AddRectFilled({at.x, at.y + ui.px(20)},
                                              {at.x + std::max(width, ui.px(1)), at.y + ui.px(22)}, ui.theme.ink(tone));
  }

  static void draw_total(Ui& ui, const ExitReport& all) {
    ImGui::TableNextRow(0, ui.px(28));
    ImGui::TableSetColumnIndex(0);
    ImGui::SetCursorPosX(ImGui::GetCursorPosX() + ui.px(22));
    ui.text(counted(all.cycles, "cycle") + " in all exits", Tone::kDim);
    ImGui::TableSetColumnIndex(1);
    ui.right(grouped(all.count), Tone::kDim);
    ui.note("total", grouped(all.count));
  }

  Sight<Overview> sight_;
};

}  // namespace

PanelInfo panel_exits() {
  return {"exits", "Exits",
          "How often the guest left to the VMM, why, and what that took; a click goes to the next one",
          make_panel<ExitsPanel>};
}

}  // namespace ringside::gui
