// Moving the machine from the window: by keys, buttons and the palette.
#include "gui/stage.hpp"

using namespace ringside;
using namespace ringside::gui;

TEST_CASE("stepping forwards and backwards by keys") {
  Stage stage;
  REQUIRE(stage.position().step == 0);
  CHECK(stage.reads("This is the start"));
  const u32 first = stage.position().next.address;
  stage.press("F10");
  CHECK(stage.position().step == 1);
  CHECK(stage.model().previous() == first);
  stage.press("F10");
  stage.press("Shift+F10");
  CHECK(stage.position().step == 1);
  stage.press("Ctrl+Z");
  CHECK(stage.position().step == 0);
}

TEST_CASE("the buttons of the top bar do what their keys do") {
  Stage stage;
  stage.click("run.step");
  CHECK(stage.position().step == 1);
  stage.click("run.back");
  CHECK(stage.position().step == 0);
  CHECK_FALSE(stage.item("run.run").text == "x");
  stage.click("run.exit");
  CHECK(stage.model().stopped().kind == "event");
  CHECK(stage.position().events > 0);
}

TEST_CASE("a run goes to the end, says so, and can be undone") {
  Stage stage;
  stage.press("F5");
  REQUIRE(stage.position().ending);
  CHECK(stage.reads("Step back with Shift+F10"));
  const u64 end = stage.position().step;
  stage.press("Shift+F10");
  CHECK(stage.position().step == end - 1);
  CHECK_FALSE(stage.position().ending);
  stage.press("Ctrl+Home");
  CHECK(stage.position().step == 0);
  CHECK_FALSE(stage.model().debugger().history().diverged());
}

TEST_CASE("a lie is reached, explained, and stepped back over") {
  Stage stage;
  stage.press("F8");
  CHECK(stage.model().stopped().kind == "event");
  CHECK(stage.reads("on the bare machine it would have returned"));
  const u64 after = stage.position().step;
  stage.press("Shift+F10");
  CHECK(stage.position().step == after - 1);
  CHECK(stage.position().next.hole);
}

TEST_CASE("the palette finds commands and places") {
  Stage stage;
  stage.press("Ctrl+P");
  REQUIRE(stage.shows("palette/search"));
  stage.type("next lie");
  REQUIRE(stage.shows("palette/choice.run.hole"));
  stage.press("Enter");
  CHECK(stage.model().stopped().kind == "event");
  stage.press("Ctrl+P");
  stage.type("s7");
  stage.press("Enter");
  CHECK(stage.position().step == 7);
  CHECK_FALSE(stage.shows("palette/search"));
  stage.press("Ctrl+P");
  stage.press("Escape");
  CHECK_FALSE(stage.shows("palette/search"));
}

TEST_CASE("a long run does not hold up the window, shows how far it is, and stops at once") {
  StageOptions o;
  o.guest = "guests/zisa/bad-loop-long", o.strategy = "bare", o.isa = "";
  auto options = Stage::options(o);
  options.max_instructions = 0;
  auto model = Model::open(options);
  REQUIRE(model);
  Offscreen screen(std::make_unique<Shell>(std::move(*model), Settings(), std::vector<std::string>()), 1200, 800);
  screen.frame();
  REQUIRE(screen.shell().actions().run("run.run"));
  for (int i = 0; i < 60 && screen.shell().model().running(); ++i) screen.frame();
  if (screen.shell().model().running()) {
    CHECK(screen.probe().read().find("instructions a second") != std::string::npos);
    screen.shell().actions().run("run.stop");
  }
  screen.shell().model().settle();
  CHECK_FALSE(screen.shell().model().running());
  const auto kind = screen.shell().model().stopped().kind;
  CHECK((kind == "interrupted" || kind == "end"));
}

TEST_CASE("no two actions have one id, one name in one menu, or the same keys at the same time") {
  Stage stage;
  const auto& all = stage.shell().actions().all();
  for (const Action& a : all) {
    INFO(a.id);
    CHECK_FALSE(a.name.empty());
    CHECK_FALSE(a.help.empty());
    for (const Action& b : all) {
      if (&a == &b) continue;
      CHECK(a.id != b.id);
      CHECK((a.menu != b.menu || a.name != b.name));
      for (const Keys& keys : a.keys)
        if (std::count(b.keys.begin(), b.keys.end(), keys)) CHECK(a.enabled() != b.enabled());
    }
  }
}

TEST_CASE("keys are read as they are written") {
  for (const char* text : {"F5", "Shift+F10", "Ctrl+P", "Ctrl+Shift+F10", "Ctrl+0", "Ctrl++", "Ctrl+-", "Escape", "Alt+Home"}) {
    const auto keys = parse_keys(text);
    INFO(text);
    REQUIRE(keys);
    CHECK(key_text(*keys) == text);
  }
  CHECK_FALSE(parse_keys("Hyper+Q"));
}
