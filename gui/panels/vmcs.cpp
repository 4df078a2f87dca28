// VM control structure: what a VMM with hardware assistance tells the CPU, and is told: each field, by group.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "gui/format.hpp"
#include "gui/panel.hpp"
#include "gui/sight.hpp"
#include "session/control_view.hpp"

namespace ringside::gui {

namespace {

using session::ControlField;
using session::ControlView;

bool contains(std::string_view text, std::string_view part) {
  const auto same = [](char a, char b) {
    return std::tolower(static_cast<unsigned char>(a)) == std::tolower(static_cast<unsigned char>(b));
  };
  return !std::ranges::search(text, part, same).empty() || part.empty();
}

std::string value_text(u64 value, const ControlField& f) { return fmt::format("{:0{}x}", value, f.digits); }

class VmcsPanel final : public Panel {
 public:
  void draw(Ui& ui) override {
    const ControlView& view = sight_.of(ui.model, [](const session::Session& s) { return session::control_view(s); });
    if (!view.there) return draw_none(ui, ControlView(view));
    changes_.see(ui.model, values(view));
    draw_summary(ui, view);
    draw_tools(ui, view);
    draw_table(ui, view);
  }

 private:
  static std::vector<u64> values(const ControlView& view) {
    std::vector<u64> all;
    for (const ControlField& f : view.fields) all.push_back(f.now.value_or(f.value));
    return all;
  }

  static void draw_none(Ui& ui, const ControlView& view) {
    ui.empty(view.virtualized ? fmt::format("No control structure: {} runs the guest de-privileged", view.strategy)
                              : "No control structure: the guest owns the bare machine",
             "A VMM on hardware with non-root mode has one");
    const char* label = "Start again under hvm";
    ImGui::SetCursorPosX(ImGui::GetCursorPosX() + std::max(0.f, (ImGui::GetContentRegionAvail().x - ui.size(label).x - ui.px(16)) / 2));
    if (!ui.button("open", label, !ui.model.running())) return;
    session::Options options = ui.model.options();
    options.strategy = "hvm";
    if (ui.model.isa() != "x86") options.isa = "zisa-h";
    if (const auto opened = ui.model.reopen(options); !opened) ui.model.complain(opened.error().text());
  }

  // --- above the table ---

  void draw_summary(Ui& ui, const ControlView& view) {
    ui.text(fmt::format("{} at {}", view.name, hex_short(view.address)), Tone::kText, Face::kStrong);
    ui.tip("The page of memory by which VMM and hardware talk: guest state, controls, and why the guest left.",
           view.name == "VMCS" ? "docs/vmcs.md" : "docs/control-block.md");
    ui.note("summary", view.name);
    const auto changed = std::ranges::count_if(view.fields, &ControlField::changed);
    std::string text = view.entered ? fmt::format("The guest runs in non-root mode and has changed {} since the last entry.",
                                                  counted(static_cast<u64>(changed), "field"))
                                    : "The guest is not in non-root mode just now.";
    if (!view.last_exit.empty()) text += fmt::format(" It left last for: {}.", view.last_exit);
    ui.wrapped(text, Tone::kDim);
    draw_check(ui, view);
  }

  void draw_check(Ui& ui, const ControlView& view) {
    if (!view.check) {
      ui.text(view.failed ? "The last entry failed" : "All checks of an entry hold", view.failed ? Tone::kBad : Tone::kGood, Face::kSmall);
      ui.note("check", "holds");
      return;
    }
    ui.chip(view.failed ? "Entry failed" : "Would fail", Tone::kBad);
    ImGui::SameLine();
    ui.wrapped(view.check->text, Tone::kText);
    ui.note("check", view.check->text);
    if (ui.link("failing", "Show the field")) wanted_ = view.check->number, filter_.clear(), changed_only_ = false, folded_.clear();
  }

  void draw_tools(Ui& ui, const ControlView& view) {
    ui.field("filter", "Find a field: rip, ptbr, controls", filter_, std::min(ui.px(232), ImGui::GetContentRegionAvail().x));
    if (ImGui::GetContentRegionAvail().x > ui.px(480)) ImGui::SameLine(0, ui.px(16));
    if (ui.link("all", "All", changed_only_ ? Tone::kDim : Tone::kAccent)) changed_only_ = false;
    ImGui::SameLine(0, ui.px(16));
    if (ui.link("changed", "Changed", changed_only_ ? Tone::kAccent : Tone::kDim)) changed_only_ = true;
    ui.tip("Only what the guest has changed since the last entry, and what the last move changed");
    ImGui::SameLine(0, ui.px(16));
    if (ui.link("copy", "Copy", Tone::kDim)) ImGui::SetClipboardText(session::control_text(view).c_str());
  }

  // --- the table ---

  bool shown(const ControlField& f, std::size_t index) const {
    if (changed_only_ && !f.changed() && changes_.glow(index) == 0) return false;
    return contains(f.name, filter_) || contains(f.meaning, filter_);
  }

  void draw_table(Ui& ui, const ControlView& view) {
    const bool wide = ImGui::GetContentRegionAvail().x > ui.px(560);
    if (!ImGui::BeginTable("fields", wide ? 5 : 4, ImGuiTableFlags_ScrollY | ImGuiTableFlags_SizingFixedFit)) return;
    ImGui::TableSetupScrollFreeze(0, 1);
    ImGui::TableSetupColumn("Number", ImGuiTableColumnFlags_WidthFixed, ui.px(56));
    ImGui::TableSetupColumn("Field", ImGuiTableColumnFlags_WidthStretch, 3);
    ImGui::TableSetupColumn("At entry", ImGuiTableColumnFlags_WidthFixed, ui.size(wide ? "0000000000000000" : "00000000", Face::kMono).x);
    ImGui::TableSetupColumn("Now", ImGuiTableColumnFlags_WidthFixed, ui.size("\u2260 00000000", Face::kMono).x + ui.px(8));
    if (wide) ImGui::TableSetupColumn("In words", ImGuiTableColumnFlags_WidthStretch, 3);
    draw_heads(ui, wide);
    std::string_view group;
    bool any = false;
    for (std::size_t i = 0; i < view.fields.size(); ++i) {
      const ControlField& f = view.fields[i];
      if (!shown(f, i)) continue;
      any = true;
      if (f.group != group) draw_group(ui, view, group = f.group);
      if (!folded_.contains(std::string(group)) || !filter_.empty()) draw_row(ui, view, f, changes_.glow(i), wide);
    }
    if (!any) draw_nothing(ui);
    ImGui::EndTable();
  }

  void draw_nothing(Ui& ui) const {
    ImGui::TableNextRow();
    ImGui::TableSetColumnIndex(1);
    ui.wrapped(filter_.empty() ? "Nothing has changed since the last entry." : "No field has that in its name.", Tone::kDim);
  }

  static void draw_heads(Ui& ui, bool wide) {
    ImGui::TableNextRow(ImGuiTableRowFlags_Headers);
    const char* heads[] = {"Number", "Field", "In memory", "Now", "In words"};
    for (int i = 0; i < (wide ? 5 : 4); ++i) {
      ImGui::TableSetColumnIndex(i);
      if (i == 0 || i == 2) ui.right(heads[i], Tone::kDim, Face::kSmall);
      else ui.text(heads[i], Tone::kDim, Face::kSmall);
      if (i == 2) ui.tip("What stands in the structure: of the guest's state what the last entry loaded");
      if (i == 3) ui.tip("What the CPU holds while the guest runs, where it differs: the next exit stores it");
    }
  }

  // A click folds it.
  void draw_group(Ui& ui, const ControlView& view, std::string_view group) {
    const std::string name(group);
    ImGui::TableNextRow(0, ui.px(28));
    ImGui::TableSetColumnIndex(0);
    ImGui::TableSetBgColor(ImGuiTableBgTarget_RowBg0, ui.theme.ink(Tone::kRaised));
    const bool pressed = ImGui::Selectable(("##" + name).c_str(), false, ImGuiSelectableFlags_SpanAllColumns, {0, ui.px(24)});
    ui.note("group." + name, name);
    if (pressed && folded_.erase(name) == 0) folded_.insert(name);
    const ImVec2 at = ImGui::GetItemRectMin();
    ui.icon(*ImGui::GetWindowDrawList(), folded_.contains(name) ? Icon::kUnfold : Icon::kFold, {at.x + ui.px(12), at.y + ui.px(13)},
            ui.px(5), ui.theme.ink(Tone::kDim));
    ImGui::TableSetColumnIndex(1);
    const auto changed = std::ranges::count_if(view.fields, [&](const ControlField& f) { return f.group == group && f.changed(); });
    ImGui::SetCursorPosY(ImGui::GetCursorPosY() + ui.px(3));
    ui.text(name + (changed == 0 ? "" : fmt::format(", {} changed", changed)), Tone::kText, Face::kStrong);
  }

  void draw_row(Ui& ui, const ControlView& view, const ControlField& f, float glow, bool wide) {
    const bool fails = view.check && view.check->number == f.number;
    ImGui::TableNextRow();
    ImGui::TableSetColumnIndex(0);
    if (wanted_ == f.number) ImGui::SetScrollHereY(0.3f), wanted_.reset();
    if (fails) ImGui::TableSetBgColor(ImGuiTableBgTarget_RowBg0, ui.theme.ink(Tone::kBad, 0.25f));
    ui.right(fmt::format("{:x}", f.number), Tone::kDim, Face::kMono);
    ImGui::TableSetColumnIndex(1);
    ui.text(f.name, fails ? Tone::kBad : Tone::kText);
    ui.note("field." + f.name, value_text(f.value, f));
    ui.tip(tip_of(view, f, fails));
    draw_values(ui, f, glow, fails);
    if (!wide) return;
    ImGui::TableSetColumnIndex(4);
    ui.text(fails ? view.check->rule : f.words, fails ? Tone::kBad : Tone::kDim, Face::kSmall);
    ui.tip(f.words);
  }

  static void draw_values(Ui& ui, const ControlField& f, float glow, bool fails) {
    ImGui::TableSetColumnIndex(2);
    if (glow > 0 && !f.now) ImGui::TableSetBgColor(ImGuiTableBgTarget_CellBg, ui.theme.ink(Tone::kChanged, glow));
    ui.right(value_text(f.value, f), f.changed() ? Tone::kDim : Tone::kText, Face::kMono);
    ImGui::TableSetColumnIndex(3);
    if (glow > 0 && f.now) ImGui::TableSetBgColor(ImGuiTableBgTarget_CellBg, ui.theme.ink(Tone::kChanged, glow));
    if (fails) ui.text("! fails", Tone::kBad, Face::kStrong);
    else if (f.changed()) ui.text("\u2260 " + value_text(*f.now, f), Tone::kText, Face::kMono);
    else if (f.read)
      ui.text("read", Tone::kDim, Face::kSmall), ui.tip("The VMM read this field after the last exit, at the price of a vmread");
    else ui.text("");
    if (f.changed()) ui.note("now." + f.name, value_text(*f.now, f));
  }

  static std::string tip_of(const ControlView& view, const ControlField& f, bool fails) {
    std::string text = fmt::format("{}\nIn memory: {}", f.meaning.empty() ? f.name : f.meaning, value_text(f.value, f));
    if (!f.words.empty()) text += "\n" + f.words;
    if (f.changed()) text += "\nChanged by the guest since the last entry; the next exit will store it here.";
    if (f.read) text += "\nThe VMM read it after the last exit.";
    if (fails) text += "\nFails the check of an entry: " + view.check->rule;
    return text;
  }

  Sight<ControlView> sight_;
  Changes changes_;
  std::string filter_;
  bool changed_only_ = false;
  std::set<std::string> folded_;
  std::optional<u32> wanted_;  ///< field to be scrolled to
};

}  // namespace

PanelInfo panel_vmcs() {
  return {"vmcs", "VM control", "The VM control structure: what the VMM tells the hardware of its guest, and is told, field by field",
          make_panel<VmcsPanel>};
}

}  // namespace ringside::gui
