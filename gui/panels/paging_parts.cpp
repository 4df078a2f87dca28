#include "gui/panels/paging_parts.hpp"

#include <fmt/format.h>

#include <map>

#include "gui/format.hpp"

namespace ringside::gui {

std::shared_ptr<Looked> looked_at(const Model& model) {
  // It lives as long as a panel holds it: another window's model has its own.
  static std::map<const Model*, std::weak_ptr<Looked>> all;
  std::erase_if(all, [](const auto& each) { return each.second.expired(); });
  auto found = all[&model].lock();
  if (!found) all[&model] = found = std::make_shared<Looked>();
  return found;
}

float bits_width(const Ui& ui, std::size_t count) { return static_cast<float>(count) * (ui.size("0", Face::kMono).x + ui.px(3)); }

void draw_bits(Ui& ui, const std::string& name, const session::EntryBits& bits) {
  const ImVec2 at = ImGui::GetCursorScreenPos(), letter = ui.size("0", Face::kMono);
  ImDrawList& list = *ImGui::GetWindowDrawList();
  const float step = letter.x + ui.px(3);
  std::string tip;
  for (std::size_t i = 0; i < bits.size(); ++i) {
    const session::EntryBit& bit = bits[i];
    const ImVec2 from{at.x + static_cast<float>(i) * step, at.y}, to{from.x + letter.x + ui.px(1), from.y + letter.y};
    const Tone tone = bit.forbids ? Tone::kBad : bit.set ? Tone::kText : Tone::kFaint;
    // A clear bit that forbids is crossed out, so that its letter can be read; other clear ones are dashes.
    const char shown[] = {bit.set || bit.forbids ? bit.letter : '-', 0};
    list.AddText(ui.fonts[Face::kMono], ui.fonts.size(Face::kMono), from, ui.theme.ink(tone), shown);
    if (bit.forbids) list.AddRect({from.x - ui.px(2), from.y}, {to.x + ui.px(1), to.y}, ui.theme.ink(Tone::kBad), ui.px(2));
    if (bit.forbids && !bit.set) list.AddLine({from.x - ui.px(1), to.y - ui.px(2)}, {to.x, from.y + ui.px(2)}, ui.theme.ink(Tone::kBad), ui.px(1.5f));
    tip += fmt::format("{}{} {}{}", i == 0 ? "" : "\n", bit.letter, bit.set ? "set: " : "clear: ", bit.meaning);
  }
  ImGui::Dummy({bits_width(ui, bits.size()), letter.y});
  const std::string why = session::forbidding_text(bits), text = session::letters(bits) + (why.empty() ? "" : " forbids: " + why);
  ui.note(name, text);
  ui.note_text(text, at, ImGui::GetItemRectMax());
  ui.tip((why.empty() ? "" : "Forbids the access: " + why + "\n") + tip, "docs/zisa.md, section 5; docs/x86.md");
}

bool choice(Ui& ui, std::string_view name, std::string_view label, bool chosen) {
  const bool pressed = ui.link(name, label, chosen ? Tone::kAccent : Tone::kDim);
  const ImVec2 min = ImGui::GetItemRectMin(), max = ImGui::GetItemRectMax();
  if (chosen) ImGui::GetWindowDrawList()->AddLine({min.x, max.y}, max, ui.theme.ink(Tone::kAccent), ui.px(2));
  return pressed;
}

// --- who wrote it ---

void WriterSearch::ask(Ui& ui, std::string what, std::function<Found(session::Debugger&)> look) {
  if (ui.model.running()) return;
  state_ = std::make_shared<State>(State{std::move(what), std::nullopt, ""});
  ui.model.move("looking for who wrote it", [state = state_, look = std::move(look)](session::Debugger& d, auto&) -> Result<session::Stopped> {
    state->found = look(d);
    return d.stay();
  });
}

void WriterSearch::say(std::string what, std::string text) {
  state_ = std::make_shared<State>(State{std::move(what), std::nullopt, std::move(text)});
}

void WriterSearch::draw(Ui& ui) {
  if (!state_) return;
  std::string text = state_->text;
  if (ui.model.running() && text.empty()) return ui.text("Looking back through the run ...", Tone::kDim);
  const session::WriterView* writer = nullptr;
  if (text.empty() && state_->found && !*state_->found) text = state_->found->error().text();
  else if (text.empty() && state_->found && !**state_->found) text = "nobody has written it since the start: it is as it was loaded";
  else if (text.empty() && state_->found) writer = &***state_->found;
  if (writer) {
    const auto& w = writer->writer;
    text = fmt::format("{}{} at {}, cycle {}: {} became {}", w.what, writer->symbol.empty() ? "" : " in " + writer->symbol, hex(w.pc), grouped(w.cycle),
                       hex(w.before), hex(w.after));
  }
  if (text.empty()) return;
  ui.wrapped(state_->what + ": " + text);
  ui.note("writer", text);
  if (writer && ui.link("writer.go", "Go to where it was written")) ui.model.go_to_step(writer->writer.step + 1);
}

}  // namespace ringside::gui
