// The Popek-Goldberg report as JSON (schema ringside/classify/1, docs/schemas.md).
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "study/classify/describe.hpp"
#include "study/classify/guest.hpp"

namespace ringside::study {

/// The whole report, with a witness for each class found.
nlohmann::ordered_json to_json(const Classification& all);
nlohmann::ordered_json to_json(const std::vector<SubsetVerdicts>& subsets);
nlohmann::ordered_json to_json(const GuestUses& uses);
/// `shown` is the class that the finding takes the witness for.
nlohmann::ordered_json to_json(Class shown, const WitnessText& witness);

/// "never", "sometimes" or "always".
std::string_view in_user_name(InUserMode in_user);

}  // namespace ringside::study
