#include "gui/stage.hpp"

using namespace ringside;
using namespace ringside::gui;

namespace {

StageOptions with_shell() {
  StageOptions o;
  o.strategy = "bare", o.append = "sh";
  return o;
}

}  // namespace

TEST_CASE("what the guest prints is shown, and vanishes when one goes back") {
  Stage stage;
  CHECK(stage.reads("Nothing printed yet", "console"));
  StageOptions o;
  o.strategy = "bare";
  Stage bare(o);
  bare.act("run.run");
  const std::string console = bare.session().console();
  REQUIRE_FALSE(console.empty());
  CHECK(bare.reads(console.substr(0, console.find('\n')), "console"));
  bare.shoot("console");
  bare.press("Ctrl+Home");
  CHECK(bare.reads("Nothing printed yet", "console"));
}

TEST_CASE("a line that is typed reaches a guest that waits for it, which then goes on") {
  Stage stage(with_shell());
  stage.act("run.run");
  REQUIRE(stage.model().stopped().kind == "input");
  CHECK(stage.reads("The guest waits for input"));
  const u64 before = stage.position().step;
  stage.click("console/input");
  stage.type("hello");
  stage.press("Enter");
  CHECK(stage.position().step > before);
  CHECK(stage.reads("hello", "console"));
  stage.shoot("console-shell");
}

TEST_CASE("input that was typed is undone and done again by going back and forth") {
  Stage stage(with_shell());
  stage.act("run.run");
  stage.click("console/input");
  stage.type("hello");
  stage.press("Enter");
  const std::string after = stage.session().console();
  const u64 there = stage.position().step;
  stage.press("Ctrl+Home");
  CHECK(stage.session().console().empty());
  stage.model().go_to_step(there);
  stage.settle();
  CHECK(stage.session().console() == after);
  CHECK_FALSE(stage.model().debugger().history().diverged());
}
