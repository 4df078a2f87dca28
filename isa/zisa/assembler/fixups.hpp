// Values into fields: what fits, and what to do about what does not.
#pragma once

#include "isa/zisa/assembler/unit.hpp"

namespace ringside::zisa::assembler {

/// The bits of a jump or branch over `distance` bytes; nothing, and an error noted, where it
/// cannot reach.
std::optional<u32> jump_bits(Unit& unit, Form form, i32 distance, Place place);

/// Whether value fits in a number of `width` bytes, signed or unsigned; an error is noted if not.
bool fits_width(Unit& unit, i64 value, unsigned width, Place place);

/// Puts the values of all fixups into the sections' bytes (one vector for each section).
void apply_fixups(Unit& unit, std::vector<std::vector<u8>>& bytes);

}  // namespace ringside::zisa::assembler
