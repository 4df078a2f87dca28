// The instruction table of x86 for people.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "isa/x86/table.hpp"
#include "isa/zisa/syntax.hpp"
#include "session/assembly.hpp"

namespace ringside::session {

namespace {

std::string_view kind_name(x86::Kind kind) {
  switch (kind) {
    case x86::Kind::kAlu:
      return "alu";
    case x86::Kind::kMultiply:
      return "multiply";
    case x86::Kind::kDivide:
      return "divide";
    case x86::Kind::kBranch:
      return "branch";
    case x86::Kind::kJump:
      return "jump";
    case x86::Kind::kIndirectJump:
      return "indirect jump";
    case x86::Kind::kString:
      return "string";
    case x86::Kind::kIo:
      return "port";
    case x86::Kind::kSystem:
      return "system";
  }
  return "?";
}

std::string_view user_name(const x86::RowInfo& row) {
  if (row.in_user == x86::InUser::kTimed) return "traps with CR4.TSD";
  if (row.in_user == x86::InUser::kTraps) return "traps";
  return x86::is_hole(row) ? "runs: a hole" : "runs";
}

}  // namespace

std::string x86_instruction_table() {
  std::string text =
      "| instruction | kind | since | in user mode | classes |\n|---|---|---|---|---|\n";
  for (const x86::RowInfo& row : x86::kRows)
    text += fmt::format("| `{}` | {} | {} | {} | {} |\n", row.name, kind_name(row.kind),
                        x86::model_name(row.since), user_name(row), zisa::class_names(row.sensitivity));
  return text;
}

nlohmann::ordered_json x86_instruction_table_json() {
  auto list = nlohmann::ordered_json::array();
  for (const x86::RowInfo& row : x86::kRows)
    list.push_back({{"name", row.name},
                    {"kind", kind_name(row.kind)},
                    {"since", x86::model_name(row.since)},
                    {"in_user", user_name(row)},
                    {"classes", zisa::class_names(row.sensitivity)}});
  return {{"schema", "ringside/instructions/1"}, {"instructions", std::move(list)}};
}

}  // namespace ringside::session
