// ringside disasm: the code of a guest as text, sensitive instructions marked.

#include <fmt/format.h>

#include <algorithm>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/frame.hpp"
#include "cli/style.hpp"
#include "cli/verbs.hpp"
#include "session/assembly.hpp"

namespace ringside::cli {

using Json = nlohmann::ordered_json;

namespace {

struct DisasmOptions {
  session::Options session;
  bool table = false, sensitive = false, json = false;
};

void print_text(const std::vector<session::ListingLine>& lines, bool only_sensitive) {
  std::size_t width = 0;
  for (const auto& line : lines) width = std::max(width, line.code.size());
  for (const auto& line : lines) {
    if (only_sensitive && line.mark.empty()) continue;
    if (line.labelled && !only_sensitive) fmt::print("\n{}:\n", line.symbol);
    fmt::print("{:08x}  {:<{}}  {:<3}  {}{}\n", line.address, line.code, width, line.mark, line.text,
               only_sensitive && !line.symbol.empty() ? "    # " + line.symbol : "");
  }
  const bool x86 = !lines.empty() && !lines.front().word;
  fmt::print("\nMarks: C control-, M mode-, L location-, T time-sensitive; ! a hole: runs in {}\n",
             x86 ? "an outer ring without a trap" : "U mode without a trap, on zisa");
}

void print_json(const std::string& guest, const std::vector<session::ListingLine>& lines,
                bool only_sensitive) {
  Json list = Json::array();
  for (const auto& line : lines)
    if (!only_sensitive || !line.mark.empty())
      list.push_back({{"address", line.address},
                      {"word", line.word ? Json(*line.word) : Json(nullptr)},
                      {"bytes", line.bytes},
                      {"symbol", line.symbol},
                      {"text", line.text},
                      {"mark", line.mark}});
  std::cout << Json{{"schema", "ringside/disasm/1"}, {"guest", guest}, {"lines", list}}.dump(2)
            << "\n";
}

// The table is of the machine: no guest has a part in it.
Result<void> print_table(const DisasmOptions& o) {
  if (!o.session.guest.empty() || o.sensitive)
    return fail({Error::Kind::kUsage, "", "--table", "prints all instructions of an ISA",
                 "leave out the guest and --sensitive, or --table"});
  const bool x86 = o.session.isa == "x86";
  if (!x86 && !o.session.isa.empty() && o.session.isa != "zisa")
    return fail({Error::Kind::kUsage, "", "--isa " + o.session.isa, "has no table of its own", "use zisa or x86"});
  if (o.json)
    std::cout << (x86 ? session::x86_instruction_table_json() : session::instruction_table_json()).dump(2) << "\n";
  else
    std::cout << (x86 ? session::x86_instruction_table() : session::instruction_table());
  return {};
}

Result<void> disassemble(const DisasmOptions& o) {
  if (o.table) return print_table(o);
  if (o.session.guest.empty())
    return fail({Error::Kind::kUsage, "", "GUEST", "is missing", "name a guest, or give --table"});
  const auto lines = session::listing(o.session);
  if (!lines) return fail(lines.error());
  if (o.json)
    print_json(o.session.guest, *lines, o.sensitive);
  else
    print_text(*lines, o.sensitive);
  return {};
}

}  // namespace

void add_disasm(CLI::App& app, Frame& frame) {
  auto& verb = add_verb(app, "disasm", "Disassemble a guest, sensitive instructions marked",
                        "  ringside disasm guests/zisa/zos\n"
                        "  ringside disasm --sensitive guests/zisa/zos\n"
                        "  ringside disasm --table         # the instruction table of the manual");
  auto o = std::make_shared<DisasmOptions>();
  verb.add_option("GUEST", o->session.guest, "ELF file, or the name of a bundled guest");
  verb.add_flag("--sensitive", o->sensitive, "Only the sensitive instructions");
  verb.add_option("--isa", o->session.isa, "Whose table: zisa or x86 [zisa]; a guest says itself what it is for")
      ->type_name("NAME");
  verb.add_flag("--table", o->table, "Print the instruction table as Markdown");
  verb.add_flag("--json", o->json,
                "Report as JSON (schema ringside/disasm/1; of --table ringside/instructions/1)");
  verb.callback([o, &frame] {
    o->session.folders = frame.folders;
    if (const auto done = disassemble(*o); !done) frame.status = complain(done.error());
  });
}

}  // namespace ringside::cli
