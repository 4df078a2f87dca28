// Guide: a hand-out whose steps are ticked as the machine reaches them; at first the tour.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "gui/actions.hpp"
#include "gui/panel.hpp"
#include "gui/prose.hpp"
#include "gui/tour.hpp"
#include "session/conditions.hpp"
#include "session/files.hpp"

namespace ringside::gui {

namespace {

using session::Condition;

struct Step {
  std::vector<Condition> conditions;
  std::string trouble;  ///< why they cannot be read
  bool done = false;
};

class GuidePanel final : public Panel {
 public:
  GuidePanel() { read(std::string(tour_text())); }

  void draw(Ui& ui) override {
    check(ui);
    if (const u64 asked = ui.actions.when("guide.next"); asked > shown_at_) shown_at_ = asked, show(ui);
    draw_head(ui);
    ImGui::BeginChild("text", {0, 0});
    if (blocks_.empty()) ui.empty("This hand-out is empty", "Open another one, or go back to the tour above");
    draw_blocks(ui);
    ImGui::EndChild();
    seen_ = ui.actions.count(), drawn_ = true;
  }

 private:
  // --- the document ---

  void read(const std::string& text) {
    blocks_ = parse_markdown(text);
    steps_.clear(), drawn_ = false;
    for (const Block& block : blocks_)
      if (block.kind == Block::Kind::kStep) steps_.push_back(step_of(block));
    begin_step(0);
  }

  static Step step_of(const Block& block) {
    Step step;
    step.done = block.ticked;
    auto conditions = session::parse_conditions(block.when);
    if (conditions) step.conditions = std::move(*conditions);
    else step.trouble = conditions.error().text();
    return step;
  }

  void open(const std::string& file) {
    const auto text = session::read_text(file);
    trouble_ = text ? "" : text.error().text();
    if (!text) return;
    file_ = file, opening_ = false;
    read(*text);
  }

  void open_tour() { file_.clear(), trouble_.clear(), opening_ = false, read(std::string(tour_text())); }

  // --- ticking ---

  std::size_t current() const { return static_cast<std::size_t>(std::ranges::find(steps_, false, &Step::done) - steps_.begin()); }

  // What is done from now on counts for the step. A hand-out that was just opened is seen from its beginning.
  void begin_step(u64 now) { since_ = now, generation_ = 0, scroll_ = drawn_; }

  // Steps wait in their order; those that hold already when their turn comes are ticked at once.
  void check(const Ui& ui) {
    for (auto i = current(); i < steps_.size(); ++i) {
      if (steps_[i].done) continue;
      if (steps_[i].conditions.empty() || !all_hold(ui, steps_[i])) return;
      steps_[i].done = true;
      begin_step(ui.actions.count());
    }
  }

  bool all_hold(const Ui& ui, const Step& step) {
    const auto of_window = [&](const Condition& c) { return !session::is_of_the_window(c) || is_done(ui, c); };
    if (!std::ranges::all_of(step.conditions, of_window)) return false;
    if (generation_ == ui.model.generation() || !ui.model.can_look()) return machine_holds_ && generation_ != 0;
    generation_ = ui.model.generation();
    machine_holds_ = std::ranges::all_of(
        step.conditions, [&](const Condition& c) { return session::is_of_the_window(c) || session::holds(c, ui.model.debugger()); });
    return machine_holds_;
  }

  // A panel is in sight if it was drawn since this one was.
  bool is_done(const Ui& ui, const Condition& c) const {
    return c.kind == "panel" ? ui.actions.when("panel." + c.argument) > seen_ : ui.actions.when(c.argument) > since_;
  }

  void show(const Ui& ui) {
    const auto now = current();
    std::size_t i = 0;
    for (const Block& block : blocks_) {
      if (block.kind != Block::Kind::kStep || i++ != now) continue;
      for (const auto& action : block.does) ui.actions.run(action);
    }
  }

  // --- above the text ---

  void draw_head(Ui& ui) {
    const auto done = static_cast<std::size_t>(std::ranges::count(steps_, true, &Step::done));
    if (!steps_.empty()) {
      const std::string words = fmt::format("{} of {} steps", done, steps_.size());
      ui.text(words, Tone::kDim);
      ui.note("progress", words);
      ImGui::SameLine(0, ui.px(16));
    }
    draw_choices(ui);
    if (opening_ && ui.field("file", "A Markdown file, then Enter", typed_)) open(typed_);
    if (!trouble_.empty()) ui.wrapped(trouble_, Tone::kBad);
    draw_bar(ui, done);
  }

  void draw_choices(Ui& ui) {
    if (ui.link("again", "Again")) read_again(ui);
    ui.tip("Takes all ticks away");
    ImGui::SameLine(0, ui.px(12));
    if (ui.link("open", "Open")) opening_ = !opening_;
    ui.tip("Another hand-out: a Markdown file, whose tasks are its steps");
    ImGui::SameLine(0, ui.px(12));
    if (ui.link("copy", "Copy")) ImGui::SetClipboardText(as_text().c_str());
    ui.tip("The hand-out as text, with its ticks");
    if (file_.empty()) return;
    ImGui::SameLine(0, ui.px(12));
    if (ui.link("tour", "Tour")) open_tour();
    ui.tip("Back to the tour that is built in");
  }

  void read_again(const Ui& ui) {
    for (Step& step : steps_) step.done = false;
    begin_step(ui.actions.count());
  }

  void draw_bar(const Ui& ui, std::size_t done) const {
    const ImVec2 at = ImGui::GetCursorScreenPos();
    const float width = ImGui::GetContentRegionAvail().x, height = ui.px(3);
    const float part = steps_.empty() ? 0 : static_cast<float>(done) / static_cast<float>(steps_.size());
    ImDrawList& list = *ImGui::GetWindowDrawList();
    list.AddRectFilled(at, {at.x + width, at.y + height}, ui.theme.ink(Tone::kRule), height / 2);
    if (part > 0) list.AddRectFilled(at, {at.x + width * part, at.y + height}, ui.theme.ink(Tone::kGood), height / 2);
    ImGui::Dummy({width, height + ui.px(4)});
  }

  std::string as_text() const {
    std::string all;
    std::size_t i = 0;
    for (const Block& block : blocks_) {
      if (block.kind == Block::Kind::kStep) all += steps_[i++].done ? "[x] " : "[ ] ";
      if (block.kind == Block::Kind::kItem) all += block.marker + " ";
      all += plain_text(block.spans) + "\n\n";
    }
    return all;
  }

  // --- the text ---

  void draw_blocks(Ui& ui) {
    std::size_t step = 0;
    const auto now = current();
    for (std::size_t i = 0; i < blocks_.size(); ++i) {
      const Block& block = blocks_[i];
      ImGui::PushID(static_cast<int>(i));
      const std::string name = fmt::format("link.{}", i);
      if (block.kind == Block::Kind::kStep) draw_step(ui, block, name, step, step == now), ++step;
      else draw_block(ui, block, name);
      ImGui::PopID();
    }
    if (!steps_.empty() && now == steps_.size()) ui.text("All steps are done.", Tone::kGood, Face::kStrong);
    ImGui::Dummy({0, ui.px(16)});
  }

  void draw_block(Ui& ui, const Block& block, const std::string& name) {
    const float indent = ui.px(20) * static_cast<float>(block.kind == Block::Kind::kHeading ? 0 : block.level) + 0.01f;
    ImGui::Indent(indent);
    switch (block.kind) {
      case Block::Kind::kHeading: draw_heading(ui, block, name); break;
      case Block::Kind::kItem: draw_item(ui, block, name); break;
      case Block::Kind::kCode: draw_code(ui, block); break;
      case Block::Kind::kRule: ui.rule(); break;
      case Block::Kind::kQuote: prose(ui, name, block, {Face::kBody, Tone::kDim}); break;
      default: prose(ui, name, block, {}); break;
    }
    ImGui::Unindent(indent);
    ImGui::Dummy({0, ui.px(4)});
  }

  void prose(Ui& ui, const std::string& name, const Block& block, const ProseStyle& style) {
    draw_prose(ui, name, block.spans, style, [&](const std::string& link) { follow(ui, link); });
  }

  void draw_heading(Ui& ui, const Block& block, const std::string& name) {
    ImGui::Dummy({0, ui.px(block.level == 1 ? 0.f : 6.f)});
    prose(ui, name, block, {block.level == 1 ? Face::kTitle : Face::kStrong, Tone::kText});
  }

  void draw_item(Ui& ui, const Block& block, const std::string& name) {
    const ImVec2 at = ImGui::GetCursorScreenPos();
    const float gap = std::max(ui.px(14), ui.size(block.marker).x + ui.px(6));
    ui.text_at(*ImGui::GetWindowDrawList(), {at.x - ui.px(16), at.y + ui.px(1)}, block.marker, ui.theme.ink(Tone::kDim));
    ImGui::Indent(gap - ui.px(14));
    prose(ui, name, block, {});
    ImGui::Unindent(gap - ui.px(14));
  }

  static void draw_code(Ui& ui, const Block& block) {
    std::string text = plain_text(block.spans);
    while (text.ends_with('\n')) text.pop_back();
    const ImVec2 size = ui.size(text, Face::kMono), at = ImGui::GetCursorScreenPos();
    const float width = std::max(ImGui::GetContentRegionAvail().x, size.x + ui.px(16));
    ImGui::GetWindowDrawList()->AddRectFilled(at, {at.x + width, at.y + size.y + ui.px(12)}, ui.theme.ink(Tone::kRaised), ui.px(4));
    ui.text_at(*ImGui::GetWindowDrawList(), {at.x + ui.px(8), at.y + ui.px(6)}, text, ui.theme.ink(Tone::kText), Face::kMono);
    if (ImGui::InvisibleButton("code", {width, size.y + ui.px(12)})) ImGui::SetClipboardText(text.c_str());
    ui.tip("A click copies it");
  }

  // --- a step ---

  void draw_step(Ui& ui, const Block& block, const std::string& name, std::size_t index, bool now) {
    if (now && scroll_) ImGui::SetScrollHereY(ImGui::GetWindowHeight() > ui.px(240) ? 0.2f : 0.f), scroll_ = false;
    const ImVec2 top = ImGui::GetCursorScreenPos();
    const float right = top.x + ImGui::GetContentRegionAvail().x;
    ImDrawList& list = *ImGui::GetWindowDrawList();
    list.ChannelsSplit(2);
    list.ChannelsSetCurrent(1);
    if (now) ImGui::Dummy({0, ui.px(2)});
    draw_box(ui, index, now);
    ImGui::Indent(ui.px(30));
    prose(ui, name, block, {Face::kBody, steps_[index].done ? Tone::kDim : Tone::kText});
    if (now) draw_show(ui, block, index);
    ImGui::Unindent(ui.px(30));
    list.ChannelsSetCurrent(0);
    const ImVec2 bottom = ImGui::GetCursorScreenPos();
    if (now) list.AddRectFilled(top, {right, bottom.y}, ui.theme.ink(Tone::kRaised, 0.6f), ui.px(4));
    if (now) list.AddRectFilled(top, {top.x + ui.px(3), bottom.y}, ui.theme.ink(Tone::kAccent));
    list.ChannelsMerge();
    ImGui::Dummy({0, ui.px(4)});
  }

  // Empty, or with a tick; a click ticks a step that the program cannot see.
  void draw_box(Ui& ui, std::size_t index, bool now) {
    const float side = ui.px(14);
    const ImVec2 start = ImGui::GetCursorScreenPos(), at{start.x + ui.px(9), start.y + ui.px(3)}, end{at.x + side, at.y + side};
    const std::string name = fmt::format("step.{}", index);
    ImGui::SetCursorScreenPos(at);
    bool& done = steps_[index].done;
    if (ImGui::InvisibleButton(name.c_str(), {side, side})) done = !done, begin_step(ui.actions.count());
    ui.note(name, done ? "done" : now ? "now" : "");
    ui.tip(done ? "Done. A click takes the tick away" : "Ticked when the machine gets there; a click ticks it by hand");
    ImDrawList& list = *ImGui::GetWindowDrawList();
    list.AddRect(at, end, ui.theme.ink(done ? Tone::kGood : now ? Tone::kAccent : Tone::kDim), ui.px(3), 0, ui.px(1.5f));
    const ImU32 ink = ui.theme.ink(Tone::kGood);
    const ImVec2 low{at.x + side * 0.42f, at.y + side * 0.75f};
    if (done) list.AddLine({at.x + side * 0.2f, at.y + side * 0.5f}, low, ink, ui.px(2));
    if (done) list.AddLine(low, {at.x + side * 0.82f, at.y + side * 0.25f}, ink, ui.px(2));
    ImGui::SetCursorScreenPos(start);
  }

  void draw_show(Ui& ui, const Block& block, std::size_t index) {
    if (!steps_[index].trouble.empty()) ui.wrapped(steps_[index].trouble, Tone::kBad, Face::kSmall);
    if (block.does.empty() && !steps_[index].conditions.empty()) return;
    ImGui::Dummy({0, ui.px(2)});
    if (block.does.empty() && ui.button("tick", "Done")) steps_[index].done = true, begin_step(ui.actions.count());
    if (!block.does.empty() && ui.button("show", "Show me  F4", !ui.model.running())) show(ui);
    ui.tip("Does this step for you");
    ImGui::Dummy({0, ui.px(4)});
  }

  // --- links ---

  // To an action, another hand-out, or the world outside, which is not for a simulator to open.
  void follow(const Ui& ui, const std::string& link) {
    if (ui.actions.find(link)) return void(ui.actions.run(link));
    if (link.ends_with(".md")) return wanted(link);
    ImGui::SetClipboardText(link.c_str());
    trouble_ = link + " is in the clipboard now: open it in a browser.";
  }

  // Not while its blocks are drawn.
  void wanted(const std::string& link) {
    const auto folder = std::filesystem::path(file_).parent_path();
    typed_ = (folder / link).string(), opening_ = true;
    trouble_ = "Press Enter in the field above to open it.";
  }

  std::vector<Block> blocks_;
  std::vector<Step> steps_;
  std::string file_, typed_, trouble_;
  bool opening_ = false, scroll_ = false, drawn_ = false, machine_holds_ = false;
  u64 generation_ = 0;           ///< of the machine when conditions were looked at last
  u64 since_ = 0, seen_ = 0;     ///< actions when the current step began, and when this was drawn last
  u64 shown_at_ = 0;
};

}  // namespace

PanelInfo panel_guide() {
  return {"guide", "Guide", "The tour, or a lab's hand-out, whose steps are ticked as you reach them", make_panel<GuidePanel>};
}

}  // namespace ringside::gui
