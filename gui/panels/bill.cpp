// Bill: where the cycles went, strategy beside strategy; at other prices at once, and by a run again; and where strategies cross.
#include <fmt/format.h>

#include <algorithm>

#include "gui/format.hpp"
#include "gui/panel.hpp"
#include "gui/panels/bill_view.hpp"
#include "gui/requests.hpp"
#include "gui/sight.hpp"
#include "session/catalogue.hpp"

namespace ringside::gui {

namespace {

using session::Bill;
using session::Prices;

constexpr const char* kWhyEstimate =
    "Counts of the run, at your prices. A run at these prices would differ: instructions take another time, so timers and devices "
    "interrupt elsewhere. \"Run again\" tells how it really is.";

/// What a bill depends on beside prices: with another guest it is void.
std::string guest_of(const session::Options& o) { return o.guest + "\n" + o.append + "\n" + std::to_string(o.memory); }

class BillPanel final : public Panel {
 public:
  void draw(Ui& ui) override {
    begin(ui);
    const Bill& here = here_.of(ui.model, [](const session::Session& s) { return session::bill_of(s); });
    draw_head(ui);
    draw_trouble(ui);
    const float room = ImGui::GetContentRegionAvail().x, side = std::min(ui.px(276), room * 0.42f);
    const bool wide = room > ui.px(560);
    ImGui::BeginChild("main", {wide ? room - side - ui.px(16) : 0, wide ? 0 : ImGui::GetContentRegionAvail().y * 0.6f});
    crossover_ ? draw_crossover(ui) : draw_bars(ui, here);
    ImGui::EndChild();
    if (wide) ImGui::SameLine(0, ui.px(16));
    ImGui::BeginChild("prices", {0, 0});
    draw_prices(ui, here);
    ImGui::EndChild();
  }

 private:
  // --- what runs ---

  void begin(Ui& ui) {
    const std::string guest = guest_of(ui.model.options());
    if (guest != guest_ || ui.model.options().cost_model != preset_of_guest_) {
      if (guest != guest_) run_ = {};
      guest_ = guest, preset_of_guest_ = ui.model.options().cost_model;
      choose(ui, preset_of_guest_);
    }
    if (auto done = chore_.take()) run_ = std::move(*done);
    if (auto done = rates_.take()) curves_ = std::move(*done), curve_prices_ = prices_;
    if (Requests::take("bill.run")) run(ui);
    if (Requests::take("bill.crossover")) crossover_ = true, measure(ui);
    if (Requests::take("bill.copy")) copy();
  }

  void choose(Ui& ui, const std::string& preset) {
    const auto prices = session::prices_of(preset, ui.model.isa() == "x86");
    if (!prices) return ui.model.complain(prices.error().text());
    preset_ = preset, prices_ = base_ = *prices;
  }

  void run(Ui& ui) {
    session::Options options = ui.model.options();
    options.cost_model = preset_;
    if (ui.model.can_look()) options.typed = ui.model.session().typed();
    chore_.start([all = session::contenders(options), prices = prices_](const auto& tell) { return run_bills(all, prices, tell); });
  }

  void measure(Ui& ui) {
    session::Options options = ui.model.options();
    options.cost_model = preset_;
    rates_.start([options, prices = prices_](const auto& tell) { return run_rates(options, prices, tell); });
  }

  void copy() const { ImGui::SetClipboardText((crossover_ ? text_of(curves_.curves) : text_of(run_.bills, prices_)).c_str()); }

  bool same_prices() const {
    return std::ranges::all_of(run_.bills, [&](const Bill& each) { return each.prices == prices_; });
  }

  // --- the head ---

  void draw_head(Ui& ui) {
    if (chore_.busy() || rates_.busy()) return draw_progress(ui);
    if (crossover_) {
      if (ui.button("measure", curves_.curves.empty() ? "Measure" : "Measure again")) measure(ui);
      ui.tip("Runs a guest whose rate of sensitive instructions can be set, ten times under each strategy, at these prices.");
    } else {
      if (ui.button("run", run_.bills.empty() ? "Run under every strategy" : same_prices() ? "Run again" : "Run again at these prices")) run(ui);
      ui.tip("Runs the guest from its start to its end under each strategy, at these prices. The machine in the window stays where it is.");
    }
    ImGui::SameLine(0, ui.px(16));
    if (ui.button("view", crossover_ ? "Show the bill" : "Show the crossover")) crossover_ = !crossover_;
    ui.tip(crossover_ ? "Where the cycles of this guest went" : "How the rate of sensitive instructions decides which strategy is cheaper");
    ImGui::SameLine();
    if (ui.button("copy", "Copy", crossover_ ? !curves_.curves.empty() : !run_.bills.empty())) copy();
    ui.tip("As text with tabs, for a spreadsheet");
  }

  void draw_progress(Ui& ui) {
    const bool bills = chore_.busy();
    if (ui.button("stop", "Stop")) chore_.stop(), rates_.stop();
    ImGui::SameLine();
    const ImVec2 at = ImGui::GetCursorScreenPos();
    const float wide = ui.px(120), done = static_cast<float>(bills ? chore_.done() : rates_.done());
    ImDrawList& list = *ImGui::GetWindowDrawList();
    list.AddRectFilled({at.x, at.y + ui.px(11)}, {at.x + wide, at.y + ui.px(15)}, ui.theme.ink(Tone::kRaised));
    list.AddRectFilled({at.x, at.y + ui.px(11)}, {at.x + wide * done, at.y + ui.px(15)}, ui.theme.ink(Tone::kAccent));
    ImGui::Dummy({wide, ui.px(20)});
    ImGui::SameLine();
    ImGui::AlignTextToFramePadding();
    ui.text(bills ? chore_.doing() : rates_.doing(), Tone::kDim);
    ui.note("progress", bills ? chore_.doing() : rates_.doing());
  }

  void draw_trouble(Ui& ui) {
    for (const auto& each : run_.troubles) ui.wrapped(each, Tone::kBad, Face::kSmall);
    if (crossover_ && !curves_.trouble.empty()) ui.wrapped(curves_.trouble, Tone::kBad, Face::kSmall);
  }

  // --- bars ---

  void draw_bars(Ui& ui, const Bill& here) {
    u64 longest = here.total(prices_);
    names_ = ui.px(108);
    for (const Bill& each : run_.bills) names_ = std::max(names_, ui.size(each.name).x + ui.px(differs(each) ? 34 : 8));
    vmm::Spending used = here.at(prices_);
    for (const Bill& each : run_.bills) {
      longest = std::max(longest, each.total(prices_));
      for (std::size_t a = 0; a < used.size(); ++a) used[a] += each.at(prices_)[a];
    }
    if (run_.bills.empty() && longest == 0)
      return ui.empty("No bill yet", "Run the guest under every strategy to see where the cycles go: the button is above");
    ImGui::Dummy({0, ui.px(2)});
    for (const Bill& each : run_.bills) draw_row(ui, each, each.name, "row." + each.name, longest);
    if (!run_.bills.empty()) ui.rule();
    draw_row(ui, here, "in the window", "row.here", longest);
    ui.tip("The machine in the window, " + here.name + ", up to where it stands now");
    ImGui::Dummy({0, ui.px(2)});
    draw_account_legend(ui, used);
    draw_words(ui, here);
  }

  void draw_words(Ui& ui, const Bill& here) {
    const bool estimate = here.estimated(prices_) || std::ranges::any_of(run_.bills, [&](const Bill& each) { return each.estimated(prices_); });
    if (estimate) ui.wrapped(std::string("~  estimate. ") + kWhyEstimate, Tone::kDim, Face::kSmall), ui.note("estimate", kWhyEstimate);
    if (run_.bills.empty()) ui.wrapped("Only the machine in the window so far: the button above runs the same guest under every strategy.", Tone::kDim, Face::kSmall);
  }

  const Bill* bare() const { return run_.bills.empty() || run_.bills.front().name != "bare" ? nullptr : &run_.bills.front(); }

  void draw_row(Ui& ui, const Bill& bill, const std::string& title, const std::string& name, u64 longest) {
    const bool estimated = bill.estimated(prices_);
    const float high = ui.px(22), names = names_, numbers = ui.px(154), left = ImGui::GetCursorPosX(), top = ImGui::GetCursorPosY();
    const float width = std::max(ImGui::GetContentRegionAvail().x - names - numbers - ui.px(24), ui.px(60));
    ImGui::SetCursorPosY(top + ui.px(2));
    ui.text(title);
    ui.tip(bill.name + " on " + bill.isa + ", " + bill.ending);
    if (differs(bill)) ImGui::SameLine(0, ui.px(4)), ui.lie("differs." + bill.name, why_differs(bill));
    ImGui::SetCursorPos({left + names, top});
    draw_account_bar(ui, bill.at(prices_), longest, width, high, estimated);
    const u64 total = bill.total(prices_);
    ui.note(name, std::to_string(total));
    ImGui::SetCursorPos({left + names + width + ui.px(24), top + ui.px(2)});
    draw_total(ui, bill, total, estimated, numbers);
    ImGui::SetCursorPos({left, top + high + ui.px(6)});
    ImGui::Dummy({1, 0});
  }

  void draw_total(Ui& ui, const Bill& bill, u64 total, bool estimated, float room) {
    const std::string cycles = (estimated ? "~ " : "") + grouped(total);
    const std::string ratio = bare() && finished(bill) ? fmt::format("{:.2f}×", static_cast<double>(total) / static_cast<double>(std::max<u64>(bare()->total(prices_), 1))) : "";
    const float start = ImGui::GetCursorPosX(), split = room - ui.px(54);
    ImGui::SetCursorPosX(start + split - ui.size(cycles, Face::kMono).x);
    ui.text(cycles, Tone::kText, Face::kMono);
    ImGui::SameLine();
    ImGui::SetCursorPosX(start + room - ui.size(ratio, Face::kMono).x);
    ui.text(ratio, Tone::kDim, Face::kMono);
  }

  bool finished(const Bill& bill) const { return std::ranges::any_of(run_.bills, [&](const Bill& each) { return &each == &bill; }); }
  // The guest came to another end, or printed something else, than on the bare machine: its cycles are of another run.
  bool differs(const Bill& bill) const { return bare() && finished(bill) && (bill.console != bare()->console || bill.ending != bare()->ending); }
  std::string why_differs(const Bill& bill) const {
    if (bill.ending != bare()->ending) return fmt::format("Under {} the guest ends otherwise than on the bare machine ({}): {}", bill.name, bare()->ending, bill.ending);
    return fmt::format("Under {} the guest prints something else than on the bare machine: what it sees differs, often the time", bill.name);
  }

  // --- prices ---

  void draw_prices(Ui& ui, const Bill& here) {
    ImGui::SetNextItemWidth(ui.px(170));
    if (ImGui::BeginCombo("##preset", (preset_ + (prices_ == base_ ? "" : ", changed")).c_str())) {
      for (const std::string& each : session::cost_model_names()) {
        if (ImGui::Selectable(each.c_str(), each == preset_)) choose(ui, each);
        ui.note("preset." + each, each);
      }
      ImGui::EndCombo();
    }
    ui.note("presets", preset_);
    ui.tip("Prices of a machine: a textbook's, or those measured on processors of a year");
    ImGui::SameLine();
    if (ui.button("reset", "Reset", prices_ != base_)) prices_ = base_;
    ui.tip("Back to the prices of this model");
    std::vector<Bill> all = run_.bills;
    all.push_back(here);
    if (matter_for_ != ui.model.generation() || matter_bills_ != run_.bills.size())
      matter_ = session::prices_that_matter(all), matter_for_ = ui.model.generation(), matter_bills_ = run_.bills.size();
    if (matter_.empty()) return ui.wrapped("Nothing was charged yet. Prices are shown once something has run.", Tone::kDim);
    for (const session::Price& each : matter_) draw_slider(ui, each);
  }

  void draw_slider(Ui& ui, const session::Price& price) {
    u64 most = std::min(price.most, std::max<u64>(base_[price.index] * 10, 100)), least = price.least;
    u64& value = prices_[price.index];
    ImGui::SetNextItemWidth(ui.px(112));
    ImGui::SliderScalar(("##" + price.key).c_str(), ImGuiDataType_U64, &value, &least, &most, "%llu", ImGuiSliderFlags_Logarithmic);
    value = std::clamp(value, price.least, price.most);
    ui.note("price." + price.key, std::to_string(value));
    ui.tip(price.key + ": " + price.meaning + ". In cycles; Ctrl and a click let you type it.", "cost/presets/README.md");
    ImGui::SameLine();
    ImGui::AlignTextToFramePadding();
    std::string name = price.key;
    std::ranges::replace(name, '_', ' ');
    const bool changed = value != base_[price.index];
    ui.text((changed ? "* " : "") + name, changed ? Tone::kAccent : Tone::kText, Face::kSmall);
  }

  // --- crossover ---

  void draw_crossover(Ui& ui) {
    if (curves_.curves.empty())
      return ui.empty("Where strategies cross", "\"Measure\" runs a Z-ISA guest with few to many sensitive instructions under each strategy, at these prices", "");
    for (const auto& each : crossings(curves_.curves)) ui.wrapped(each, Tone::kText, Face::kSmall), ui.note("crossing", each);
    if (curve_prices_ != prices_) ui.wrapped("Measured at other prices: \"Measure again\" takes these.", Tone::kDim, Face::kSmall);
    draw_rate_chart(ui, curves_.curves, session::sensitive_rate(run_.bills));
  }

  Sight<Bill> here_;
  Chore<BillRun> chore_;
  Chore<RateRun> rates_;
  BillRun run_;
  RateRun curves_;
  std::string guest_, preset_of_guest_, preset_;
  Prices prices_{}, base_{}, curve_prices_{};
  std::vector<session::Price> matter_;
  u64 matter_for_ = 0;
  std::size_t matter_bills_ = 0;
  float names_ = 0;  ///< width of the column
  bool crossover_ = false;
};

}  // namespace

PanelInfo panel_bill() {
  return {"bill", "Bill", "Where the cycles went, strategy beside strategy, at prices that you set; and where strategies cross", make_panel<BillPanel>};
}

}  // namespace ringside::gui
