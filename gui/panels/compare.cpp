// Compare: the same guest under several strategies, their timelines aligned at what the guest sees; and where the first parts from
// the bare machine.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "gui/chore.hpp"
#include "gui/format.hpp"
#include "gui/panel.hpp"
#include "gui/panels/compare_view.hpp"
#include "gui/requests.hpp"

namespace ringside::gui {

namespace {

using session::Contender;
using session::Lane;

constexpr std::size_t kMostLanes = 5;

class ComparePanel final : public Panel {
 public:
  void draw(Ui& ui) override {
    begin(ui);
    draw_head(ui);
    for (const auto& each : run_.troubles) ui.wrapped(each, Tone::kBad, Face::kSmall);
    if (run_.lanes.empty()) {
      return ui.empty("Nothing to compare yet", "Choose two to five strategies above and run them: their timelines are laid side by side", "");
    }
    draw_parting(ui);
    draw_lanes(ui, run_.lanes, by_time_);
  }

 private:
  void begin(Ui& ui) {
    const session::Options& o = ui.model.options();
    const std::string guest = o.guest + "\n" + o.append + "\n" + o.cost_model;
    if (guest != guest_ && !own_jump_) reset(ui);
    guest_ = guest, own_jump_ = false;
    if (auto done = chore_.take()) run_ = std::move(*done);
    if (auto done = search_.take()) found_ = std::move(*done), searched_ = true;
    if (Requests::take("compare.run")) run(ui);
    if (Requests::take("compare.search")) search();
    if (Requests::take("compare.copy")) ImGui::SetClipboardText(text_of(run_.lanes).c_str());
  }

  void reset(Ui& ui) {
    all_ = session::contenders(ui.model.options());
    chosen_.clear(), run_ = {}, found_ = {}, searched_ = false;
    const bool one_more = all_.size() > 6;
    for (const Contender& each : all_)
      if (each.name != "hvm, shadow" && !(one_more && each.ported) && chosen_.size() < kMostLanes) chosen_.insert(each.name);
  }

  std::vector<Contender> chosen() const {
    std::vector<Contender> some;
    for (const Contender& each : all_)
      if (chosen_.count(each.name)) some.push_back(each);
    return some;
  }

  void run(Ui& ui) {
    if (ui.model.can_look()) {
      session::Options options = ui.model.options();
      options.typed = ui.model.session().typed();
      all_ = session::contenders(options);
    }
    found_ = {}, searched_ = false;
    chore_.start([some = chosen()](const auto& tell) { return run_lanes(some, tell); });
  }

  void search() {
    std::vector<Contender> some;
    for (const Contender& each : chosen())
      if (!each.ported && each.name != "bare") some.push_back(each);
    search_.start([some](const auto& tell) { return find_partings(some, tell); });
  }

  // --- the head ---

  void draw_head(Ui& ui) {
    if (chore_.busy() || search_.busy()) return draw_progress(ui);
    if (ui.button("run", "Run", chosen_.size() >= 2)) run(ui);
    ui.tip("Runs the guest under each of these in virtual time, in which it does the same under every faithful strategy. The machine in "
           "the window stays where it is.");
    ImGui::SameLine();
    if (ui.button("search", "Find where they part", chosen_.size() >= 2)) search();
    ui.tip("Steps each beside the bare machine to the first instant at which the guest could tell them apart");
    if (!run_.lanes.empty()) {
      ImGui::SameLine();
      if (ui.button("axis", by_time_ ? "Show cycles" : "Show the guest's time")) by_time_ = !by_time_;
      ui.tip("By cycles, lines join what is the same moment for the guest; by the guest's time, these stand below each other");
    }
    for (const Contender& each : all_) draw_choice(ui, each);
  }

  void draw_choice(Ui& ui, const Contender& each) {
    const float wide = ui.size(each.name).x + ui.px(48);
    if (ImGui::GetItemRectMax().x + wide < ImGui::GetWindowPos().x + ImGui::GetWindowContentRegionMax().x) ImGui::SameLine();
    bool on = chosen_.count(each.name) != 0;
    if (ImGui::Checkbox((each.name + "##choice").c_str(), &on)) {
      if (!on) chosen_.erase(each.name);
      if (on && chosen_.size() < kMostLanes) chosen_.insert(each.name);
    }
    ui.note("choice." + each.name, on ? "on" : "off");
    ui.tip("Two to five can be laid side by side");
  }

  void draw_progress(Ui& ui) {
    if (ui.button("stop", "Stop")) chore_.stop(), search_.stop();
    ImGui::SameLine();
    ImGui::AlignTextToFramePadding();
    ui.text(chore_.busy() ? chore_.doing() : search_.doing(), Tone::kDim);
  }

  // --- where they part ---

  void draw_parting(Ui& ui) {
    for (const auto& each : found_.troubles) ui.wrapped(each, Tone::kBad, Face::kSmall);
    if (searched_ && found_.partings.empty() && found_.troubles.empty()) {
      const std::string none = found_.stopped ? "Stopped before the end: no difference so far." : "None parts from the bare machine: the guest could not tell them apart.";
      return ui.wrapped(none, found_.stopped ? Tone::kDim : Tone::kGood, Face::kSmall), ui.note("parting.none", none);
    }
    for (const session::Parting& each : found_.partings) {
      ui.lie("parting.why." + each.contender.name, "The first instant at which the guest could tell that it is not on the bare machine");
      ImGui::SameLine();
      const std::string text = fmt::format("{} parts from bare at instruction {}, after {}: {}", each.contender.name, grouped(each.time), each.where,
                                           each.differences.empty() ? "" : each.differences.front());
      ui.wrapped(text, Tone::kText, Face::kSmall);
      ui.note("parting." + each.contender.name, text);
      if (ui.button("jump." + each.contender.name, "Go there")) jump(ui, each);
      ui.tip("Opens the guest under " + each.contender.name + " in virtual time, and goes to this instant");
    }
  }

  void jump(Ui& ui, const session::Parting& parting) {
    if (const auto opened = ui.model.reopen(parting.contender.options); !opened) return ui.model.complain(opened.error().text());
    own_jump_ = true;
    ui.model.go_to_step(parting.step);
  }

  Chore<LaneRun> chore_;
  Chore<PartingRun> search_;
  std::vector<Contender> all_;
  std::set<std::string> chosen_;
  LaneRun run_;
  PartingRun found_;
  std::string guest_;
  bool searched_ = false, by_time_ = false, own_jump_ = false;
};

}  // namespace

PanelInfo panel_compare() {
  return {"compare", "Compare", "The same guest under two to five strategies, aligned at what the guest sees; and where the first parts from the bare machine",
          make_panel<ComparePanel>};
}

}  // namespace ringside::gui
