// Any text as a cost model: either an error that a person can read, or a model within its ranges.
#include <string_view>

#include "cost/model.hpp"
#include "tests/fuzz/require.hpp"

using namespace ringside;

extern "C" int LLVMFuzzerTestOneInput(const u8* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto model = cost::Model::parse(text, "model.json");
  if (!model) {
    fuzz::require_readable(model.error());
    return 0;
  }
  for (const auto& row : cost::kRows) {
    fuzz::require((*model)[row.param] >= row.min && (*model)[row.param] <= row.max);
    fuzz::require(!model->source[index(row.param)].empty());
  }
  return 0;
}
