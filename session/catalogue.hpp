// The strategies there are. To add one, add its line.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "vmm/strategy.hpp"

namespace ringside::session {

struct StrategyInfo {
  std::string_view name;
  std::unique_ptr<vmm::Strategy> (*make)();
  std::string_view summary;  ///< one line for --help
  std::vector<std::string_view> isas;  ///< the variants on which it is worth comparing
  bool paravirtual = false;  ///< whether it runs guests ported to it, and no others
};

const std::vector<StrategyInfo>& strategies();

/// A new strategy of that name; the error lists the names.
Result<std::unique_ptr<vmm::Strategy>> make_strategy(std::string_view name);

/// Whether the strategy of that name, which exists, runs a guest that says whether it is paravirtual.
Result<void> check_ported(std::string_view strategy, bool paravirtual_guest, std::string_view file);

/// Names that options take beside those of files: variants, cost models.
std::vector<std::string> isa_names();
std::vector<std::string> cost_model_names();

/// The bundled guests that lie in these folders ("guests/zisa/zos"), by name.
std::vector<std::string> guest_names(const std::vector<std::string>& folders);

}  // namespace ringside::session
