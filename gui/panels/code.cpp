// Code: disassembly around the instruction that comes next, with symbols, marks of what is sensitive, and breakpoints.
#include <fmt/format.h>

#include <algorithm>

#include "gui/format.hpp"
#include "gui/panel.hpp"
#include "gui/sight.hpp"
#include "session/code_view.hpp"

namespace ringside::gui {

namespace {

using session::CodeLine;
using Lines = std::vector<CodeLine>;

constexpr u32 kBefore = 60, kAfter = 240;

// A mark's letters in words.
std::string explain_mark(const CodeLine& line) {
  std::string text = line.text + " is sensitive:";
  for (const char letter : line.mark) {
    if (letter == 'C') text += " it changes the machine's state (control-sensitive).";
    if (letter == 'M') text += " what it does depends on the mode (behaviour-sensitive).";
    if (letter == 'L') text += " what it does depends on where the guest lies in memory (location-sensitive).";
    if (letter == 'T') text += " it sees the time pass (time-sensitive).";
  }
  if (line.hole) return text + fmt::format(" In {} it runs without a trap here: a hole, by which it can lie.", line.hole_in);
  return text + " Where the guest may not execute it, it traps, and the VMM does it on the virtual state.";
}

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
    return sight_.of(ui.model, centre_, [&](const session::Session& s) { return session::code_around(s, {centre_}, kBefore, kAfter); });
  }
  bool in_view(u32 address) const { return first_ <= address && address <= last_; }

  // --- the bar above ---

  void draw_bar(Ui& ui) {
    if (ui.field("address", "Go to an address or symbol", typed_, std::min(ui.px(240), ImGui::GetContentRegionAvail().x - ui.px(64)))) go(ui);
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

  static bool labelled(const CodeLine& line) { return !line.symbol.empty() && line.symbol.find('+') == std::string::npos; }
  static float height(const Ui& ui) { return ui.px(22); }

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
    const auto row = std::ranges::find_if(rows, [&](const auto& each) { return !each.second && each.first->address == wanted; });
    if (row == rows.end()) return;
    const float at = static_cast<float>(row - rows.begin()) * height(ui), room = ImGui::GetWindowHeight();
    const float top = ImGui::GetScrollY();
    if (scroll_to_ || at < top || at > top + room - 3 * height(ui)) ImGui::SetScrollY(std::max(0.f, at - room / 3));
    scroll_to_.reset();
  }

  void draw_lines(Ui& ui, const Lines& lines) {
    const auto rows = rows_of(lines);
    std::size_t widest = 0;
    const bool wide = ImGui::GetContentRegionAvail().x > ui.px(400);
    for (const CodeLine& line : lines) widest = wide ? std::max(widest, std::min<std::size_t>(line.code.size(), 21)) : 0;
    ImGuiListClipper clipper;
    clipper.Begin(static_cast<int>(rows.size()), height(ui));
    ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, {0, 0});
    while (clipper.Step()) {
      first_ = rows[static_cast<std::size_t>(clipper.DisplayStart)].first->address;
      for (int i = clipper.DisplayStart; i < clipper.DisplayEnd; ++i) {
        const auto& [line, label] = rows[static_cast<std::size_t>(i)];
        label ? draw_label(ui, *line) : draw_line(ui, *line, widest);
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

  void draw_label(Ui& ui, const CodeLine& line) {
    const ImVec2 at = ImGui::GetCursorScreenPos();
    ui.text_at(*ImGui::GetWindowDrawList(), {at.x + ui.px(24), at.y + ui.px(3)}, line.symbol + ":", ui.theme.ink(Tone::kDim), Face::kMono);
    ImGui::Dummy({1, height(ui)});
  }

  void draw_line(Ui& ui, const CodeLine& line, std::size_t widest) {
    const ImVec2 at = ImGui::GetCursorScreenPos();
    const float width = ImGui::GetContentRegionAvail().x;
    ImGui::PushID(static_cast<int>(line.address));
    const bool pressed = ImGui::InvisibleButton("line", {width, height(ui)});
    ImGui::PopID();
    const bool over = ImGui::IsItemHovered();
    ui.note("line." + hex(line.address), line.text);
    const float mono = ui.size("0", Face::kMono).x, border = at.x + ui.px(26) + 9 * mono;
    const bool at_border = ImGui::GetIO().MousePos.x < border;
    ui.note("border." + hex(line.address), at, {border, at.y + height(ui)});
    if (pressed && at_border) ui.model.toggle_breakpoint({line.address});
    draw_ground(ui, line, at, width, over);
    draw_words(ui, line, at, mono, static_cast<float>(widest));
    if (over && at_border) ui.tip("A click sets a breakpoint here, or takes it away");
    else if (over && line.sensitive) ui.tip(explain_mark(line), "docs/zisa.md, docs/x86-sensitive.md");
  }

  // The next instruction on a ground of its own with an arrow, the one before with a thin line at its side.
  static void draw_ground(Ui& ui, const CodeLine& line, ImVec2 at, float width, bool over) {
    ImDrawList& list = *ImGui::GetWindowDrawList();
    const ImVec2 max{at.x + width, at.y + height(ui)};
    const bool here = line.here;
    if (here || over) list.AddRectFilled(at, max, ui.theme.ink(here ? Tone::kSelected : Tone::kHover), ui.px(3));
    if (ui.model.previous() == line.address)
      list.AddRectFilled(at, {at.x + ui.px(3), max.y}, ui.theme.ink(Tone::kFaint));
    const float y = at.y + height(ui) / 2;
    if (line.breakpoint) list.AddCircleFilled({at.x + ui.px(9), y}, ui.px(5), ui.theme.ink(Tone::kBad), 16);
    else if (over) list.AddCircle({at.x + ui.px(9), y}, ui.px(5), ui.theme.ink(Tone::kFaint), 16);
    if (here) list.AddTriangleFilled({at.x + ui.px(16), y - ui.px(4)}, {at.x + ui.px(22), y}, {at.x + ui.px(16), y + ui.px(4)}, ui.theme.ink(Tone::kAccent));
  }

  static void draw_words(Ui& ui, const CodeLine& line, ImVec2 at, float mono, float widest) {
    ImDrawList& list = *ImGui::GetWindowDrawList();
    const float y = at.y + (height(ui) - ui.fonts.size(Face::kMono)) / 2;
    float x = at.x + ui.px(26);
    const auto put = [&](const std::string& text, Tone tone, float columns) {
      ui.text_at(list, {x, y}, text, ui.theme.ink(tone), Face::kMono);
      x += columns * mono;
    };
    put(hex(line.address), Tone::kDim, 10);
    if (widest > 0) put(line.code.substr(0, 21), Tone::kFaint, widest + 2);
    draw_mark(ui, line, {x, at.y});
    x += 5 * mono;
    put(line.text, line.bytes.empty() ? Tone::kDim : Tone::kText, 0);
  }

  // Letters of the classes on the colour of their kind: a hole in that of lies.
  static void draw_mark(Ui& ui, const CodeLine& line, ImVec2 at) {
    if (!line.sensitive) return;
    const Tone ground = line.hole ? Tone::kLie : Tone::kHardware;
    const ImVec2 words = ui.size(line.mark, Face::kMonoSmall);
    const float y = at.y + (height(ui) - words.y) / 2;
    ImDrawList& list = *ImGui::GetWindowDrawList();
    list.AddRectFilled({at.x - ui.px(3), y - ui.px(1)}, {at.x + words.x + ui.px(3), y + words.y + ui.px(1)}, ui.theme.ink(ground), ui.px(3));
    ui.text_at(list, {at.x, y}, line.mark, ui.theme.ink_on(ground), Face::kMonoSmall);
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
  return {"code", "Code", "The guest's instructions around the one that comes next; sensitive ones are marked", make_panel<CodePanel>};
}

}  // namespace ringside::gui
