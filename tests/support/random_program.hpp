// Random guests: a small fixed kernel (random_kernel.cpp) around random code, which runs in
// supervisor and user mode, with and without paging, over page tables of several shapes, and is
// interrupted at random.
#pragma once

#include <memory>

#include "support/dice.hpp"
#include "support/machines.hpp"

namespace ringside::test {

struct RandomOptions {
  u64 seed = 0;
  /// Whether the code also does what only the bare machine defines: writes page tables without
  /// invalidating, system registers with anything.
  bool wild = false;
  u32 tick = 512;       ///< time units between timer interrupts: `tick` and up to as many more
  u32 traps = 100'000;  ///< the kernel ends the run after so many
};

/// The image of a random guest's RAM, from kRam on. The entry is kRam.
std::vector<u8> random_image(const RandomOptions& options);

/// A machine with it; setup.ram is kRandomRam.
inline constexpr u64 kRandomRam = 1u << 20;
std::unique_ptr<vmm::Machine> random_machine(Setup setup, const RandomOptions& options);

/// A random instruction of the user level or above it; `at` is its place in the code.
inline constexpr u32 kCode = 0x2000,
                     kCodePages = 4;  ///< where random code lies in RAM, and its size
u32 random_instruction(Dice& dice, u32 at, bool wild);

/// Source of the kernel. Its data, in the page behind it, is filled in by random_image().
extern const char* const kRandomKernel;

}  // namespace ringside::test
