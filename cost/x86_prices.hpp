// A cost model names a price for each parameter, and may name others for x86 under the key "x86": published figures were
// taken on x86, and what they say of a parameter can depend on the instructions around it.
#pragma once

#include "cost/model.hpp"

namespace ringside::cost {

/// As Model::parse() and preset(), with the prices of x86 where the model has them.
Result<Model> parse_for_x86(std::string_view text, const std::string& file);
Result<Model> preset_for_x86(std::string_view name);

}  // namespace ringside::cost
