// What an instruction writes, by the decoder's account of its operands, hidden ones included. For
// those who look for the last writer of something; what a meaning does decides.
#pragma once

#include <span>
#include <string_view>

#include "isa/x86/instruction.hpp"

namespace ringside::x86 {

/// Whether the instruction at the beginning of `bytes` writes memory, the stack included, if it
/// completes.
bool writes_memory(std::span<const u8> bytes, CodeSize size);

/// The same of a register by its name of 32 bits: "eax" (for a write of AL too), "eflags", "cr3",
/// "gdtr". Under a condition counts (CMOV).
bool writes_register(std::span<const u8> bytes, CodeSize size, std::string_view name);

}  // namespace ringside::x86
