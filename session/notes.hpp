// What a user should know about the choices that a run was made with.
#pragma once

#include <string>
#include <vector>

#include "session/options.hpp"

namespace ringside::session {

/// One sentence for each choice that is allowed but changed nothing in this run: a seed where
/// nothing is drawn at random, hardware assistance that the strategy does not use. `isa` is the
/// name of the variant that ran.
std::vector<std::string> notes(const Options& options, const std::string& isa);

}  // namespace ringside::session
