// A look at the second dimension of nested paging, for those who show it: nothing is counted, charged or told to an audit.
#pragma once

#include <vector>

#include "mmu/x86/nested.hpp"

namespace ringside::x86 {

/// An entry of the EPT on the way to an address.
struct EptStep {
  unsigned level = 0;  ///< 0 is the top
  Hpa at;
  u64 entry = 0;
};

struct EptLook {
  std::vector<EptStep> steps;
  std::optional<Hpa> hpa;  ///< nothing where the EPT lead nowhere
  u64 rights = 0;          ///< R, W and X of all levels that were read, combined
};

/// The way of a guest-physical address through the EPT of that pointer.
EptLook look_ept(const mmu::Memory& memory, u64 pointer, u64 gpa);

}  // namespace ringside::x86
