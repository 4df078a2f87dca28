#include "isa/x86/decode.hpp"

#include <array>
#include <bit>
#include <vector>

#include "isa/x86/zydis.hpp"

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

unsigned row_in_table(const ZydisDecoded& from) {
  static const Index index = make_index();
  const auto& instruction = from.instruction;
  // The instructions of the x87, whatever they do.
  if (instruction.opcode_map == ZYDIS_OPCODE_MAP_DEFAULT && (instruction.opcode & 0xf8) == 0xd8)
    return row_of("escape");
  if (has_other_registers(from)) return kLeftOutRow;
  return index[instruction.mnemonic][static_cast<unsigned>(form_of(from))];
}

u8 number_of(ZydisRegister which) {
  return which == ZYDIS_REGISTER_NONE ? kNoRegister : static_cast<u8>(ZydisRegisterGetId(which));
}

Memory memory_of(const ZydisDecodedOperandMem& from) {
  const unsigned scale = from.scale ? from.scale : 1;
  return {static_cast<Seg>(number_of(from.segment)), number_of(from.base), number_of(from.index),
          static_cast<u8>(std::countr_zero(scale)), static_cast<u32>(from.disp.value)};
}

/// The segment of a source that no operand shows: that of a prefix, or DS.
Seg source_segment(ZydisInstructionAttributes attributes) {
  constexpr ZydisInstructionAttributes kPrefixes[] = {
      ZYDIS_ATTRIB_HAS_SEGMENT_ES, ZYDIS_ATTRIB_HAS_SEGMENT_CS, ZYDIS_ATTRIB_HAS_SEGMENT_SS,
      ZYDIS_ATTRIB_HAS_SEGMENT_DS, ZYDIS_ATTRIB_HAS_SEGMENT_FS, ZYDIS_ATTRIB_HAS_SEGMENT_GS};
  for (unsigned segment = 0; segment < kSegs; ++segment)
    if (attributes & kPrefixes[segment]) return static_cast<Seg>(segment);
  return Seg::kDs;
}

/// The last of the prefixes F2 and F3 counts.
Rep rep_of(const ZydisDecodedInstruction& from) {
  Rep rep = Rep::kNone;
  for (unsigned i = 0; i < from.raw.prefix_count; ++i) {
    if (from.raw.prefixes[i].value == 0xf3) rep = Rep::kRepe;
    if (from.raw.prefixes[i].value == 0xf2) rep = Rep::kRepne;
  }
  return rep;
}

/// Takes over one operand; `immediates` counts those before it.
Operand take(Instruction& to, const ZydisDecodedOperand& from, u8& immediates) {
  Operand operand{kind_of(from), 0, static_cast<u8>(from.size / 8)};
  if (from.type == ZYDIS_OPERAND_TYPE_REGISTER) {
    operand.number = number_of(from.reg.value);
  } else if (from.type == ZYDIS_OPERAND_TYPE_MEMORY) {
    to.memory = memory_of(from.mem);
  } else if (from.type == ZYDIS_OPERAND_TYPE_POINTER) {
    to.immediate = {from.ptr.offset, from.ptr.segment};
  } else {
    to.immediate[immediates] = static_cast<u32>(from.imm.value.u);
    operand.number = immediates++;
  }
  return operand;
}

/// Those that write a register as wide as the operation, but memory always as a word.
constexpr bool stores_word(unsigned row) {
  return row == row_of("mov_from_segment") || row == row_of("smsw") || row == row_of("sldt") ||
         row == row_of("str");
}
constexpr bool tests_bit(unsigned row) {
  return row == row_of("bt") || row == row_of("bts") || row == row_of("btr") ||
         row == row_of("btc");
}

void take_operands(Instruction& to, const ZydisDecoded& from) {
  u8 immediates = 0;
  for (unsigned i = 0; i < from.instruction.operand_count_visible && i < to.operands.size(); ++i)
    to.operands[i] = take(to, from.operands[i], immediates);
  if (stores_word(to.row) && to.operands[0].kind == Operand::kMemory) to.width = 2;
  // From an immediate a bit test takes the bits that number one of the operand's (SDM volume 2,
  // BT).
  if (tests_bit(to.row) && to.operands[1].kind == Operand::kImmediate)
    to.immediate[0] &= to.width * 8u - 1;
}

Instruction refused(unsigned row) {
  Instruction instruction;
  instruction.row = static_cast<u16>(row);
  return instruction;
}

Instruction failed(ZyanStatus status, std::size_t bytes) {
  const bool ends = status == ZYDIS_STATUS_NO_MORE_DATA;
  if (status == ZYDIS_STATUS_INSTRUCTION_TOO_LONG || (ends && bytes >= kMaxLength))
    return refused(kTooLongRow);
  return refused(ends ? kTooShortRow : kIllegalRow);
}

}  // namespace

Instruction decode(std::span<const u8> bytes, CodeSize size) {
  if (bytes.empty()) return refused(kTooShortRow);
  const ZydisDecoded from = zydis_decode(bytes, size);
  if (!from.good()) return failed(from.status, bytes.size());
  const unsigned row = row_in_table(from);
  Instruction to = refused(row);
  to.length = from.instruction.length;
  if (row >= kRowCount) return to;
  const unsigned width = from.instruction.operand_width / 8u;
  to.width = kRows[row].least_width == 4 ? 4 : static_cast<u8>(width);
  to.address_size = from.instruction.address_width / 8u;
  to.lock = from.instruction.attributes & ZYDIS_ATTRIB_HAS_LOCK;
  if (kRows[row].kind == Kind::kString) to.rep = rep_of(from.instruction);
  to.memory.segment = source_segment(from.instruction.attributes);
  if (row != row_of("escape")) take_operands(to, from);
  return to;
}

std::optional<unsigned> find_row(std::string_view name) {
  for (unsigned row = 0; row < kRowCount; ++row)
    if (kRows[row].name == name) return row;
  return std::nullopt;
}

}  // namespace ringside::x86
