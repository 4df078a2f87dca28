// What a guest wrote to its drives, put into their files.
#pragma once

#include "session/session.hpp"

namespace ringside::session {

/// Replaces each file of Options::drives to which the guest has written by what the drive holds
/// now: all of it or nothing, by writing a file beside it and renaming that. To be called after the
/// run. Errors: a file that cannot be written; files before it are done.
Result<void> write_back(const Session& session);

}  // namespace ringside::session
