// Opening the guest otherwise, from the window.
#include <filesystem>
#include <fstream>

#include "gui/stage.hpp"
#include "session/catalogue.hpp"

using namespace ringside;
using namespace ringside::gui;

TEST_CASE("another strategy is chosen in the palette, and the window shows it") {
  Stage stage;
  stage.act("run.run");
  stage.press("Ctrl+P");
  stage.type("hvm");
  stage.press("Enter");
  // On a machine without hardware assistance that cannot be: it says so, and all stays.
  CHECK(stage.model().options().strategy == "trap-emulate");
  CHECK(stage.reads("zisa-h"));
  stage.act("machine.isa.zisa-v");
  CHECK(stage.model().isa() == "zisa-v");
  CHECK(stage.position().step == 0);
  CHECK(stage.reads("zisa-v, trap-emulate"));
  stage.act("machine.strategy.dbt");
  CHECK(stage.model().options().strategy == "dbt");
  stage.act("run.run");
  CHECK(stage.position().ending);
  stage.shoot("dbt");
}

TEST_CASE("other prices make another bill") {
  StageOptions o;
  o.isa = "zisa-v";
  Stage stage(o);
  stage.act("run.run");
  const Cycles before = stage.position().cycle;
  const auto names = session::cost_model_names();
  const auto other = std::ranges::find_if(names, [](const auto& name) { return name != "textbook"; });
  REQUIRE(other != names.end());
  stage.act("machine.costs." + *other);
  stage.act("run.run");
  CHECK(stage.position().cycle != before);
}

TEST_CASE("starting again forgets what was typed and goes to the start") {
  Stage stage;
  stage.press("F10");
  stage.press("Ctrl+Shift+R");
  CHECK(stage.position().step == 0);
}

TEST_CASE("settings are kept in a file") {
  const auto folder = std::filesystem::path(RINGSIDE_BUILD_DIR) / "scratch" / "window-settings";
  std::filesystem::remove_all(folder);
  const std::string file = (folder / "deep" / "window.json").string();
  CHECK(load_settings(file) == Settings());
  Settings s;
  s.dark = false, s.arrangement = "Paging";
  REQUIRE(save_settings(s, file));
  CHECK(load_settings(file) == s);
  std::ofstream(file) << "{ not json";
  CHECK(load_settings(file) == Settings());
  CHECK_FALSE(save_settings(s, "/proc/nowhere/window.json"));
}
