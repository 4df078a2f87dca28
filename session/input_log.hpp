// What a user did to a run, so that the run can be repeated (schema ringside/input/1).
#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"
#include "session/session.hpp"

namespace ringside::session {

struct InputLog {
  std::string input;  ///< piped, offered from the start
  std::vector<TypedInput> typed;
  bool more_input = false;  ///< the guest could wait for more
  u64 trace_hash = 0;       ///< of the recorded run

  /// Into the options of the run that repeats it.
  void apply(Options& options) const;
};

/// The log of a session that has run.
InputLog log_input(const Session& session);

std::string to_text(const InputLog& log);
/// Errors: no JSON, another schema, keys missing or of another kind. `file` is for messages.
Result<InputLog> parse_input_log(const std::string& text, const std::string& file);

}  // namespace ringside::session
