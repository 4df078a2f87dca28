#include "gui/stage.hpp"

using namespace ringside;
using namespace ringside::gui;

TEST_CASE("the code panel follows the next instruction and marks what is sensitive") {
  Stage stage;
  stage.press("F8");
  const auto& next = stage.position().next;
  REQUIRE(stage.shows("code/line." + hex(next.address)));
  CHECK(stage.text("code/line." + hex(next.address)) == next.text);
  stage.press("Shift+F10");
  CHECK(stage.reads("!", "code"));
  stage.shoot("code-before-lie");
}

TEST_CASE("a click at the border sets a breakpoint, and one more takes it away") {
  Stage stage;
  for (int i = 0; i < 3; ++i) stage.press("F10");
  const u32 here = stage.position().next.address;
  stage.press("F10");
  stage.click("code/border." + hex(here));
  CHECK(stage.model().debugger().breakpoints() == std::set<u32>{here});
  stage.press("Shift+F5");
  CHECK(stage.model().stopped().kind == "breakpoint");
  CHECK(stage.position().next.address == here);
  stage.click("code/border." + hex(here));
  CHECK(stage.model().debugger().breakpoints().empty());
}

TEST_CASE("an address or symbol that is typed is gone to") {
  Stage stage;
  stage.click("code/address");
  stage.type("trap_entry");
  stage.press("Enter");
  CHECK(stage.reads("trap_entry:", "code"));
  stage.click("code/address");
  stage.type("nonesuch");
  stage.press("Enter");
  CHECK(stage.reads("nonesuch", "code"));
  stage.click("code/here");
  CHECK(stage.shows("code/line." + hex(stage.position().next.address)));
}

TEST_CASE("code of x86 is shown around the next instruction, with whole instructions before it") {
  StageOptions o;
  o.guest = "guests/x86/zos", o.strategy = "hvm", o.isa = "";
  Stage stage(o);
  stage.act("run.step100");
  stage.press("F10");
  const u32 here = stage.position().next.address;
  CHECK(stage.shows("code/line." + hex(here)));
  REQUIRE(stage.model().previous());
  CHECK(stage.position().step == 101);
  stage.shoot("code-x86");
}
