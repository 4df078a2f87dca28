// The catalogue of verbs: one line each, in the order of --help.
#pragma once

#include "cli/frame.hpp"

// clang-format off
#define RINGSIDE_VERBS(VERB) \
  VERB(run)                  \
  VERB(compare)              \
  VERB(check)                \
  VERB(classify)             \
  VERB(experiment)           \
  VERB(debug)                \
  VERB(gui)                  \
  VERB(asm)                  \
  VERB(disasm)               \
  VERB(completion)           \
  VERB(man)
// clang-format on

namespace ringside::cli {

#define RINGSIDE_DECLARE(name) void add_##name(CLI::App& app, Frame& frame);
RINGSIDE_VERBS(RINGSIDE_DECLARE)
#undef RINGSIDE_DECLARE

}  // namespace ringside::cli
