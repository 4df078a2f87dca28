#include "gui/stage.hpp"

using namespace ringside;
using namespace ringside::gui;

TEST_CASE("what the VMM hides is marked") {
  Stage stage;
  stage.press("F6");
  CHECK(stage.text("belief/belief.mode") == "S (supervisor)");
  CHECK(stage.text("belief/truth.mode") == "U (user)");
  CHECK(stage.shows("belief/lie.mode"));
  CHECK(stage.reads("\u2260", "belief"));
  stage.shoot("belief-trap-emulate");
}

TEST_CASE("what a hole made the guest believe is marked with what the bare machine would hold") {
  Stage stage;
  stage.act("run.run");
  stage.shoot("belief-end");
  const auto report = stage.session().report();
  REQUIRE_FALSE(report.holes.empty());
}

TEST_CASE("on the bare machine there is nothing to mark") {
  StageOptions o;
  o.strategy = "bare";
  Stage stage(o);
  stage.act("run.step100");
  CHECK(stage.reads("The guest owns this machine", "belief"));
  CHECK_FALSE(stage.shows("belief/truth.mode"));
  CHECK_FALSE(stage.shows("belief/lie.mode"));
}

TEST_CASE("the beliefs follow steps back over a trap") {
  StageOptions o;
  o.isa = "zisa-v";
  Stage stage(o);
  stage.press("F7");
  const std::string cause = stage.text("belief/belief.cause"), epc = stage.text("belief/belief.epc");
  stage.press("Shift+F10");
  CHECK(stage.text("belief/belief.epc") != epc);
  stage.press("F10");
  CHECK(stage.text("belief/belief.epc") == epc);
  CHECK(stage.text("belief/belief.cause") == cause);
}

TEST_CASE("beliefs of x86 are shown, segments included") {
  StageOptions o;
  o.guest = "guests/x86/zos", o.strategy = "trap-emulate", o.isa = "";
  Stage stage(o);
  stage.press("F6");
  CHECK(stage.shows("belief/belief.cr3"));
  CHECK(stage.text("belief/belief.mode") == "CPL 0");
  CHECK(stage.text("belief/truth.mode") == "CPL 1");
  CHECK(stage.shows("belief/lie.mode"));
  stage.shoot("belief-x86");
}
