// Is a VMM one? A strategy held to equivalence, resource control and efficiency by one guest.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "session/examine.hpp"

namespace ringside::study {

/// Runs the guest on the bare machine and under the strategy of the options, in virtual time, up to
/// the options' limit on instructions. `between` is asked now and then; false stops it. Errors: as
/// for a run.
Result<session::Examination> check(const session::Options& options,
                                   const std::function<bool(u64 ticks)>& between = {});

/// Schema ringside/check/1.
nlohmann::ordered_json to_json(const std::string& guest, const session::Examination& found);
/// The fields of an examination without guest and schema.
nlohmann::ordered_json fields_of(const session::Examination& found);

}  // namespace ringside::study
