// Code around a place, for those who show it in a window that scrolls.
#pragma once

#include <vector>

#include "session/inspect.hpp"

namespace ringside::session {

/// Up to `before` instructions before an address, that at it, and up to `after` behind it, as the guest would fetch them
/// now. Where instructions have many lengths the lines before come from the last place from which decoding arrives at the
/// address, symbols first; fewer where no memory is mapped.
std::vector<CodeLine> code_around(const Session& session, Gva address, u32 before, u32 after);

}  // namespace ringside::session
