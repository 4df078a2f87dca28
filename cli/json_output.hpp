// How every verb writes the document of its --json.
#pragma once

#include <nlohmann/json_fwd.hpp>

namespace ringside::cli {

/// Writes a document to stdout, indented by two. Bytes that are no UTF-8, which a guest may print, are replaced.
void print_json(const nlohmann::ordered_json& document);

}  // namespace ringside::cli
