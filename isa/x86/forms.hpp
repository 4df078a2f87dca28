// Which row Zydis' mnemonic and operands stand for; for isa/x86/*.cpp alone.
#pragma once

#include "isa/x86/zydis.hpp"

namespace ringside::x86 {

/// What an operand is; kNone for a register that the subset does not have.
Operand::Kind kind_of(const ZydisDecodedOperand& operand);

/// The row of a decoded instruction, or kLeftOutRow.
unsigned row_in_table(const ZydisDecoded& from);

}  // namespace ringside::x86
