// One instruction on the smallest machine: flat segments, no paging; two pages of data and
// one of code, everything else a page fault. For comparisons of meanings with another
// implementation.
#pragma once

#include <array>
#include <optional>
#include <span>
#include <vector>

#include "cpu/x86/state.hpp"
#include "cpu/x86/trap.hpp"
#include "isa/x86/instruction.hpp"

namespace ringside::test {

inline constexpr u32 kData = 0x8000, kDataBytes = 2 * kPageSize;
inline constexpr u32 kCode = 0x40000, kCodeBytes = kPageSize;

/// What a port reads as.
constexpr u32 port_value(u16 port, unsigned bytes) {
  return (port * 0x01000193u ^ 0x5bd1e995u) & (bytes == 4 ? ~0u : (1u << bytes * 8) - 1);
}

/// What an instruction starts from and ends with.
struct Flat {
  std::array<u32, x86::kGprs> r{};
  u32 eip = 0;
  u32 eflags = x86::flag::kOne;
  u8 cpl = 0;
  std::vector<u8> data = std::vector<u8>(kDataBytes);
  std::vector<u8> code = std::vector<u8>(kCodeBytes, 0x90);
  std::vector<u32> written_to_ports;  ///< port, bytes and value of each OUT

  u8* byte(u32 linear) {
    if (linear - kData < kDataBytes) return &data[linear - kData];
    if (linear - kCode < kCodeBytes) return &code[linear - kCode];
    return nullptr;
  }
};

/// Runs an instruction, with REP to its end. Returns the vector where it traps; registers, flags
/// and EIP are then as they were, or as after the iterations done.
std::optional<u8> run(Flat& machine, const x86::Instruction& instruction);

}  // namespace ringside::test
