// Reads the lines of vectors.hpp.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "cost/ledger.hpp"
#include "cpu/state.hpp"

namespace ringside::test {

using Charges = std::map<std::pair<cost::Account, cost::Param>, u64>;

struct MeaningVector {
  std::string isa = "zisa-v";
  u32 word = 0;
  bool timed = false;
  u64 time = 0;
  cpu::ArchState before, after;
  std::map<u32, u32> memory_before, memory_after;
  Charges charges;
};

inline constexpr u32 kVectorPc = 0x80000100;

/// Fails the test where the line is not well-formed.
MeaningVector read_vector(std::string_view line);

}  // namespace ringside::test
