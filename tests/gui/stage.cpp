#include "gui/stage.hpp"

#include <filesystem>

namespace ringside::gui {

session::Options Stage::options(const StageOptions& o) {
  session::Options options;
  options.guest = o.guest, options.strategy = o.strategy, options.isa = o.isa, options.append = o.append;
  options.folders = {RINGSIDE_BUILD_DIR};
  options.max_instructions = 100'000'000;
  return options;
}

std::unique_ptr<Shell> Stage::make_shell(const StageOptions& o) {
  auto model = Model::open(options(o));
  INFO((model ? "" : model.error().text()));
  REQUIRE(model);
  return std::make_unique<Shell>(std::move(*model), o.settings, std::vector<std::string>());
}

void Stage::shoot(const std::string& name) const {
  const auto folder = std::filesystem::path(RINGSIDE_BUILD_DIR) / "pictures";
  std::filesystem::create_directories(folder);
  REQUIRE(write_png(picture(), (folder / (name + ".png")).string()));
}

}  // namespace ringside::gui
