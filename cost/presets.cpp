#include <fmt/format.h>

#include "base/nearest.hpp"
#include "cost/model.hpp"
#include "cost/x86_prices.hpp"
#include "embedded/presets.hpp"

namespace ringside::cost {
namespace {

constexpr std::string_view kSuffix = ".json";

using Parse = Result<Model>(std::string_view, const std::string&);

Result<Model> read_preset(std::string_view name, Parse parse) {
  const std::string file = std::string(name) + std::string(kSuffix);
  const std::string_view text = embedded_presets(file);
  if (text.data() != nullptr) return parse(text, file);
  const auto names = preset_names();
  const std::vector<std::string_view> candidates(names.begin(), names.end());
  const std::string_view meant = nearest(name, candidates);
  return fail({Error::Kind::kUsage, "", "cost model", fmt::format("there is no \"{}\"", name),
               (meant.empty() ? "there are " : fmt::format("did you mean {}? There are ", meant)) +
                   fmt::format("{}, or the name of a .json file", fmt::join(names, ", "))});
}

}  // namespace

std::vector<std::string> preset_names() {
  std::vector<std::string> names;
  for (std::string_view file : embedded_presets_files())
    names.emplace_back(file.substr(0, file.size() - kSuffix.size()));
  return names;
}

Result<Model> preset(std::string_view name) { return read_preset(name, Model::parse); }

Result<Model> preset_for_x86(std::string_view name) { return read_preset(name, parse_for_x86); }

}  // namespace ringside::cost
