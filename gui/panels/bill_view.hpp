// What the bill's panel runs, beside the window's machine, and draws with.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "gui/chore.hpp"
#include "gui/ui.hpp"
#include "session/bill.hpp"

namespace ringside::gui {

/// What came out of running the guest under each strategy.
struct BillRun {
  std::vector<session::Bill> bills;
  std::vector<std::string> troubles;  ///< why a strategy has none
};
/// The job of a chore.
BillRun run_bills(const std::vector<session::Contender>& contenders, const session::Prices& prices, const Chore<BillRun>::Tell& tell);

struct RateRun {
  std::vector<session::RateCurve> curves;
  std::string trouble;
};
RateRun run_rates(const session::Options& options, const session::Prices& prices, const Chore<RateRun>::Tell& tell);

/// A bar of the cycles of each account, as long as its share of `longest`; accounts that are wide enough have their names in them.
/// The item that it is can be hovered: it tells the numbers.
void draw_account_bar(Ui& ui, const vmm::Spending& spent, u64 longest, float width, float height, bool estimated);
/// The colours of the accounts that are not zero, with their names.
void draw_account_legend(Ui& ui, const vmm::Spending& used);

/// Slow-downs over rates, both axes logarithmic; `here` is the guest's own rate.
void draw_rate_chart(Ui& ui, const std::vector<session::RateCurve>& curves, std::optional<double> here);
/// Where two strategies cross, in sentences.
std::vector<std::string> crossings(const std::vector<session::RateCurve>& curves);

/// Tab-separated, with a head: for a spreadsheet.
std::string text_of(const std::vector<session::Bill>& bills, const session::Prices& prices);
std::string text_of(const std::vector<session::RateCurve>& curves);

}  // namespace ringside::gui
