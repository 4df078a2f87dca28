// Bits behind which a monitor can have user mode trap, or not.
#pragma once

#include "session/x86_laboratory.hpp"

namespace ringside::study {

struct Gate {
  std::string_view name;
  u32 bit;
};

/// The bits that may be such: of the status register on Z-ISA, of CR4 on x86.
inline std::vector<Gate> gates_of(const session::LabState&) {
  std::vector<Gate> gates;
  for (const session::LabStatusBit& each : session::lab_status_bits())
    if (!each.user_writable && each.bit != session::kLabModeBit)
      gates.push_back({each.name, each.bit});
  return gates;
}
inline bool is_set(const Gate& gate, const session::LabState& state) {
  return state.cpu.sr & gate.bit;
}

inline std::vector<Gate> gates_of(const session::LabX86State&) {
  using namespace x86::cr4;
  return {{"TSD", kTsd}, {"DE", kDe}, {"PSE", kPse}, {"PGE", kPge}};
}
inline bool is_set(const Gate& gate, const session::LabX86State& state) {
  return state.cpu.cr4 & gate.bit;
}

}  // namespace ringside::study
