#include "gui/panels/code_rows.hpp"

#include <fmt/format.h>

#include "gui/format.hpp"

namespace ringside::gui {

using session::CodeLine;

namespace {

// A mark's letters in words.
std::string explain_mark(const CodeLine& line) {
  std::string text = line.text + " is sensitive:";
  for (const char letter : line.mark) {
    if (letter == 'C') text += " it changes the machine's state (control-sensitive).";
    if (letter == 'M') text += " what it does depends on the mode (behaviour-sensitive).";
    if (letter == 'L') text += " what it does depends on where the guest lies in memory (location-sensitive).";
    if (letter == 'T') text += " it sees the time pass (time-sensitive).";
  }
  if (line.hole)
    return text + fmt::format(" In {} it runs without a trap here: a hole, by which it can lie.", line.hole_in);
  return text + " Where the guest may not execute it, it traps, and the VMM does it on the virtual state.";
}

// The next instruction on a ground of its own with an arrow, the one before with a thin line at its side.
void draw_ground(Ui& ui, const CodeLine& line, ImVec2 at, float width, bool over) {
  ImDrawList& list = *ImGui::GetWindowDrawList();
  const ImVec2 max{at.x + width, at.y + code_row_height(ui)};
  const bool here = line.here;
  if (here || over) list.AddRectFilled(at, max, ui.theme.ink(here ? Tone::kSelected : Tone::kHover), ui.px(3));
  if (ui.model.previous() == line.address)
    list.AddRectFilled(at, {at.x + ui.px(3), max.y}, ui.theme.ink(Tone::kFaint));
  const float y = at.y + code_row_height(ui) / 2;
  if (line.breakpoint)
    list.AddCircleFilled({at.x + ui.px(9), y}, ui.px(5), ui.theme.ink(Tone::kBad), 16);
  else if (over)
    list.AddCircle({at.x + ui.px(9), y}, ui.px(5), ui.theme.ink(Tone::kFaint), 16);
  if (here)
    list.AddTriangleFilled({at.x + ui.px(16), y - ui.px(4)}, {at.x + ui.px(22), y}, {at.x + ui.px(16), y + ui.px(4)},
                           ui.theme.ink(Tone::kAccent));
}

// Letters of the classes on the colour of their kind: a hole in that of lies.
void draw_mark(Ui& ui, const CodeLine& line, ImVec2 at) {
  if (!line.sensitive) return;
  const Tone ground = line.hole ? Tone::kLie : Tone::kHardware;
  const ImVec2 words = ui.size(line.mark, Face::kMonoSmall);
  const float y = at.y + (code_row_height(ui) - words.y) / 2;
  ImDrawList& list = *ImGui::GetWindowDrawList();
  list.AddRectFilled({at.x - ui.px(3), y - ui.px(1)}, {at.x + words.x + ui.px(3), y + words.y + ui.px(1)},
                     ui.theme.ink(ground), ui.px(3));
  ui.text_at(list, {at.x, y}, line.mark, ui.theme.ink_on(ground), Face::kMonoSmall);
}

void draw_words(Ui& ui, const CodeLine& line, ImVec2 at, float mono, float widest) {
  ImDrawList& list = *ImGui::GetWindowDrawList();
  const float y = at.y + (code_row_height(ui) - ui.fonts.size(Face::kMono)) / 2;
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

}  // namespace

float code_row_height(const Ui& ui) { return ui.px(22); }

void draw_code_label(Ui& ui, const CodeLine& line) {
  const ImVec2 at = ImGui::GetCursorScreenPos();
  ui.text_at(*ImGui::GetWindowDrawList(), {at.x + ui.px(24), at.y + ui.px(3)}, line.symbol + ":",
             ui.theme.ink(Tone::kDim), Face::kMono);
  ImGui::Dummy({1, code_row_height(ui)});
}

void draw_code_line(Ui& ui, const CodeLine& line, std::size_t columns) {
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const float width = ImGui::GetContentRegionAvail().x;
  ImGui::PushID(static_cast<int>(line.address));
  const bool pressed = ImGui::InvisibleButton("line", {width, code_row_height(ui)});
  ImGui::PopID();
  const bool over = ImGui::IsItemHovered();
  ui.note("line." + hex(line.address), line.text);
  const float mono = ui.size("0", Face::kMono).x, border = at.x + ui.px(26) + 9 * mono;
  const bool at_border = ImGui::GetIO().MousePos.x < border;
  ui.note("border." + hex(line.address), at, {border, at.y + code_row_height(ui)});
  if (pressed && at_border) ui.model.toggle_breakpoint({line.address});
  draw_ground(ui, line, at, width, over);
  draw_words(ui, line, at, mono, static_cast<float>(columns));
  if (over && at_border)
    ui.tip("A click sets a breakpoint here, or takes it away");
  else if (over && line.sensitive)
    ui.tip(explain_mark(line), "docs/zisa.md, docs/x86-sensitive.md");
}

}  // namespace ringside::gui
