// Addresses: sections are placed, and stretches given their sizes, until nothing changes any more.
#pragma once

#include "isa/zisa/assembler/unit.hpp"

namespace ringside::zisa::assembler {

/// Order of a section in memory: code, read-only data, data, zeros; kUnloaded for the rest. Each
/// of the first three begins on a page of its own, so that a loader can protect it.
enum class Group : u8 { kCode, kReadOnly, kData, kZeros, kUnloaded };
Group group_of(const Section& section);

/// Numbers of the sections in the order of their addresses.
std::vector<u32> memory_order(const Unit& unit);

/// Places everything. False, and an error noted, where it does not fit.
bool lay_out(Unit& unit);

/// The bytes of a section after layout: known ones and stretches; fixups come later. Errors are
/// noted.
std::vector<u8> final_bytes(Unit& unit, u32 section);

}  // namespace ringside::zisa::assembler
