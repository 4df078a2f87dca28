// A page walk in words, for the panel and for those who copy it.
#pragma once

#include <string>

#include "session/walk_view.hpp"

namespace ringside::gui {

/// "guest L0", "nested L3", "L1".
std::string name_of(const session::Walked& walk, const session::WalkedReference& reference);
/// What the walk costs, in a sentence.
std::string cost_text(const session::WalkView& view, const session::Walked& walk);
std::string plain_cost(const session::WalkView& view, const session::Walked& walk);
/// All of it, a line for each reference.
std::string copy_text(const session::WalkView& view);

}  // namespace ringside::gui
