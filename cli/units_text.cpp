#include "cli/units_text.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "cli/table.hpp"

namespace ringside::cli {

namespace {

std::string heading(const session::UnitView& unit) {
  return fmt::format("{:#010x}{}, virtual {} mode, from the frame at {:#x}", unit.start,
                     unit.symbol.empty() ? "" : " " + unit.symbol, unit.mode, unit.frame);
}

std::size_t changed(const session::UnitView& unit) {
  return static_cast<std::size_t>(
      std::count_if(unit.operations.begin(), unit.operations.end(),
                    [](const auto& op) { return !op.reason.empty(); }));
}

}  // namespace

std::string units_text(const session::UnitsView& view, const Style& style) {
  if (!view.translates) return "this strategy translates nothing: --strategy dbt does\n";
  std::string text = fmt::format(
      "{} of {} operations in use; translated so far: {} units of {} instructions, {} once more; "
      "{} dropped because their code was written, {} flushes\n",
      view.used, view.capacity, view.translated, view.instructions, view.retranslated, view.dropped,
      view.flushes);
  Table table({{"unit", false}, {"mode", false}, {"operations"}, {"changed"}, {"where", false}});
  for (const auto& unit : view.units)
    table.add({fmt::format("{:#010x}", unit.start), std::string(1, unit.mode),
               std::to_string(unit.operations.size()), std::to_string(changed(unit)), unit.symbol});
  return view.units.empty() ? text : text + table.text(style);
}

std::string unit_text(const std::vector<session::UnitView>& units, const Style& style) {
  if (units.empty()) return "nothing is translated there\n";
  std::string text;
  for (const auto& unit : units) {
    text += heading(unit) + "\n";
    Table table({{"guest", false}, {"", false}, {"kind", false}, {"translated", false}, {"why", false}});
    for (const auto& op : unit.operations)
      table.add({fmt::format("{:08x}", op.pc), op.guest, op.kind, op.translated, op.reason});
    text += table.text(style);
  }
  return text;
}

}  // namespace ringside::cli
