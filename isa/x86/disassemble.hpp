// From bytes to text.
#pragma once

#include <functional>
#include <span>
#include <string>

#include "isa/x86/table.hpp"

namespace ringside::x86 {

/// Name of an address for the targets of jumps ("main+0x10"); empty where it has none.
using SymbolOf = std::function<std::string(u32 address)>;

/// Text of the instruction at the beginning of `bytes`, in Intel's syntax, `eip` being its offset
/// in the code segment: "jnz 0x00101010 <main+0x10>". Left-out instructions have a text too; what
/// is none reads ".byte 0x..".
std::string disassemble(std::span<const u8> bytes, u32 eip, CodeSize size,
                        const SymbolOf& symbol = {});

/// How the manual calls an instruction, whether the subset has it or not.
struct Naming {
  std::string mnemonic;   ///< "FLDZ"; empty where the bytes are no instruction
  std::string extension;  ///< of the ISA: "BASE", "X87", "MMX", "SSE2"
  unsigned length = 0;    ///< in bytes
};
Naming naming_of(std::span<const u8> bytes, CodeSize size);

/// A short mark for listings and reports: a letter for each class of the row (C control, M mode,
/// L location, T time), and ! behind them where the row is a hole: sensitive, and not trapping at
/// CPL 3. Empty for innocuous instructions and for rows behind kRowCount.
std::string sensitivity_mark(unsigned row);

}  // namespace ringside::x86
