#include "isa/x86/forms.hpp"

#include <array>
#include <vector>

#include "isa/x86/table.hpp"

namespace ringside::x86 {

namespace {

/// What tells rows of one mnemonic apart: the part of their names behind the mnemonic.
enum class Form : u8 {
  kPlain,
  kFar,
  kIndirect,
  kWide,
  kTwo,
  kThree,
  kByte,
  kWord,
  kSegment,
  kFromSegment,
  kToSegment,
  kFromCr,
  kToCr,
  kFromDr,
  kToDr
};
constexpr std::string_view kForms[] = {
    "",         "_far",          "_indirect",   "_wide",    "_two",   "_three",   "_byte", "_word",
    "_segment", "_from_segment", "_to_segment", "_from_cr", "_to_cr", "_from_dr", "_to_dr"};

/// Zydis' mnemonics that are forms of others in our table.
constexpr std::array<std::string_view, 2> kOtherNames[] = {
    {"movsb", "movs"},      {"movsw", "movs"},     {"movsd", "movs"},     {"cmpsb", "cmps"},
    {"cmpsw", "cmps"},      {"cmpsd", "cmps"},     {"stosb", "stos"},     {"stosw", "stos"},
    {"stosd", "stos"},      {"lodsb", "lods"},     {"lodsw", "lods"},     {"lodsd", "lods"},
    {"scasb", "scas"},      {"scasw", "scas"},     {"scasd", "scas"},     {"insb", "ins"},
    {"insw", "ins"},        {"insd", "ins"},       {"outsb", "outs"},     {"outsw", "outs"},
    {"outsd", "outs"},      {"pushfd", "pushf"},   {"popfd", "popf"},     {"pushad", "pusha"},
    {"popad", "popa"},      {"iretd", "iret"},     {"jcxz", "jecxz"},     {"pause", "nop"},
    {"prefetchnta", "nop"}, {"prefetcht0", "nop"}, {"prefetcht1", "nop"}, {"prefetcht2", "nop"},
    {"ud0", "ud2"},         {"ud1", "ud2"}};

std::string_view our_name(std::string_view mnemonic) {
  for (const auto& [theirs, ours] : kOtherNames)
    if (theirs == mnemonic) return ours;
  return mnemonic;
}

/// Rows by Zydis' mnemonic and our form.
using Index = std::vector<std::array<u16, std::size(kForms)>>;

void enter(Index& index, unsigned mnemonic, std::string_view name) {
  for (unsigned form = 0; form < std::size(kForms); ++form)
    for (unsigned row = 0; row < kRowCount; ++row)
      if (kRows[row].name.starts_with(name) && kRows[row].name.substr(name.size()) == kForms[form])
        index[mnemonic][form] = static_cast<u16>(row);
}

Index make_index() {
  Index index(ZYDIS_MNEMONIC_MAX_VALUE + 1);
  for (unsigned mnemonic = 0; mnemonic < index.size(); ++mnemonic) {
    index[mnemonic].fill(kLeftOutRow);
    enter(index, mnemonic, our_name(ZydisMnemonicGetString(static_cast<ZydisMnemonic>(mnemonic))));
  }
  return index;
}

Form form_of_move(const ZydisDecoded& from) {
  switch (kind_of(from.operands[0])) {
    case Operand::kSegment:
      return Form::kToSegment;
    case Operand::kControl:
      return Form::kToCr;
    case Operand::kDebug:
      return Form::kToDr;
    default:
      break;
  }
  switch (kind_of(from.operands[1])) {
    case Operand::kSegment:
      return Form::kFromSegment;
    case Operand::kControl:
      return Form::kFromCr;
    case Operand::kDebug:
      return Form::kFromDr;
    default:
      return Form::kPlain;
  }
}

Form form_of_branch(const ZydisDecoded& from) {
  if (from.instruction.meta.branch_type == ZYDIS_BRANCH_TYPE_FAR) return Form::kFar;
  const bool direct = from.operands[0].type == ZYDIS_OPERAND_TYPE_IMMEDIATE;
  return direct || from.instruction.mnemonic == ZYDIS_MNEMONIC_RET ? Form::kPlain : Form::kIndirect;
}

Form form_of(const ZydisDecoded& from) {
  switch (from.instruction.mnemonic) {
    case ZYDIS_MNEMONIC_CALL:
    case ZYDIS_MNEMONIC_JMP:
    case ZYDIS_MNEMONIC_RET:
      return form_of_branch(from);
    case ZYDIS_MNEMONIC_MOV:
      return form_of_move(from);
    case ZYDIS_MNEMONIC_PUSH:
    case ZYDIS_MNEMONIC_POP:
      return kind_of(from.operands[0]) == Operand::kSegment ? Form::kSegment : Form::kPlain;
    case ZYDIS_MNEMONIC_MOVZX:
    case ZYDIS_MNEMONIC_MOVSX:
      return from.operands[1].size == 8 ? Form::kByte : Form::kWord;
    case ZYDIS_MNEMONIC_IMUL:
      return from.instruction.operand_count_visible == 1   ? Form::kPlain
             : from.instruction.operand_count_visible == 2 ? Form::kTwo
                                                           : Form::kThree;
    case ZYDIS_MNEMONIC_NOP:
    case ZYDIS_MNEMONIC_PREFETCHNTA:
    case ZYDIS_MNEMONIC_PREFETCHT0:
    case ZYDIS_MNEMONIC_PREFETCHT1:
    case ZYDIS_MNEMONIC_PREFETCHT2:
      return from.instruction.opcode_map == ZYDIS_OPCODE_MAP_0F ? Form::kWide : Form::kPlain;
    default:
      return Form::kPlain;
  }
}

/// Whether it works on registers that the subset does not have: MOVSD between XMM registers is no
/// string instruction.
bool has_other_registers(const ZydisDecoded& from) {
  for (unsigned i = 0; i < from.instruction.operand_count_visible; ++i)
    if (kind_of(from.operands[i]) == Operand::kNone) return true;
  return false;
}

bool probes_fpu(ZydisMnemonic mnemonic) {
  return mnemonic == ZYDIS_MNEMONIC_FNINIT || mnemonic == ZYDIS_MNEMONIC_FNSTSW || mnemonic == ZYDIS_MNEMONIC_FNSTCW;
}

Operand::Kind register_kind(ZydisRegister which) {
  switch (ZydisRegisterGetClass(which)) {
    case ZYDIS_REGCLASS_GPR8:
    case ZYDIS_REGCLASS_GPR16:
    case ZYDIS_REGCLASS_GPR32:
      return Operand::kRegister;
    case ZYDIS_REGCLASS_SEGMENT:
      return Operand::kSegment;
    case ZYDIS_REGCLASS_CONTROL:
      return Operand::kControl;
    case ZYDIS_REGCLASS_DEBUG:
      return Operand::kDebug;
    default:
      return Operand::kNone;
  }
}

}  // namespace

Operand::Kind kind_of(const ZydisDecodedOperand& operand) {
  switch (operand.type) {
    case ZYDIS_OPERAND_TYPE_REGISTER:
      return register_kind(operand.reg.value);
    case ZYDIS_OPERAND_TYPE_MEMORY:
      return Operand::kMemory;
    default:
      return Operand::kImmediate;
  }
}

unsigned row_in_table(const ZydisDecoded& from) {
  static const Index index = make_index();
  const auto& instruction = from.instruction;
  // The instructions of the x87, whatever they do.
  if (instruction.opcode_map == ZYDIS_OPCODE_MAP_DEFAULT && (instruction.opcode & 0xf8) == 0xd8)
    return probes_fpu(instruction.mnemonic) ? row_of("escape_probe") : row_of("escape");
  if (has_other_registers(from)) return kLeftOutRow;
  return index[instruction.mnemonic][static_cast<unsigned>(form_of(from))];
}

}  // namespace ringside::x86
