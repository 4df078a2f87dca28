#include "cli/debug_text.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "cli/numbers.hpp"
#include "cli/table.hpp"

namespace ringside::cli {

using session::CodeLine;
using session::EventLine;

namespace {

std::string place(u32 address, const std::string& symbol) {
  return fmt::format("{:#010x}{}", address, symbol.empty() ? "" : " " + symbol);
}

// As in a listing: C, M, L, T for the classes of a sensitive instruction, ! for a hole.
std::string mark(const CodeLine& line, const Style& style) {
  return paint(style, line.hole ? Ink::kLie : Ink::kPlain, fmt::format("{:<4} ", line.mark));
}

std::string mode_text(const session::Position& p) {
  if (p.believed_mode == p.real_mode) return "mode " + p.believed_mode;
  return fmt::format("mode {} (really {})", p.believed_mode, p.real_mode);
}

std::string hint(const CodeLine& line) {
  if (line.hole) return fmt::format(" [hole: runs in {} without a trap]", line.hole_in);
  return line.sensitive ? " [sensitive]" : "";
}

}  // namespace

std::string status_text(const session::Position& p, const std::string& why, const Style& style) {
  return fmt::format("step {}, cycle {}, event {}, {}: {}: {}{}  -- {}\n", p.step, p.cycle,
                     p.events, mode_text(p), place(p.next.address, p.next.symbol),
                     paint(style, Ink::kStrong, p.next.text), paint(style, Ink::kLie, hint(p.next)),
                     why);
}

std::string code_text(const std::vector<CodeLine>& lines, const Style& style) {
  std::string text;
  std::size_t width = 0;
  for (const CodeLine& line : lines) width = std::max(width, line.code.size());
  for (const CodeLine& line : lines) {
    const bool labelled = !line.symbol.empty() && line.symbol.find('+') == std::string::npos;
    if (labelled) text += line.symbol + ":\n";
    text += fmt::format("{}{} {:#010x}  {:<{}}  {}{}\n", line.here ? '>' : ' ',
                        line.breakpoint ? '*' : ' ', line.address, line.code, width,
                        mark(line, style), line.text);
  }
  return text;
}

// --- registers ---

std::string registers_text(const session::Registers& r, const Style& style) {
  std::string text = fmt::format("pc   {}\n", place(r.pc, r.symbol));
  for (std::size_t i = 0; i < r.general.size(); ++i)
    text += fmt::format("{:<4} {:08x}{}", r.general[i].name, r.general[i].value,
                        i % 8 == 7 ? "\n" : "   ");
  return text + privileged_text(r, style);
}

namespace {

std::vector<Cell> segment_cells(const session::SegmentView& s) {
  return {{s.selector ? fmt::format("{:04x}", *s.selector) : ""},
          {fmt::format("{:08x}", s.base)},
          {fmt::format("{:08x}", s.limit)},
          {s.rights}};
}

// Of one that the hardware holds otherwise, that stands below.
std::string segments_text(const session::Registers& r, const Style& style) {
  if (r.segments.empty()) return "";
  Table table({{"", false}, {"selector"}, {"base"}, {"limit"}, {"rights", false}});
  const auto add = [&](const std::string& name, const session::SegmentView& view) {
    auto cells = segment_cells(view);
    cells.insert(cells.begin(), Cell(name));
    table.add(std::move(cells));
  };
  for (const auto& each : r.segments) {
    add(each.name, each.belief);
    if (each.belief != each.truth) add("  really", each.truth);
  }
  return table.text(style);
}

}  // namespace

std::string privileged_text(const session::Registers& r, const Style& style) {
  Table table({{"", false}, {"belief", true}, {"truth", true}, {"", false}});
  for (const auto& each : r.privileged) {
    std::string remark;
    if (each.belief != each.truth) remark = "!=";
    if (r.deprivileged && each.belief != each.bare_metal)
      remark += fmt::format(" the bare machine would hold {:08x}: a hole lied", each.bare_metal);
    table.add({each.name,
               fmt::format("{:08x}", each.belief),
               fmt::format("{:08x}", each.truth),
               {remark, Ink::kLie}});
  }
  std::string text = table.text(style);
  text += "the guest believes  " + r.believed_status + "\n";
  if (r.deprivileged) text += "the hardware holds  " + r.real_status + "\n";
  return text + segments_text(r, style);
}

// --- memory ---

std::string memory_text(Gva address, const std::vector<std::optional<u8>>& bytes) {
  std::string text;
  for (std::size_t row = 0; row < bytes.size(); row += 16) {
    std::string hex, letters;
    for (std::size_t i = row; i < std::min(row + 16, bytes.size()); ++i) {
      hex += bytes[i] ? fmt::format("{:02x} ", *bytes[i]) : "-- ";
      const bool printable = bytes[i] && *bytes[i] >= ' ' && *bytes[i] < 0x7f;
      letters += printable ? static_cast<char>(*bytes[i]) : bytes[i] ? '.' : ' ';
    }
    while (!letters.empty() && letters.back() == ' ' && !bytes[row + letters.size() - 1])
      letters.pop_back();
    text += letters.empty() ? fmt::format("{:#010x}  {}\n", address.v + static_cast<u32>(row),
                                          hex.substr(0, hex.size() - 1))
                            : fmt::format("{:#010x}  {:<48} {}\n",
                                          address.v + static_cast<u32>(row), hex, letters);
  }
  const bool missing =
      std::any_of(bytes.begin(), bytes.end(), [](const auto& byte) { return !byte; });
  if (missing)
    text += "-- no RAM is mapped there; a device is not read, since that could change it\n";
  return text;
}

std::string walk_text(const session::PageWalk& walk) {
  std::string text;
  unsigned number = 0;
  if (!walk.paging)
    text += fmt::format("The guest has paging off: {:#010x} is guest-physical as it stands.\n",
                        walk.address.v);
  for (const auto& tables : walk.walks) {
    text += fmt::format("{} ({} {:#x}, {} levels):\n", tables.tables, tables.root_name, tables.root,
                        tables.levels);
    for (const auto& each : tables.references)
      text += fmt::format(
          "  {}. level {}, index {}: entry at {:#x} is {:08x} {} (page number {:#x})\n", ++number,
          each.level, each.index, each.address, each.entry, each.flags, each.frame);
    text += tables.address ? fmt::format("  = {:#x}; {}\n", *tables.address, tables.outcome)
                           : "  = " + tables.outcome + "\n";
  }
  return text + walk.tlb + "\n";
}

// --- exits, events, writers ---

std::string exits_text(const std::vector<session::ExitReport>& exits, bool bare,
                       const Style& style) {
  if (exits.empty()) return bare ? "no exits: the guest owns the bare machine\n" : "no exits yet\n";
  u64 count = 0, cycles = 0;
  for (const auto& exit : exits) count += exit.count, cycles += exit.cycles;
  Table table({{"exit", false},
               {"samples", true},
               {"samples %", true},
               {"time %", true},
               {"min", true},
               {"max", true},
               {"mean", true}});
  for (const auto& exit : exits)
    table.add({exit.reason, grouped(exit.count), percent(exit.count, count),
               percent(exit.cycles, cycles), grouped(exit.min), grouped(exit.max),
               grouped(exit.mean())});
  return table.text(style);
}

std::string events_text(const std::vector<EventLine>& events, const Style& style) {
  if (events.empty()) return "no events yet\n";
  Table table({{"event", true},
               {"step", true},
               {"cycle", true},
               {"at", false},
               {"kind", false},
               {"", false}});
  for (const EventLine& event : events)
    table.add({fmt::format("e{}", event.number), std::to_string(event.step),
               std::to_string(event.cycle), place(event.pc, event.symbol), event.kind, event.text});
  return table.text(style);
}

std::string happenings_text(const std::vector<EventLine>& events, const Style& style) {
  std::string text;
  for (const EventLine& event : events) {
    const Ink ink = event.kind == "hole" ? Ink::kLie : Ink::kPlain;
    text += "  " +
            paint(style, ink,
                  wrap(fmt::format("e{} {}: {}", event.number, event.kind, event.text),
                       style.width - 2, 4)) +
            "\n";
  }
  return text;
}

std::string writer_text(const std::string& what, const session::WriterView& view) {
  const session::Writer& w = view.writer;
  std::string text =
      fmt::format("{} was last written in step {}, cycle {}, at {}: {}; {:#010x} -> {:#010x}\n",
                  what, w.step, w.cycle, place(w.pc, view.symbol), w.what, w.before, w.after);
  if (!view.before.empty())
    text += fmt::format("  before  {}\n  after   {}\n", view.before, view.after);
  return text;
}

Error replay_diverged() {
  return {Error::Kind::kInternal, "", "DEFECT",
          "the replay came out different from the first run (state or events differ from what was "
          "recorded here). Nothing shown from now on can be trusted",
          "please report the guest and the commands"};
}

}  // namespace ringside::cli
