// From bytes to a row of the table.
#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "isa/x86/table.hpp"

namespace ringside::x86 {

/// Decodes the instruction at the beginning of `bytes`, which are as many as could be fetched, up
/// to 15. `row` says what came of it: below kRowCount an instruction of the subset, else one of the
/// numbers behind (table.hpp); only kTooShortRow and kTooLongRow have no length. LOCK where it may
/// not stand makes an illegal instruction. Later CPUs' meanings of old encodings (TZCNT, ENDBR32)
/// are not known: they are what an i686 takes them for.
Instruction decode(std::span<const u8> bytes, CodeSize size);

/// Row called `name`, if there is one.
std::optional<unsigned> find_row(std::string_view name);

}  // namespace ringside::x86
