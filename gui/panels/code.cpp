// Code: disassembly around the instruction that comes next, with symbols, marks of what is sensitive, and breakpoints.
#include <algorithm>

#include "gui/panel.hpp"
#include "gui/panels/code_rows.hpp"
#include "gui/sight.hpp"
#include "session/code_view.hpp"

namespace ringside::gui {

namespace {

using session::CodeLine;
using Lines = std::vector<CodeLine>;

constexpr u32 kBefore = 60, kAfter = 240;

class CodePanel final : public Panel {
 public:
  void draw(Ui& ui) override {
    const Lines& lines = look(ui);
    draw_bar(ui);
    if (lines.empty()) return ui.empty("No code here", "Type an address or a symbol above");
    ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, {0, 0});
    ImGui::BeginChild("lines");
    ImGui::PopStyleVar();
    follow(ui, lines);
    draw_lines(ui, lines);
    ImGui::EndChild();
  }

 private:
  // --- what is looked at ---

  const Lines& look(Ui& ui) {
    const auto& next = ui.model.stopped().position.next;
    if (ui.model.moves() != moves_ && !in_view(next.address)) centre_ = next.address;
    return sight_.of(ui.model, centre_,
                     [&](const session::Session& s) { return session::code_around(s, {centre_}, kBefore, kAfter); });
  }
  bool in_view(u32 address) const { return first_ <= address && address <= last_; }

  // --- the bar above ---

  void draw_bar(Ui& ui) {
    if (ui.field("address", "Go to an address or symbol", typed_,
                 std::min(ui.px(240), ImGui::GetContentRegionAvail().x - ui.px(64))))
      go(ui);
    ImGui::SameLine();
    if (ui.button("here", "Here")) centre_ = ui.model.stopped().position.next.address, scroll_to_ = centre_;
    ui.tip("Back to the instruction that comes next");
    if (trouble_.empty()) return;
    ImGui::SameLine();
    ui.text(trouble_, Tone::kBad, Face::kSmall);
  }
  void go(Ui& ui) {
    if (!ui.model.can_look()) return;
    const auto address = session::parse_address(ui.model.session(), typed_);
    trouble_ = address ? "" : address.error().text();
    if (address) centre_ = address->v, scroll_to_ = centre_, typed_.clear();
  }

  // --- lines ---

  static bool labelled(const CodeLine& line) {
    return !line.symbol.empty() && line.symbol.find('+') == std::string::npos;
  }
  // Symbols stand on lines of their own, so that rows are all as high.
  static std::vector<std::pair<const CodeLine*, bool>> rows_of(const Lines& lines) {
    std::vector<std::pair<const CodeLine*, bool>> rows;
    for (const CodeLine& line : lines) {
      if (labelled(line)) rows.emplace_back(&line, true);
      rows.emplace_back(&line, false);
    }
    return rows;
  }

  // Brings the next instruction into sight when it has moved out of it.
  void follow(Ui& ui, const Lines& lines) {
    const auto rows = rows_of(lines);
    const bool moved = ui.model.moves() != moves_ || ImGui::GetWindowHeight() != height_;
    height_ = ImGui::GetWindowHeight();
    const u32 here = ui.model.stopped().position.next.address;
    if (!ui.model.can_look()) return;
    moves_ = ui.model.moves();
    if (!moved && !scroll_to_) return;
    const u32 wanted = scroll_to_.value_or(here);
    const auto row =
        std::ranges::find_if(rows, [&](const auto& each) { return !each.second && each.first->address == wanted; });
    if (row == rows.end()) return;
    const float at = static_cast<float>(row - rows.begin()) * code_row_height(ui), room = ImGui::GetWindowHeight();
    const float top = ImGui::GetScrollY();
    if (scroll_to_ || at < top || at > top + room - 3 * code_row_height(ui)) ImGui::SetScrollY(std::max(0.f, at - room / 3));
    scroll_to_.reset();
  }

  void draw_lines(Ui& ui, const Lines& lines) {
    const auto rows = rows_of(lines);
    std::size_t widest = 0;
    const bool wide = ImGui::GetContentRegionAvail().x > ui.px(400);
    for (const CodeLine& line : lines)
      widest = wide ? std::max(widest, std::min<std::size_t>(line.code.size(), 21)) : 0;
    ImGuiListClipper clipper;
    clipper.Begin(static_cast<int>(rows.size()), code_row_height(ui));
    ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, {0, 0});
    while (clipper.Step()) {
      first_ = rows[static_cast<std::size_t>(clipper.DisplayStart)].first->address;
      for (int i = clipper.DisplayStart; i < clipper.DisplayEnd; ++i) {
        const auto& [line, label] = rows[static_cast<std::size_t>(i)];
        label ? draw_code_label(ui, *line) : draw_code_line(ui, *line, widest);
        last_ = line->address;
      }
    }
    ImGui::PopStyleVar();
    extend(rows.size());
  }

  // At either end of what was decoded more is decoded.
  void extend(std::size_t rows) {
    const bool at_end = ImGui::GetScrollY() >= ImGui::GetScrollMaxY() && ImGui::GetScrollMaxY() > 0;
    const bool at_top = ImGui::GetScrollY() <= 0;
    const float wheel = ImGui::GetIO().MouseWheel;
    if (!ImGui::IsWindowHovered() || rows < kBefore) return;
    if ((at_top && wheel > 0) || (at_end && wheel < 0)) centre_ = at_top ? first_ : last_, scroll_to_ = centre_;
  }

  Sight<Lines, u32> sight_;
  u32 centre_ = 0, first_ = 1, last_ = 0;  ///< what is in sight
  std::optional<u32> scroll_to_;
  u64 moves_ = ~u64{0};
  float height_ = 0;
  std::string typed_, trouble_;
};

}  // namespace

PanelInfo panel_code() {
  return {"code", "Code", "The guest's instructions around the one that comes next; sensitive ones are marked",
          make_panel<CodePanel>};
}

}  // namespace ringside::gui
