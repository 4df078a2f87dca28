#include "gui/panels/bill_view.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "gui/format.hpp"

namespace ringside::gui {

using session::Bill;

namespace {

std::string words(std::size_t account) {
  std::string name(cost::kAccountNames[account]);
  std::ranges::replace(name, '_', ' ');
  return name == "vmm" ? "VMM" : name;
}

u64 sum(const vmm::Spending& spent) {
  u64 all = 0;
  for (const u64 each : spent) all += each;
  return all;
}

std::string tip_of(const vmm::Spending& spent, bool estimated) {
  std::string text = (estimated ? "About " : "") + counted(sum(spent), "cycle");
  for (std::size_t a = 0; a < spent.size(); ++a)
    if (spent[a] != 0) text += fmt::format("\n{}: {}, {}", words(a), grouped(spent[a]), share(spent[a], sum(spent)));
  return text;
}

}  // namespace

BillRun run_bills(const std::vector<session::Contender>& contenders, const session::Prices& prices, const Chore<BillRun>::Tell& tell) {
  BillRun run;
  bool on = true;
  for (std::size_t i = 0; i < contenders.size() && on; ++i) {
    const auto& each = contenders[i];
    const double done = static_cast<double>(i) / static_cast<double>(contenders.size());
    on = tell("running " + each.name, done);
    const auto bill = session::run_bill(each, &prices, [&](u64 instructions) {
      return on = on && tell(fmt::format("running {}, {} instructions", each.name, rounded(static_cast<double>(instructions))), done);
    });
    if (bill)
      run.bills.push_back(*bill);
    else
      run.troubles.push_back(each.name + ": " + bill.error().text());
  }
  return run;
}

RateRun run_rates(const session::Options& options, const session::Prices& prices, const Chore<RateRun>::Tell& tell) {
  auto curves = session::rate_curves(options, prices, [&](double done) { return tell("measuring", done); });
  if (!curves) return {{}, curves.error().text()};
  return {std::move(*curves), ""};
}

// --- bars ---

void draw_account_bar(Ui& ui, const vmm::Spending& spent, u64 longest, float width, float height, bool estimated) {
  ImDrawList& list = *ImGui::GetWindowDrawList();
  const ImVec2 at = ImGui::GetCursorScreenPos();
  float x = at.x;
  for (std::size_t a = 0; a < spent.size(); ++a) {
    const float wide = longest == 0 ? 0 : width * static_cast<float>(static_cast<double>(spent[a]) / static_cast<double>(longest));
    if (wide <= 0) continue;
    const Tone tone = tone_of_account(cost::kAccountNames[a]);
    list.AddRectFilled({x, at.y}, {x + wide, at.y + height}, ui.theme.ink(tone));
    const std::string name = words(a);
    const ImVec2 room = ui.size(name, Face::kSmall);
    if (room.x + ui.px(12) < wide)
      ui.text_at(list, {x + ui.px(6), at.y + (height - room.y) / 2}, name, ui.theme.ink_on(tone), Face::kSmall);
    x += wide;
    list.AddLine({x, at.y}, {x, at.y + height}, ui.theme.ink(Tone::kPane), ui.px(1));
  }
  // An estimate is open at its end.
  for (int i = 0; estimated && i < 3; ++i) {
    const float stripe = x + ui.px(3) + ui.px(5) * static_cast<float>(i);
    list.AddLine({stripe, at.y + ui.px(2)}, {stripe, at.y + height - ui.px(2)}, ui.theme.ink(Tone::kDim), ui.px(2));
  }
  ImGui::Dummy({width, height});
  ui.tip(tip_of(spent, estimated));
}

void draw_account_legend(Ui& ui, const vmm::Spending& used) {
  bool first = true;
  for (std::size_t a = 0; a < used.size(); ++a) {
    if (used[a] == 0) continue;
    const std::string name = words(a);
    const float wide = ui.size(name, Face::kSmall).x + ui.px(34);
    if (!first && ImGui::GetItemRectMax().x + wide < ImGui::GetWindowPos().x + ImGui::GetWindowContentRegionMax().x) ImGui::SameLine(0, ui.px(14));
    first = false;
    ImGui::BeginGroup();
    const ImVec2 at = ImGui::GetCursorScreenPos();
    ImGui::GetWindowDrawList()->AddRectFilled({at.x, at.y + ui.px(3)}, {at.x + ui.px(11), at.y + ui.px(14)}, ui.theme.ink(tone_of_account(cost::kAccountNames[a])));
    ImGui::Dummy({ui.px(11), ui.px(11)});
    ImGui::SameLine(0, ui.px(6));
    ui.text(name, Tone::kDim, Face::kSmall);
    ImGui::EndGroup();
  }
}

// --- text ---

std::string text_of(const std::vector<Bill>& bills, const session::Prices& prices) {
  std::string text = "strategy\tmachine\tending\tcycles\testimate";
  for (std::size_t a = 0; a < cost::kAccounts; ++a) text += "\t" + words(a);
  for (const Bill& each : bills) {
    text += fmt::format("\n{}\t{}\t{}\t{}\t{}", each.name, each.isa, each.ending, each.total(prices), each.estimated(prices) ? "yes" : "no");
    for (const u64 cycles : each.at(prices)) text += "\t" + std::to_string(cycles);
  }
  return text + "\n";
}

std::string text_of(const std::vector<session::RateCurve>& curves) {
  std::string text = "sensitive in 1000\tstrategy\tslow-down";
  for (const auto& curve : curves)
    for (std::size_t i = 0; i < curve.rates.size(); ++i) text += fmt::format("\n{:.3f}\t{}\t{:.3f}", curve.rates[i], curve.name, curve.slow_downs[i]);
  return text + "\n";
}

}  // namespace ringside::gui
