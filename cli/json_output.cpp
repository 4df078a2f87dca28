#include "cli/json_output.hpp"

#include <iostream>
#include <nlohmann/json.hpp>

namespace ringside::cli {

void print_json(const nlohmann::ordered_json& document) {
  std::cout << document.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) << "\n";
}

}  // namespace ringside::cli
