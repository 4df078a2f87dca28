// Belief and truth: what the guest believes beside what the machine holds, every difference marked.
#include <fmt/format.h>

#include <algorithm>

#include "gui/format.hpp"
#include "gui/panel.hpp"
#include "gui/sight.hpp"
#include "session/beliefs.hpp"

namespace ringside::gui {

namespace {

using session::Belief;
using session::Beliefs;

struct View {
  Beliefs beliefs;
  session::Registers registers;
};

class BeliefPanel final : public Panel {
 public:
  void draw(Ui& ui) override {
    const View& view = sight_.of(ui.model, [](const session::Session& s) {
      return View{session::beliefs(s), session::registers(s)};
    });
    changes_.see(ui.model, values(view));
    draw_summary(ui, view.beliefs);
    std::size_t index = 0;
    draw_table(ui, "state", view.beliefs, view.beliefs.state, index);
    ui.rule();
    draw_table(ui, "privileged", view.beliefs, view.beliefs.registers, index);
    ui.rule();
    draw_general(ui, view.registers, index);
  }

 private:
  static std::vector<u64> values(const View& view) {
    std::vector<u64> all;
    for (const Belief& each : view.beliefs.state) all.push_back(each.number);
    for (const Belief& each : view.beliefs.registers) all.push_back(each.number);
    for (const auto& each : view.registers.general) all.push_back(each.value);
    return all;
  }

  // --- the sentence above ---

  static void draw_summary(Ui& ui, const Beliefs& all) {
    const auto count = [&](bool (Belief::*which)() const) {
      const auto is = [&](const Belief& each) { return (each.*which)(); };
      return std::ranges::count_if(all.state, is) + std::ranges::count_if(all.registers, is);
    };
    if (!all.virtualized) return ui.wrapped("The guest owns this machine: what it believes is so.", Tone::kDim);
    const auto differ = count(&Belief::differs), lies = count(&Belief::deceived);
    if (lies != 0) {
      ui.lie("deceived", "A sensitive instruction ran without a trap and told the guest what is not so");
      ImGui::SameLine();
      return ui.wrapped(
          fmt::format("The guest was deceived: {} of its beliefs would be others on the bare machine.", lies));
    }
    ui.wrapped(differ == 0 ? "Belief and truth are the same just now."
                           : fmt::format("The machine holds {} thing{} that the guest believes otherwise.", differ,
                                         differ == 1 ? "" : "s"),
               Tone::kDim);
  }

  // --- tables ---

  void draw_table(Ui& ui, const char* id, const Beliefs& all, const std::vector<Belief>& rows, std::size_t& index) {
    if (!ImGui::BeginTable(id, all.virtualized ? 4 : 2, ImGuiTableFlags_SizingFixedFit)) return;
    ImGui::TableSetupColumn("name", ImGuiTableColumnFlags_WidthFixed, ui.px(124));
    ImGui::TableSetupColumn("belief", ImGuiTableColumnFlags_WidthStretch);
    if (all.virtualized) {
      ImGui::TableSetupColumn("sign", ImGuiTableColumnFlags_WidthFixed, ui.px(30));
      ImGui::TableSetupColumn("truth", ImGuiTableColumnFlags_WidthStretch);
      if (index == 0) draw_heads(ui);
    }
    for (const Belief& each : rows) draw_row(ui, all, each, changes_.glow(index++));
    ImGui::EndTable();
  }

  static void draw_heads(Ui& ui) {
    ImGui::TableNextRow();
    ImGui::TableSetColumnIndex(1);
    ui.text("Belief", Tone::kDim, Face::kSmall);
    ImGui::TableSetColumnIndex(3);
    ui.text("Truth", Tone::kDim, Face::kSmall);
  }

  static void draw_row(Ui& ui, const Beliefs& all, const Belief& b, float glow) {
    ImGui::TableNextRow();
    ImGui::TableSetColumnIndex(0);
    ui.text(b.name, Tone::kDim);
    ui.tip(b.meaning);
    ImGui::TableSetColumnIndex(1);
    if (glow > 0) ImGui::TableSetBgColor(ImGuiTableBgTarget_CellBg, ui.theme.ink(Tone::kChanged, glow));
    ui.text(b.believed, Tone::kText, Face::kMono);
    ui.note("belief." + b.name, b.believed);
    if (all.virtualized) draw_truth(ui, b);
  }

  static void draw_truth(Ui& ui, const Belief& b) {
    const std::string why = session::explain_belief(b);
    ImGui::TableSetColumnIndex(2);
    if (b.differs() || b.deceived()) ui.lie("lie." + b.name, why);
    ImGui::TableSetColumnIndex(3);
    ui.text(b.true_value, b.differs() ? Tone::kText : Tone::kDim, Face::kMono);
    ui.note("truth." + b.name, b.true_value);
    if (!b.deceived()) return;
    ui.text("bare machine: " + b.bare_metal, Tone::kBad, Face::kSmall);
    ui.tip(why, "docs/holes.md");
  }

  // --- the registers of programs, in as many columns as there is room for ---

  void draw_general(Ui& ui, const session::Registers& registers, std::size_t index) {
    const float column = ui.size("zero 00000000   ", Face::kMono).x;
    const int columns = std::max(1, static_cast<int>(ImGui::GetContentRegionAvail().x / column));
    if (!ImGui::BeginTable("general", columns, ImGuiTableFlags_SizingFixedSame)) return;
    for (const auto& each : registers.general) {
      ImGui::TableNextColumn();
      if (const float glow = changes_.glow(index++); glow > 0)
        ImGui::TableSetBgColor(ImGuiTableBgTarget_CellBg, ui.theme.ink(Tone::kChanged, glow));
      ui.text(fmt::format("{:<4}", each.name), Tone::kDim, Face::kMono);
      ImGui::SameLine(0, ui.px(4));
      ui.text(hex(each.value), Tone::kText, Face::kMono);
      ui.note("register." + each.name, hex(each.value));
    }
    ImGui::EndTable();
  }

  Sight<View> sight_;
  Changes changes_;
};

}  // namespace

PanelInfo panel_belief() {
  return {"belief", "Belief and truth", "What the guest believes beside what the machine holds; lies are marked",
          make_panel<BeliefPanel>};
}

}  // namespace ringside::gui
