// What one step changed, for those who watch: the window, `who`, reverse stepping.
#pragma once

#include <vector>

#include "base/types.hpp"

namespace ringside::cpu {

struct RegisterWrite {
  u8 number;
  u32 before, after;
};

struct MemoryWrite {
  Gva gva;
  Hpa hpa;
  u8 bytes;
  u32 before, after;
};

/// Effects of one step, in order. Registers and memory by instructions only; what a VMM does
/// to the guest meanwhile stands in the event log.
struct Effects {
  std::vector<RegisterWrite> registers;
  std::vector<MemoryWrite> memory;
  void clear() {
    registers.clear();
    memory.clear();
  }
};

}  // namespace ringside::cpu
