#include "cli/compare_text.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "cli/numbers.hpp"
#include "cli/report_text.hpp"
#include "cli/table.hpp"
#include "session/explain.hpp"

namespace ringside::cli {

using session::Report;
using study::Compared;

namespace {

bool went_well(const Report& r) {
  return r.outcome == "exited" && r.exit_code == 0;
}

Cell outcome_cell(const Report& r) {
  if (r.outcome == "exited")
    return {"exited " + std::to_string(r.exit_code), went_well(r) ? Ink::kGood : Ink::kBad};
  return {r.outcome, Ink::kBad};
}

Cell slow_down_cell(const Compared& run) {
  if (!run.slow_down) return {"-", Ink::kDim};
  return {fmt::format("{:.2f}x", *run.slow_down), Ink::kStrong};
}

u64 exits_of(const Report& r) {
  u64 count = 0;
  for (const auto& exit : r.exits) count += exit.count;
  return count;
}

// Exits are sorted: the first took the most cycles.
std::string dearest(const Report& r) {
  if (r.exits.empty()) return "-";
  return fmt::format("{} {} %", r.exits.front().reason, percent(r.exits.front().cycles, r.cycles));
}

// Two runs of a strategy differ in how the VMM gives the guest its pages.
std::string name_of(const std::vector<Compared>& runs, const Compared& run) {
  const auto alike = [&](const Compared& other) {
    return other.report.isa == run.report.isa && other.report.strategy == run.report.strategy;
  };
  const bool one = std::count_if(runs.begin(), runs.end(), alike) <= 1;
  return one ? run.report.strategy : run.report.strategy + " " + run.report.paging;
}

bool was_run(const Compared& run) {
  return run.report.outcome != study::kNotRun;
}

std::vector<Cell> row_of(const Compared& run, const std::string& name, bool wide) {
  const Report& r = run.report;
  const Cell none("-", Ink::kDim);
  if (!was_run(run)) {
    std::vector<Cell> row = {"  " + name, {r.outcome, Ink::kDim}, none, none, none, none, none};
    if (wide) row.push_back(none);
    return row;
  }
  const u64 exits = exits_of(r);
  std::vector<Cell> row = {"  " + name,
                           outcome_cell(r),
                           run.unmodified ? "unmodified" : "modified",
                           grouped(r.guest_instructions()),
                           grouped(r.cycles),
                           slow_down_cell(run),
                           exits == 0 ? Cell("-", Ink::kDim) : Cell(grouped(exits))};
  if (wide) row.emplace_back(dearest(r), r.exits.empty() ? Ink::kDim : Ink::kPlain);
  return row;
}

// With `wide` the dearest exit is a column, else a line of its own below each row.
Table make_table(const std::vector<Compared>& runs, bool wide) {
  std::vector<Table::Column> columns = {{"", false},      {"outcome", false}, {"guest", false},
                                        {"instructions"}, {"cycles"},         {"slow-down"},
                                        {"exits"}};
  if (wide) columns.push_back({"dearest exit, of cycles", false});
  Table table(columns);
  std::string isa;
  for (const Compared& run : runs) {
    if (run.report.isa != isa) table.add_heading({run.report.isa, Ink::kStrong});
    isa = run.report.isa;
    table.add(row_of(run, name_of(runs, run), wide));
    if (!wide && !run.report.exits.empty())
      table.add_heading({"    dearest exit: " + dearest(run.report) + " of the cycles", Ink::kDim});
  }
  return table;
}

std::string table_text(const std::vector<Compared>& runs, const Style& style) {
  const Table wide = make_table(runs, true);
  return (wide.width() <= style.width ? wide : make_table(runs, false)).text(style);
}

// --- where the cycles went: one bar per run, the dearest run as long as the line allows ---

/// A sign for each account, so that the bars are read without colour too.
struct Legend {
  const char* account;
  const char* sign;
  const char* ascii;
};
constexpr Legend kLegend[] = {{"guest_user", "▓", "u"}, {"guest_kernel", "█", "k"},
                              {"hardware", "▒", "h"},   {"page_walk", "◆", "w"},
                              {"vmm", "░", "v"},        {"translation", "▚", "t"},
                              {"idle", "·", "."}};

std::string bar_of(const Report& r, double cycles_per_column, const Style& style) {
  std::string bar;
  u64 before = 0;
  for (std::size_t i = 0; i < std::size(kLegend); ++i) {
    const auto found = std::find_if(r.accounts.begin(), r.accounts.end(), [&](const auto& account) {
      return account.name == kLegend[i].account;
    });
    if (found == r.accounts.end()) continue;
    const auto column = [&](u64 cycles) {
      return static_cast<long>(static_cast<double>(cycles) / cycles_per_column + 0.5);
    };
    std::string piece;
    for (long c = column(before); c < column(before + found->cycles); ++c)
      piece += style.unicode ? kLegend[i].sign : kLegend[i].ascii;
    before += found->cycles;
    bar += paint(style, ink_of_account(kLegend[i].account), piece);
  }
  return bar;
}

bool occurs(const std::vector<Compared>& runs, std::string_view account) {
  for (const Compared& run : runs)
    for (const auto& each : run.report.accounts)
      if (each.name == account && each.cycles != 0) return true;
  return false;
}

std::string legend_text(const std::vector<Compared>& runs, const Style& style) {
  std::string text = "  ";
  for (const Legend& each : kLegend) {
    if (!occurs(runs, each.account)) continue;
    std::string name = each.account;
    std::replace(name.begin(), name.end(), '_', ' ');
    text += "  " +
            paint(style, ink_of_account(each.account), style.unicode ? each.sign : each.ascii) +
            " " + name;
  }
  return text + "\n";
}

std::string bars_text(const std::vector<Compared>& runs, const Style& style) {
  std::size_t name_width = 0;
  u64 most = 1;
  for (const Compared& run : runs) {
    name_width = std::max(name_width, run.report.isa.size() + 1 + name_of(runs, run).size());
    most = std::max(most, run.report.cycles);
  }
  const double per_column =
      static_cast<double>(most) / static_cast<double>(style.width - name_width - 4);
  std::string text = paint(style, Ink::kStrong, "Where the cycles went") + legend_text(runs, style);
  for (const Compared& run : runs)
    if (was_run(run)) text += "  " + pad_right(run.report.isa + " " + name_of(runs, run), name_width) + "  " +
            bar_of(run.report, per_column, style) + "\n";
  return text;
}

// --- in sentences ---

std::string failure_sentence(const Report& r) {
  std::string text, others;
  for (const auto& hole : r.holes) {
    if (!hole.cause) continue;
    if (text.empty())
      text = r.reason + ". " + explain_hole(hole);
    else
      others +=
          (others.empty() ? " So did " : " and ") + session::instruction_name(hole.instruction);
  }
  if (text.empty()) return ending_sentence(r);
  return text + (others.empty() ? "" : others + ".");
}

std::string port_sentence(const std::optional<session::PortReport>& port) {
  if (!port) return "";
  return fmt::format(" The port adds {} lines to the kernel's {} and leaves out {}, at {} places of its sources.",
                     grouped(port->added), grouped(port->original), grouped(port->removed), grouped(port->sites));
}

std::string sentence_of(const Compared& run, const std::string& name) {
  const Report& r = run.report;
  std::string text = name + " on " + r.isa;
  if (!was_run(run)) return text + " was not run: " + r.reason + ".";
  if (r.outcome == "exited" && run.console_as_bare && !run.slow_down)
    text += fmt::format(": the guest ended with code {}, unlike on the bare machine.", r.exit_code);
  else if (r.outcome == "exited")
    text += run.console_as_bare ? ": the guest printed what it prints on the bare machine."
                                : ": the guest printed something else than on the bare machine.";
  else
    text += (r.outcome == "failed" ? " failed: " : " was stopped: ") + failure_sentence(r);
  return text + port_sentence(r.port);
}

std::string sentences(const std::vector<Compared>& runs, const Style& style) {
  std::string text;
  for (const Compared& run : runs) {
    if (run.report.strategy == "bare" && went_well(run.report)) continue;
    const bool good = run.console_as_bare && run.slow_down.has_value();
    const std::string mark = style.unicode ? (good ? "✓" : "✗") : (good ? "=" : "x");
    text += paint(style, good ? Ink::kGood : Ink::kBad, mark) + " " +
            wrap(sentence_of(run, name_of(runs, run)), style.width - 2, 2) + "\n";
  }
  return text;
}

// What is to be known of several runs is said once.
std::string notes_text(const std::vector<Compared>& runs, const Style& style) {
  std::vector<std::string> said;
  std::string text;
  for (const Compared& run : runs)
    for (const auto& note : run.report.notes) {
      if (std::find(said.begin(), said.end(), note) != said.end()) continue;
      said.push_back(note);
      text += wrap("Note: " + note, style.width, 2) + "\n";
    }
  return text;
}

std::string explanations(const std::vector<Compared>& runs, const Style& style) {
  std::string text = "\n";
  for (const Legend& each : kLegend)
    if (occurs(runs, each.account))
      text += wrap(fmt::format("{}: {}", each.account, session::explain_account(each.account)),
                   style.width, 2) +
              "\n";
  return text;
}

}  // namespace

std::string compare_text(const std::string& guest, const std::string& script,
                         const std::vector<Compared>& runs, const Style& style, bool explain) {
  if (runs.empty()) return "";
  std::string title = guest;
  if (!script.empty()) title += " \"" + script + "\"";
  title += ", " + runs.front().report.cost_model + " costs";
  return paint(style, Ink::kStrong, title) + "\n\n" + table_text(runs, style) + "\n" +
         bars_text(runs, style) + "\n" + sentences(runs, style) + notes_text(runs, style) +
         (explain ? explanations(runs, style) : "");
}

}  // namespace ringside::cli
