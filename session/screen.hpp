// The text screen of a PC, for those who show it.
#pragma once

#include <string>

#include "session/session.hpp"

namespace ringside::session {

/// What the text screen of a guest shows: rows without the blanks at their ends, each ended by a newline, down to the last
/// that is not empty. Empty where nothing was written there, and on Z-ISA, which has no screen.
std::string text_screen(const Session& session, std::size_t guest = 0);

}  // namespace ringside::session
