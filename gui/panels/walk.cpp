// Page walk: an address, translated level by level, by all tables that are in use for it.
#include <fmt/format.h>

#include "gui/format.hpp"
#include "gui/panel.hpp"
#include "gui/panels/paging_parts.hpp"
#include "gui/panels/walk_grid.hpp"
#include "gui/panels/walk_text.hpp"
#include "gui/sight.hpp"

namespace ringside::gui {

namespace {

using session::AskedAccess;
using session::Walked;
using session::WalkedReference;
using session::WalkView;

struct View {
  WalkView walk;
  std::string trouble;
};

/// What is walked: an expression that is looked up anew after each move, or the next instruction.
struct Question {
  std::string expression;
  u32 next = 0;
  Access access = Access::kLoad;
  std::optional<bool> supervisor;  ///< nothing: the mode that the guest believes to be in
  bool operator==(const Question&) const = default;
};

View answer(const session::Session& s, const Question& q) {
  const auto address = q.expression.empty() ? Result<Gva>(Gva{q.next}) : session::parse_address(s, q.expression);
  if (!address) return {{}, address.error().text()};
  return {session::walk_view(s, *address, {q.access, q.supervisor.value_or(session::believes_supervisor(s))}), ""};
}

class WalkPanel final : public Panel {
 public:
  void draw(Ui& ui) override {
    take_over(ui);
    question_.next = ui.model.stopped().position.next.address;
    const View& view = sight_.of(ui.model, question_, [&](const session::Session& s) { return answer(s, question_); });
    draw_bar(ui, view);
    ImGui::BeginChild("walks", {0, 0}, false, ImGuiWindowFlags_HorizontalScrollbar);
    if (!view.trouble.empty()) ui.wrapped(view.trouble, Tone::kBad);
    else if (view.walk.walks.empty()) draw_none(ui, view.walk);
    else draw_walks(ui, view.walk);
    ImGui::EndChild();
  }

 private:
  // Another panel's click.
  void take_over(Ui& ui) {
    if (!looked_) looked_ = looked_at(ui.model);
    if (looked_->walk) ask(fmt::format("{:#x}", *looked_->walk));
    looked_->walk.reset();
  }
  void ask(std::string expression) {
    question_.expression = std::move(expression);
    selected_ = {}, writer_.forget();
  }

  // --- the bar above: what is walked, and for what ---

  void draw_bar(Ui& ui, const View& view) {
    const float room = ImGui::GetContentRegionAvail().x;
    if (ui.field("address", "Walk an address, symbol or register", typed_, std::min(ui.px(270), room - ui.px(150)))) ask(std::exchange(typed_, ""));
    ImGui::SameLine();
    if (ui.button("next", "Next instruction", !question_.expression.empty())) ask("");
    ui.tip("Walk the address of the instruction that comes next, and follow it");
    const AskedAccess& asked = view.walk.asked;
    const auto pick = [&](const char* name, const char* label, Access access) {
      if (choice(ui, name, label, asked.access == access)) question_.access = access;
      ImGui::SameLine(0, ui.px(12));
    };
    pick("read", "Read", Access::kLoad);
    pick("write", "Write", Access::kStore);
    pick("execute", "Execute", Access::kFetch);
    ui.text("as", Tone::kDim);
    ImGui::SameLine(0, ui.px(12));
    if (choice(ui, "user", "user", !asked.supervisor)) question_.supervisor = false;
    ImGui::SameLine(0, ui.px(12));
    if (choice(ui, "supervisor", "supervisor", asked.supervisor)) question_.supervisor = true;
    ImGui::SameLine(0, ui.px(24));
    if (ui.link("copy", "Copy")) ImGui::SetClipboardText(copy_text(view.walk).c_str());
    ui.tip("The walk as text, for a report");
    ui.rule();
  }

  // --- what came out ---

  void draw_none(Ui& ui, const WalkView& view) {
    draw_address(ui, view);
    ui.empty("Paging is off: every address stands for itself", "Run until the guest turns its page tables on, then look again", "run.exit");
  }

  static void draw_address(Ui& ui, const WalkView& view) {
    ui.text(hex(view.address.v), Tone::kText, Face::kMono);
    ui.note("walked", hex(view.address.v));
    if (!view.symbol.empty()) ImGui::SameLine(), ui.text(view.symbol, Tone::kDim, Face::kMono);
    if (!view.guest_physical) return;
    ImGui::SameLine();
    ui.text(fmt::format("is guest-physical {}", hex(*view.guest_physical)), Tone::kDim);
  }

  void draw_walks(Ui& ui, const WalkView& view) {
    draw_address(ui, view);
    ui.wrapped(view.tlb.empty() ? "" : std::string(1, static_cast<char>(std::toupper(view.tlb.front()))) + view.tlb.substr(1) + ".", Tone::kDim);
    for (std::size_t i = 0; i < view.walks.size(); ++i) {
      const Scope scope(ui, "walk" + std::to_string(i));
      ImGui::PushID(static_cast<int>(i));
      ImGui::Dummy({0, ui.px(4)});
      draw_walk(ui, view, view.walks[i], i);
      ImGui::PopID();
    }
  }

  void draw_walk(Ui& ui, const WalkView& view, const Walked& walk, std::size_t which) {
    std::string title = walk.tables;
    title.front() = static_cast<char>(std::toupper(title.front()));
    ui.text(title, Tone::kText, Face::kStrong);
    ImGui::SameLine();
    ui.text(fmt::format("{} {}", walk.root_name, hex_short(walk.root)), Tone::kDim, Face::kMono);
    ui.wrapped(cost_text(view, walk), Tone::kDim, Face::kSmall);
    ui.note("cost", cost_text(view, walk));
    unsigned selected = selected_.first == which ? selected_.second : 0;
    const unsigned before = selected;
    if (walk.two_dimensions) draw_walk_grid(ui, walk, selected);
    draw_table(ui, walk, selected);
    if (selected != before) selected_ = {which, selected}, writer_.forget();
    draw_outcome(ui, walk);
    if (selected_.first == which && selected_.second != 0 && selected_.second <= walk.references.size())
      draw_selected(ui, walk, walk.references[selected_.second - 1]);
  }

  static void draw_outcome(Ui& ui, const Walked& walk) {
    if (walk.forbidden.empty()) {
      ui.wrapped((walk.address ? "\u2192 " + hex(*walk.address) + "; " : "") + walk.outcome);
      return ui.note("outcome", walk.outcome);
    }
    const ImVec2 at = ImGui::GetCursorScreenPos();
    draw_cross(ui, *ImGui::GetWindowDrawList(), {at.x + ui.px(7), at.y + ui.px(9)}, ui.px(4), ui.theme.ink(Tone::kBad));
    ImGui::SetCursorPosX(ImGui::GetCursorPosX() + ui.px(20));
    std::string text = walk.forbidden;
    text.front() = static_cast<char>(std::toupper(text.front()));
    ui.wrapped(text + (walk.address ? "" : ". " + walk.outcome), Tone::kBad);
    ui.note("forbidden", text);
  }

  // --- the references, a row each ---

  static void draw_table(Ui& ui, const Walked& walk, unsigned& selected) {
    const float mono = ui.size("0", Face::kMono).x, room = ImGui::GetContentRegionAvail().x;
    const bool wide = room > mono * 46 + bits_width(ui, 9) + ui.px(80);
    if (walk.references.empty() || !ImGui::BeginTable("references", wide ? 7 : 5, ImGuiTableFlags_SizingFixedFit)) return;
    const auto column = [](const char* name, float width) { ImGui::TableSetupColumn(name, ImGuiTableColumnFlags_WidthFixed, width); };
    column("No.", mono * 3 + ui.px(18));
    column("Table", mono * 9);
    if (wide) column("Index", mono * 5);
    column("Entry at", mono * 10);
    column("Entry", mono * 10);
    column("Bits", bits_width(ui, 9));
    if (wide) column("Cycles", mono * 6);
    draw_heads(ui, wide);
    for (const WalkedReference& each : walk.references) draw_row(ui, walk, each, wide, selected);
    ImGui::EndTable();
  }

  static void draw_heads(Ui& ui, bool wide) {
    ImGui::TableNextRow();
    for (const char* head : {"No.", "Table", "Index", "Entry at", "Entry", "Bits", "Cycles"}) {
      const std::string_view name = head;
      if (!wide && (name == "Index" || name == "Cycles")) continue;
      ImGui::TableNextColumn();
      name == "Index" || name == "Cycles" ? ui.right(head, Tone::kDim, Face::kSmall) : ui.text(head, Tone::kDim, Face::kSmall);
    }
  }

  static void draw_row(Ui& ui, const Walked& walk, const WalkedReference& reference, bool wide, unsigned& selected) {
    const std::string number = std::to_string(reference.number);
    ImGui::TableNextRow(0, ui.px(22));
    ImGui::TableNextColumn();
    const bool pressed = ImGui::Selectable(("##" + number).c_str(), selected == reference.number, ImGuiSelectableFlags_SpanAllColumns | ImGuiSelectableFlags_AllowItemOverlap, {0, ui.px(20)});
    if (pressed) selected = reference.number;
    ui.note("row." + number, name_of(walk, reference));
    ImGui::SameLine(0, 0);
    if (forbids(reference.bits)) {
      const ImVec2 at = ImGui::GetCursorScreenPos();
      draw_cross(ui, *ImGui::GetWindowDrawList(), {at.x + ui.px(6), at.y + ui.px(10)}, ui.px(4), ui.theme.ink(Tone::kBad));
    }
    ImGui::SetCursorPosX(ImGui::GetCursorPosX() + ui.px(16));
    ui.text(number, Tone::kText, Face::kMono);
    ImGui::TableNextColumn();
    ui.text(name_of(walk, reference), reference.guest ? Tone::kText : Tone::kDim);
    if (wide) ImGui::TableNextColumn(), ui.right(std::to_string(reference.entry.index), Tone::kText, Face::kMono);
    ImGui::TableNextColumn();
    ui.text(hex(reference.entry.address), Tone::kDim, Face::kMono);
    ImGui::TableNextColumn();
    ui.text(hex(reference.entry.entry), Tone::kText, Face::kMono);
    ImGui::TableNextColumn();
    draw_bits(ui, "bits." + number, reference.bits);
    if (wide) ImGui::TableNextColumn(), ui.right(walk.by_hardware ? grouped(walk.price) : "-", walk.by_hardware ? Tone::kText : Tone::kFaint, Face::kMono);
  }

  // --- who wrote the one that is selected ---

  void draw_selected(Ui& ui, const Walked& walk, const WalkedReference& reference) {
    const std::string what = fmt::format("Reference {}, {}", reference.number, name_of(walk, reference));
    if (ui.button("who", "Who wrote this entry?", !ui.model.running())) {
      if (reference.in_guest)
        writer_.ask(ui, what, [host = reference.host](session::Debugger& d) { return session::entry_writer(d, host); });
      else
        writer_.say(what, "the VMM wrote it. These tables lie in its own memory, where no store of the guest can reach.");
    }
    if (reference.in_guest) ImGui::SameLine();
    if (reference.in_guest && walk.tables.find("host-physical") == std::string::npos && ui.button("memory", "Show in memory")) show_in_memory(reference);
    writer_.draw(ui);
  }

  void show_in_memory(const WalkedReference& reference) {
    looked_->memory = Looked::Place{session::AddressKind::kPhysical, reference.entry.address};
  }

  Question question_;
  Sight<View, Question> sight_;
  std::shared_ptr<Looked> looked_;
  std::string typed_;
  std::pair<std::size_t, unsigned> selected_{};  ///< walk and number of a reference; number 0 for none
  WriterSearch writer_;
};

}  // namespace

PanelInfo panel_walk() {
  return {"walk", "Page walk", "How an address is translated, level by level, and what each memory reference costs", make_panel<WalkPanel>};
}

}  // namespace ringside::gui
