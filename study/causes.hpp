// Which holes are to blame for a guest's failure: the run is repeated with holes cured, that is
// with the simulator answering as the bare machine would, and what moves the failing point is the
// cause.
#pragma once

#include <functional>

#include "session/session.hpp"

namespace ringside::study {

/// Called every few milliseconds of a run; false means that the user wants no more of it.
using Between = std::function<bool(const session::Session&)>;

/// The report of a session that has ended, judged: a guest that ended with a code other than 0, or
/// dead, after a hole lied to it, and that ends differently once holes are cured, has failed, and
/// the holes to blame are marked. Any other report stays as it is.
///
/// Runs the guest again up to once per hole and twice more, each time not much further than to
/// where it failed. Where `between` stops it, nothing is judged.
/// `guest` is its number where the machine has several; it is then run again alone.
session::Report judged_report(const session::Session& session, const Between& between = {},
                              std::size_t guest = 0);

}  // namespace ringside::study
