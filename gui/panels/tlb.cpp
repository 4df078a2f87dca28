// TLB: the translations that the hardware holds just now.
#include <fmt/format.h>

#include "gui/format.hpp"
#include "gui/panel.hpp"
#include "gui/panels/paging_parts.hpp"
#include "gui/sight.hpp"
#include "session/table_view.hpp"

namespace ringside::gui {

namespace {

using session::TlbLine;
using session::TlbView;

std::string copy_text(const TlbView& view) {
  std::string text = fmt::format("{} hits, {} misses\n", view.hits, view.misses);
  for (const TlbLine& each : view.lines)
    text += fmt::format("{:08x} -> {:08x}  {}  supervisor {}, user {}  vm {}\n", each.address, each.frame, session::letters(each.bits), each.supervisor, each.user,
                        each.vmid);
  return text;
}

class TlbPanel final : public Panel {
 public:
  void draw(Ui& ui) override {
    if (!looked_) looked_ = looked_at(ui.model);
    const TlbView& view = sight_.of(ui.model, [](const session::Session& s) { return session::tlb_view(s); });
    if (view.lines.empty())
      return ui.empty(view.on ? "The TLB is empty" : "Paging is off: nothing is looked up",
                      view.on ? "The next access fills it: step with F10" : "Run until page tables are in use", view.on ? "run.step" : "run.exit");
    ui.text(fmt::format("{} of {} entries, {}, {}", view.lines.size(), view.slots, counted(view.hits, "hit"), view.misses == 1 ? "1 miss" : grouped(view.misses) + " misses"), Tone::kDim);
    ui.note("summary", std::to_string(view.lines.size()));
    ImGui::SameLine(0, ui.px(16));
    if (ui.link("copy", "Copy")) ImGui::SetClipboardText(copy_text(view).c_str());
    draw_table(ui, view);
  }

 private:
  void draw_table(Ui& ui, const TlbView& view) {
    if (!ImGui::BeginTable("tlb", 5, ImGuiTableFlags_SizingFixedFit | ImGuiTableFlags_ScrollY | ImGuiTableFlags_ScrollX)) return;
    ImGui::TableSetupScrollFreeze(0, 1);
    for (const char* name : {"Page", "Frame", "Supervisor", "User", "Bits"}) ImGui::TableSetupColumn(name);
    ImGui::TableNextRow();
    for (const char* name : {"Page", "Frame", "S may", "U may", "Bits"}) ImGui::TableNextColumn(), ui.text(name, Tone::kDim, Face::kSmall);
    ImGuiListClipper clipper;
    clipper.Begin(static_cast<int>(view.lines.size()));
    while (clipper.Step())
      for (int i = clipper.DisplayStart; i < clipper.DisplayEnd; ++i) draw_row(ui, view.lines[static_cast<std::size_t>(i)]);
    ImGui::EndTable();
  }

  void draw_row(Ui& ui, const TlbLine& line) {
    const Tone tone = line.mine ? Tone::kText : Tone::kFaint;
    ImGui::TableNextRow();
    ImGui::TableNextColumn();
    ImGui::PushID(static_cast<int>(line.slot));
    if (ui.link("page." + hex(line.address), hex(line.address), line.mine ? Tone::kAccent : Tone::kFaint, Face::kMono)) looked_->walk = line.address;
    ui.tip(fmt::format("Slot {}{}. A click walks this address.", line.slot, line.vmid == 0 ? "" : fmt::format(", of VM {}", line.vmid)));
    ImGui::TableNextColumn();
    ui.text(hex(line.frame), tone, Face::kMono);
    ImGui::TableNextColumn();
    ui.text(line.supervisor, tone, Face::kMono);
    ImGui::TableNextColumn();
    ui.text(line.user, tone, Face::kMono);
    ImGui::TableNextColumn();
    draw_bits(ui, "bits." + hex(line.address), line.bits);
    ImGui::PopID();
  }

  Sight<TlbView> sight_;
  std::shared_ptr<Looked> looked_;
};

}  // namespace

PanelInfo panel_tlb() { return {"tlb", "TLB", "The translations that the hardware holds; a click walks the address", make_panel<TlbPanel>}; }

}  // namespace ringside::gui
