// A random guest that fails is made small: what does not matter for the failure becomes NOPs
// (delta debugging: Zeller and Hildebrandt 2002).
#pragma once

#include <functional>
#include <vector>

#include "session/random_guest.hpp"

namespace ringside::study {

struct Shrunk {
  session::RandomGuest guest;
  std::vector<u32> kept;  ///< offsets in RAM of the pieces of random code that matter
  u32 trials = 0;         ///< guests that were run for it
};

/// `candidates` are offsets of pieces of code that were executed; all other random code is taken out
/// first. `fails` runs a guest and says whether it still fails as the first one did. At most
/// `trials` runs.
Shrunk shrink(const session::RandomGuest& guest, const std::vector<u32>& candidates,
              const std::function<bool(const session::RandomGuest&)>& fails, u32 trials = 400);

}  // namespace ringside::study
