#include "isa/x86/decode.hpp"

#include <bit>

#include "isa/x86/forms.hpp"
#include "isa/x86/zydis.hpp"

namespace ringside::x86 {

namespace {

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
  if (row != row_of("escape") && row != row_of("escape_probe")) take_operands(to, from);
  return to;
}

std::optional<unsigned> find_row(std::string_view name) {
  for (unsigned row = 0; row < kRowCount; ++row)
    if (kRows[row].name == name) return row;
  return std::nullopt;
}

}  // namespace ringside::x86
