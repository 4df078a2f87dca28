// Translation cache: a map of its units by size and heat, the hot ones in order, chains, and a unit beside what it became.
#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "gui/format.hpp"
#include "gui/keys.hpp"
#include "gui/panel.hpp"
#include "gui/panels/cache_view.hpp"
#include "gui/sight.hpp"

namespace ringside::gui {

namespace {

using session::Executions;
using session::UnitMap;
using session::UnitSpot;

constexpr u64 kCounted = 20'000;

class CachePanel final : public Panel {
 public:
  void draw(Ui& ui) override {
    const UnitMap& map = sight_.of(ui.model, [](const session::Session& s) { return session::unit_map(s); });
    if (!map.translates)
      return ui.empty("Nothing is translated: this strategy runs the guest's code as it stands",
                      "Binary translation has a cache: start again with", "machine.strategy.dbt");
    if (map.units.empty())
      return ui.empty("No units yet", "Code is translated when the guest comes to it: step, or run to the first exit with F6", "run.exit");
    take_count(ui, map);
    weigh(map);
    const CacheView view{map, heat_, heat_.empty() ? 0 : *std::ranges::max_element(heat_), chosen(map), map.at(map.pc)};
    draw_summary(ui, view);
    draw_map(ui, view);
    draw_below(ui, view);
    follow_keys(view);
  }

 private:
  // --- heat ---

  // What was counted belongs to the position at which it began.
  void take_count(const Ui& ui, const UnitMap&) {
    if (ui.model.running()) return;
    if (counting_) ran_ = std::move(counting_), counting_.reset(), which_ = Heat::kRan;
  }

  void weigh(const UnitMap& map) {
    heat_.assign(map.units.size(), 0);
    if (which_ == Heat::kVmm || !ran_) {
      for (std::size_t i = 0; i < heat_.size(); ++i) heat_[i] = map.units[i].cycles;
    } else {
      for (const auto& [pc, times] : ran_->at)
        if (const std::size_t i = map.at(pc); i < heat_.size()) heat_[i] += times;
    }
    order_.resize(heat_.size());
    for (std::size_t i = 0; i < order_.size(); ++i) order_[i] = i;
    std::ranges::stable_sort(order_, std::greater(), [&](std::size_t i) { return heat_[i]; });
  }

  // Of the user's choice, else the one that runs next, else the hottest.
  std::size_t chosen(const UnitMap& map) const {
    if (chosen_) {
      const auto found =
          std::ranges::find_if(map.units, [&](const UnitSpot& u) { return u.start == chosen_->first && u.mode == chosen_->second; });
      if (found != map.units.end()) return static_cast<std::size_t>(found - map.units.begin());
    }
    const std::size_t here = map.at(map.pc);
    return here < map.units.size() ? here : order_.front();
  }
  void choose(const UnitSpot& unit) { chosen_ = {unit.start, unit.mode}; }

  void count(Ui& ui) {
    counting_ = std::make_shared<Executions>();
    ui.model.move("counting executions", [into = counting_](session::Debugger& d, auto& between) -> Result<session::Stopped> {
      return session::count_executions(d, kCounted, *into, between);
    });
  }

  // --- above ---

  void draw_summary(Ui& ui, const CacheView& view) {
    const UnitMap& map = view.map;
    ui.text(counted(map.units.size(), "unit"), Tone::kText, Face::kStrong);
    ui.note("units", std::to_string(map.units.size()));
    ImGui::SameLine(0, ui.px(8));
    ui.text(fmt::format("{} of {} operations in use", grouped(map.used), grouped(map.capacity)), Tone::kDim);
    ui.tip(
        fmt::format("Translated so far: {}. Translated once more, because an access kept trapping: {}. Dropped, because their code was "
                    "written: {}. Flushes, because "
                    "the cache was full: {}.",
                    counted(map.translated, "unit"), grouped(map.retranslated), grouped(map.dropped), grouped(map.flushes)));
    draw_tools(ui, view);
  }

  void draw_tools(Ui& ui, const CacheView& view) {
    ui.text("Heat:", Tone::kDim);
    ImGui::SameLine(0, ui.px(8));
    if (ui.link("by.vmm", "cycles in the VMM", which_ == Heat::kVmm ? Tone::kAccent : Tone::kDim)) which_ = Heat::kVmm;
    ui.tip(fmt::format("What the exits and call-outs from each unit took, in the last {} of the log", counted(view.map.events, "event")));
    if (ran_) {
      ImGui::SameLine(0, ui.px(16));
      if (ui.link("by.ran", "instructions run", which_ == Heat::kRan ? Tone::kAccent : Tone::kDim)) which_ = Heat::kRan;
      ui.tip(fmt::format("How often the instructions of each unit ran in the {} that were counted", counted(ran_->steps, "step")));
    }
    ImGui::SameLine(0, ui.px(16));
    if (ui.link("count", fmt::format("Count the next {}", grouped(kCounted)), Tone::kAccent) && !ui.model.running()) count(ui);
    ui.tip("Runs on so many steps, counts how often each unit runs, and comes back here");
    ImGui::SameLine(0, ui.px(16));
    if (ui.link("copy", "Copy", Tone::kDim)) ImGui::SetClipboardText(text_of(view).c_str());
  }

  std::string text_of(const CacheView& view) const {
    std::string text = "unit\tmode\toperations\tchanged\tto\tfrom\texits\theat\n";
    for (const std::size_t i : order_) {
      const UnitSpot& u = view.map.units[i];
      text += fmt::format("{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\n", unit_name(u), u.mode, u.operations, u.changed, u.to.size(), u.from.size(),
                          u.exits, heat_[i]);
    }
    return text;
  }

  // --- the map ---

  void draw_map(Ui& ui, const CacheView& view) {
    ImGui::BeginChild("map", {0, std::max(ui.px(60), ImGui::GetContentRegionAvail().y * 0.3f)});
    const auto pressed = draw_cache_map(ui, view, which_);
    ImGui::EndChild();
    if (pressed) choose(view.map.units[*pressed]);
    ui.text("Block: a unit, as wide as it is long, filled as high as it is hot. Foot: user code. Triangle: runs next. Lines: chains.",
            Tone::kDim, Face::kSmall);
  }

  // --- below ---

  void draw_below(Ui& ui, const CacheView& view) {
    const ImVec2 room = ImGui::GetContentRegionAvail();
    const bool beside = room.x > ui.px(820);
    ImGui::BeginChild("hot", beside ? ImVec2{ui.px(440), 0} : ImVec2{0, room.y * 0.4f});
    draw_table(ui, view);
    ImGui::EndChild();
    if (beside) ImGui::SameLine(0, ui.px(16));
    ImGui::BeginChild("detail", {0, 0});
    const UnitSpot& unit = view.map.units[view.chosen];
    const auto& found = unit_.of(ui.model, unit.start, [&](const session::Session& s) { return session::units_at(s, Gva{unit.start}); });
    for (const auto& each : found)
      if (each.mode == unit.mode && each.frame == unit.frame) draw_unit(ui, each);
    ImGui::EndChild();
  }

  void draw_table(Ui& ui, const CacheView& view) {
    if (!ImGui::BeginTable("units", 5, ImGuiTableFlags_ScrollY | ImGuiTableFlags_SizingFixedFit)) return;
    ImGui::TableSetupScrollFreeze(0, 1);
    ImGui::TableSetupColumn("unit", ImGuiTableColumnFlags_WidthStretch);
    ImGui::TableSetupColumn("ops", ImGuiTableColumnFlags_WidthFixed, ui.px(36));
    ImGui::TableSetupColumn("changed", ImGuiTableColumnFlags_WidthFixed, ui.px(56));
    ImGui::TableSetupColumn("chains", ImGuiTableColumnFlags_WidthFixed, ui.px(52));
    ImGui::TableSetupColumn("heat", ImGuiTableColumnFlags_WidthFixed, ui.px(84));
    ImGui::TableNextRow();
    ImGui::TableNextColumn(), ui.text("Unit, hot ones first", Tone::kDim, Face::kSmall);
    for (const char* title : {"Ops", "Changed", "Chains", which_ == Heat::kVmm ? "Cycles" : "Ran"})
      ImGui::TableNextColumn(), ui.right(title, Tone::kDim, Face::kSmall);
    ImGuiListClipper clipper;
    clipper.Begin(static_cast<int>(order_.size()));
    while (clipper.Step())
      for (int i = clipper.DisplayStart; i < clipper.DisplayEnd; ++i) draw_row(ui, view, order_[static_cast<std::size_t>(i)]);
    ImGui::EndTable();
  }

  void draw_row(Ui& ui, const CacheView& view, std::size_t i) {
    const UnitSpot& u = view.map.units[i];
    ImGui::TableNextRow();
    ImGui::TableSetColumnIndex(0);
    const std::string id = fmt::format("{:08x}{}", u.start, u.mode);
    if (ImGui::Selectable(("##" + id).c_str(), i == view.chosen, ImGuiSelectableFlags_SpanAllColumns, {0, ui.px(20)})) choose(u);
    ui.note("row." + id, unit_name(u));
    ui.tip(unit_words(u, heat_[i], which_));
    if (i == view.chosen && moved_) ImGui::SetScrollHereY(0.5f), moved_ = false;
    ImGui::SameLine(0, 0);
    ui.text((u.mode == 'U' ? "U " : "") + unit_name(u), Tone::kText);
    const std::string cells[] = {grouped(u.operations), u.changed == 0 ? "-" : grouped(u.changed),
                                 fmt::format("{}/{}", u.to.size(), u.from.size()), heat_[i] == 0 ? "-" : grouped(heat_[i])};
    for (int c = 0; c < 4; ++c) ImGui::TableSetColumnIndex(c + 1), ui.right(cells[c], c == 3 ? Tone::kText : Tone::kDim, Face::kMonoSmall);
  }

  // Up and down the table while the panel has the focus.
  void follow_keys(const CacheView& view) {
    if (!ImGui::IsWindowFocused(ImGuiFocusedFlags_RootAndChildWindows) || ImGui::GetIO().WantTextInput) return;
    const int by = pressed({Key::kDown}) ? 1 : pressed({Key::kUp}) ? -1 : 0;
    const auto place = std::ranges::find(order_, view.chosen) - order_.begin() + by;
    if (by == 0 || place < 0 || place >= static_cast<std::ptrdiff_t>(order_.size())) return;
    choose(view.map.units[order_[static_cast<std::size_t>(place)]]);
    moved_ = true;
  }

  Sight<UnitMap> sight_;
  Sight<std::vector<session::UnitView>, u32> unit_;
  std::shared_ptr<Executions> counting_, ran_;  ///< under way; done
  Heat which_ = Heat::kVmm;
  std::vector<u64> heat_;
  std::vector<std::size_t> order_;  ///< of units, hot ones first
  std::optional<std::pair<u32, char>> chosen_;
  bool moved_ = false;  ///< by a key: to be scrolled to
};

}  // namespace

PanelInfo panel_cache() {
  return {"cache", "Translation cache", "Units by size and heat, their chains, and what each of the guest's instructions became",
          make_panel<CachePanel>};
}

}  // namespace ringside::gui
