// The product's comparison (session/equivalence.hpp) as a text, for messages of tests.
#pragma once

#include "session/equivalence.hpp"

namespace ringside::test {

using session::EquivalenceOptions;

/// Empty if all is the same; else the first divergence with the last instructions of both.
inline std::string compare_runs(vmm::Machine& one, vmm::Machine& other,
                                const EquivalenceOptions& options = {}) {
  const auto found = session::compare_instants(one, other, options).divergence;
  return found ? session::text_of(*found, one.strategy().name(), other.strategy().name()) : "";
}

}  // namespace ringside::test
