#include "isa/zisa/manual.hpp"

#include <fmt/format.h>

#include "isa/zisa/syntax.hpp"

namespace ringside::zisa {

namespace {

// Which operand a bit of the word belongs to, found by decoding a word that has this bit alone.
char owner(const RowInfo& row, unsigned position) {
  const u32 one = 1u << position;
  if (row.picture.mask & one) return row.picture.match & one ? '1' : '0';
  const Operands o = operands(row.form, one);
  if (o.rd != 0) return 'd';
  if (o.rs1 != 0) return 's';
  if (o.rs2 != 0) return 't';
  return o.imm != 0 ? 'i' : '-';
}

// Blanks where the fields of RISC-V begin: funct7, rs2, rs1, funct3, rd, opcode.
std::string encoding(const RowInfo& row) {
  std::string text;
  for (unsigned i = 32; i-- > 0;) {
    text += owner(row, i);
    if (i == 25 || i == 20 || i == 15 || i == 12 || i == 7) text += ' ';
  }
  return text;
}

std::string_view name(Kind kind) {
  switch (kind) {
    case Kind::kAlu:
      return "ALU";
    case Kind::kMultiply:
      return "multiply";
    case Kind::kDivide:
      return "divide";
    case Kind::kLoad:
      return "load";
    case Kind::kStore:
      return "store";
    case Kind::kAtomic:
      return "atomic";
    case Kind::kBranch:
      return "branch";
    case Kind::kJump:
      return "jump";
    case Kind::kIndirectJump:
      return "indirect jump";
    case Kind::kSystem:
      return "system";
  }
  return "";
}

std::string_view in_user_text(const RowInfo& row) {
  switch (row.in_user) {
    case InUser::kRuns:
      // ECALL, EBREAK and HCALL are there to trap, in either mode alike.
      return row.kind == Kind::kSystem ? "traps, as in S" : "runs";
    case InUser::kHole:
      return "runs (a hole)";
    case InUser::kTraps:
      return "traps";
    case InUser::kTimed:
      return "runs, unless SR.TSD";
  }
  return "";
}

}  // namespace

std::vector<ManualRow> manual_rows() {
  std::vector<ManualRow> rows;
  for (unsigned i = 0; i < kRowCount; ++i) {
    const RowInfo& row = kRows[i];
    rows.push_back({row.name, usage(i), encoding(row), name(row.kind), in_user_text(row),
                    row.in_user == InUser::kHole, class_names(row.sensitivity)});
  }
  return rows;
}

std::string manual_tables() {
  std::string text =
      "| instruction | encoding, bit 31 first | kind | in U mode on `zisa` | class |\n"
      "|-------------|------------------------|------|---------------------|-------|\n";
  for (const ManualRow& row : manual_rows())
    text += fmt::format("| `{}` | `{}` | {} | {} | {} |\n", row.usage, row.encoding, row.kind,
                        row.hole ? "**runs** (a hole)" : row.in_user, row.classes);
  return text;
}

}  // namespace ringside::zisa
