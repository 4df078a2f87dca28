#include "gui/chores.hpp"
#include "session/lanes.hpp"

using namespace ringside;
using namespace ringside::gui;

namespace {

StageOptions with_compare(bool dark = true) {
  StageOptions o;
  o.settings.dark = dark;
  o.settings.layouts["Cost"] = column(1, {tabs(1, {"code"}), tabs(3, {"compare"})}), o.settings.arrangement = "Cost";
  return o;
}

}  // namespace

TEST_CASE("strategies are laid side by side, and the machine in the window stays") {
  Stage stage(with_compare());
  CHECK(stage.reads("Nothing to compare yet", "compare"));
  stage.shoot("compare-empty");
  const u64 step = stage.position().step;
  stage.click("compare/run");
  finish_chores(stage);
  CHECK(stage.position().step == step);
  for (const auto& each : session::contenders(stage.model().options())) {
    INFO(each.name);
    CHECK(stage.shows("compare/lane." + each.name) == (each.name != "hvm, shadow" && each.name != "paravirt"));
    CHECK(stage.text("compare/choice." + each.name) == (stage.shows("compare/lane." + each.name) ? "on" : "off"));
  }
  stage.shoot("compare");
  const u64 bare = std::stoull(stage.text("compare/lane.bare"));
  CHECK(std::stoull(stage.text("compare/lane.trap-emulate")) > bare);
  stage.click("compare/axis");
  stage.shoot("compare-time");
  stage.act("compare.copy");
  stage.draw();
  CHECK(std::string(ImGui::GetClipboardText()).find("\tbare\t") != std::string::npos);
}

TEST_CASE("strategies are chosen, two to five of them") {
  Stage stage(with_compare(false));
  stage.click("compare/choice.trap-emulate on zisa");
  stage.click("compare/choice.hvm, nested");
  stage.act("compare.run");
  stage.draw(2);
  finish_chores(stage);
  CHECK_FALSE(stage.shows("compare/lane.paravirt"));
  CHECK(stage.shows("compare/lane.dbt"));
  stage.shoot("compare-light");
}

TEST_CASE("where a strategy parts from the bare machine is found, and a click goes there") {
  StageOptions o = with_compare();
  o.guest = "guests/x86/zos", o.strategy = "trap-emulate", o.isa = "";
  Stage stage(o);
  stage.click("compare/choice.dbt");
  stage.click("compare/choice.paravirt");
  stage.click("compare/choice.hvm, nested");
  stage.click("compare/run");
  finish_chores(stage);
  stage.click("compare/search");
  finish_chores(stage);
  REQUIRE(stage.shows("compare/parting.trap-emulate"));
  stage.shoot("compare-parting");
  stage.click("compare/jump.trap-emulate");
  CHECK(stage.position().step > 0);
  CHECK(stage.model().options().virtual_time);
  CHECK(stage.shows("compare/parting.trap-emulate"));
  session::Contender c;
  c.name = "trap-emulate", c.options = stage.model().options();
  const auto found = session::find_parting(c, [](u64) { return true; });
  REQUIRE(found);
  REQUIRE(found->parting);
  CHECK(stage.position().step == found->parting->step);
}

TEST_CASE("on the variant that the window has, READ_SR deceives zos, and the panel shows where") {
  Stage stage(with_compare());
  stage.click("compare/run");
  finish_chores(stage);
  stage.click("compare/search");
  finish_chores(stage);
  REQUIRE(stage.shows("compare/parting.trap-emulate on zisa"));
  CHECK(stage.text("compare/parting.trap-emulate on zisa").find("read_sr") != std::string::npos);
  CHECK_FALSE(stage.shows("compare/parting.trap-emulate"));
  CHECK_FALSE(stage.shows("compare/parting.dbt"));
  stage.shoot("compare-parting-zisa");
  stage.click("compare/jump.trap-emulate on zisa");
  CHECK(stage.model().isa() == "zisa");
  CHECK(stage.position().step > 0);
}
