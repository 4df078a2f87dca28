// The system tables of the x86 laboratory: two sets of descriptor tables, task state segments and
// interrupt tables, so that a descriptor-table register can be varied and what it names is valid
// either way.
#pragma once

#include <span>
#include <vector>

#include "base/types.hpp"
#include "cpu/x86/state.hpp"

namespace ringside::session {

/// Privilege levels, and sets of tables.
inline constexpr u32 kLabLevels = 4, kLabTableSets = 2;
/// Pages that a set takes: descriptor tables and TSS in the first, the interrupt table in the
/// second.
inline constexpr u32 kLabPagesOfSet = 2;

/// What the registers hold that name a set.
struct LabX86Tables {
  x86::TableRegister gdtr, idtr;
  x86::Segment ldtr, tr;
};
const LabX86Tables& lab_x86_tables(u32 set);

/// Selectors by what they name (RPL is the level). All accessed bits of descriptors are set.
u16 lab_x86_code(u32 level);
u16 lab_x86_data(u32 level);
/// Of all kinds of descriptors, some of which no instruction can use; RPL 0.
std::span<const u16> lab_x86_selectors();

/// A segment register of a level with a flat segment, as one that was loaded.
x86::Segment lab_x86_flat_code(u32 level);
x86::Segment lab_x86_flat_data(u32 level);

/// Contents of the pages of both sets, set by set, as they lie at kLabX86System
/// (x86_laboratory.hpp).
std::vector<u8> lab_x86_system_pages();

/// Where the handler of a vector is entered, by the interrupt table of any set.
u32 lab_x86_handler(u32 set, u32 vector);
/// The outermost level whose INT n may call a vector.
u32 lab_x86_gate_level(u32 vector);
/// The vector whose handler is entered at `eip`; 256 if none.
u32 lab_x86_vector_of(u32 eip);

}  // namespace ringside::session
