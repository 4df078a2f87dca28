// The strategies there are. To add one, add its line.
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "vmm/strategy.hpp"

namespace ringside::session {

struct StrategyInfo {
  std::string_view name;
  std::unique_ptr<vmm::Strategy> (*make)();
  std::string_view summary;  ///< one line for --help
};

const std::vector<StrategyInfo>& strategies();

/// A new strategy of that name; the error lists the names.
Result<std::unique_ptr<vmm::Strategy>> make_strategy(std::string_view name);

}  // namespace ringside::session
