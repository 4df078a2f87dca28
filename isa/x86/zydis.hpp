// How we ask Zydis; for isa/x86/*.cpp alone.
#pragma once

#include <Zydis/Zydis.h>

#include <span>

#include "isa/x86/instruction.hpp"

namespace ringside::x86 {

/// A decoder for code of that size, which takes no later CPU's meaning for an old encoding.
const ZydisDecoder& zydis_decoder(CodeSize size);

struct ZydisDecoded {
  ZyanStatus status;
  ZydisDecodedInstruction instruction;
  ZydisDecodedOperand operands[ZYDIS_MAX_OPERAND_COUNT];
  bool good() const { return ZYAN_SUCCESS(status); }
};
/// Of more than 15 bytes it looks at the first 15.
ZydisDecoded zydis_decode(std::span<const u8> bytes, CodeSize size);

}  // namespace ringside::x86
