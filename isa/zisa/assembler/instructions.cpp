#include "isa/zisa/assembler/instructions.hpp"

#include <fmt/format.h>

#include "isa/zisa/assembler/pseudo.hpp"
#include "isa/zisa/decode.hpp"
#include "isa/zisa/syntax.hpp"

namespace ringside::zisa::assembler {

namespace {

struct Mnemonic {
  unsigned row;
  u32 ordering = 0;  // the bits aq and rl
};

struct Suffix {
  std::string_view text;
  u32 bits;
};
constexpr Suffix kSuffixes[] = {
    {".aqrl", kAcquire | kRelease}, {".aq", kAcquire}, {".rl", kRelease}};

std::optional<Mnemonic> find_mnemonic(std::string_view name) {
  if (const auto row = find_row(name)) return Mnemonic{*row};
  for (const auto& suffix : kSuffixes) {
    if (!name.ends_with(suffix.text)) continue;
    const auto row = find_row(name.substr(0, name.size() - suffix.text.size()));
    if (row && is_atomic(kRows[*row].form)) return Mnemonic{*row, suffix.bits};
  }
  return std::nullopt;
}

void unknown(Unit& unit, const Token& mnemonic, const Cursor& operands) {
  const Place place = operands.place_of(mnemonic);
  if (const auto forms = pseudo_usage(mnemonic.text); !forms.empty())
    return unit.error(place, fmt::format("{} does not take these operands", quoted(mnemonic)),
                      "the form is: " + forms);
  std::string remedy{foreign_remedy(mnemonic.text)};
  if (remedy.empty()) {
    std::vector<std::string_view> names{"li"};
    for (const auto& row : kRows) names.push_back(row.name);
    for (const auto& p : pseudo_instructions())
      if (p.name[0] != '<') names.push_back(p.name);
    remedy = did_you_mean(mnemonic.text, names);
  }
  unit.error(place, fmt::format("unknown instruction {}", quoted(mnemonic)), remedy);
}

// A conditional branch is left open, because it becomes two instructions where it is too far.
void append_branch(Unit& unit, u32 word, const ParsedOperands& operands, Place place) {
  if (operands.modifier != Modifier::kNone)
    return unit.error(operands.place, "a branch takes a label", "leave the %... away");
  const Location at = unit.here();
  Stretch branch{};
  branch.kind = Stretch::Kind::kBranch;
  branch.word = word | operands.bits;
  branch.node = operands.node;
  branch.place = operands.place;
  branch.size = 4;
  if (unit.append_stretch(branch)) unit.section().lines.push_back({at, place});
}

}  // namespace

void assemble_instruction(Unit& unit, const Token& mnemonic, Cursor operands) {
  if (expand_pseudo(unit, mnemonic, operands)) return;
  const auto found = find_mnemonic(mnemonic.text);
  if (!found) return unknown(unit, mnemonic, operands);
  const RowInfo& row = kRows[found->row];
  const bool bare = row.form == Form::kFence && !takes_sets(found->row);
  const auto parsed =
      parse_operands(unit, operands, bare ? "" : syntax(row.form), usage(found->row));
  if (!parsed) return;
  const u32 word = row.picture.match | found->ordering;
  const Place place = operands.place_of(mnemonic);
  if (row.form == Form::kBranch)
    append_branch(unit, word, *parsed, place);
  else
    append_instruction(unit, word, row.form, *parsed, place);
}

}  // namespace ringside::zisa::assembler
