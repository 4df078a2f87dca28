// Conditions that a step of a hand-out waits for, as data: "event lie; console panic".
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "session/debugger.hpp"

namespace ringside::session {

/// One of:
///   event KIND     the run so far has had one: a name of an exit ("PRIVILEGED"), or of a mark of the timeline ("lie", "trap")
///   address PLACE  the machine stands there: a symbol or a number
///   console TEXT   the guest has printed that
///   ended [CODE]   the guest has ended, with that code where one is given
///   waits          it waits for input
///   step NUMBER    it is so many steps from the start, or more
///   isa, strategy, guest NAME   that is what it was opened with
///   action ID, panel ID   somebody did that, or has that panel in sight; whoever shows the steps knows
struct Condition {
  std::string kind, argument;
};

/// Conditions behind each other, with semicolons between them. Errors: a kind that there is none of, one without what it needs.
Result<std::vector<Condition>> parse_conditions(std::string_view text);

/// Whether it asks for what is done in the window, not for what the machine does.
bool is_of_the_window(const Condition& condition);
/// Whether it holds now; false for those of the window.
bool holds(const Condition& condition, const Debugger& debugger);

}  // namespace ringside::session
