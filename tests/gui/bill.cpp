#include "session/bill.hpp"

#include "gui/chores.hpp"

using namespace ringside;
using namespace ringside::gui;

namespace {

StageOptions in_cost(bool dark = true) {
  StageOptions o;
  o.isa = "zisa-v", o.settings.arrangement = "Cost", o.settings.dark = dark;
  return o;
}

u64 number(const Stage& stage, const std::string& name) { return std::stoull(stage.text("bill/" + name)); }

}  // namespace

TEST_CASE("before anything has run the bill says how to get one") {
  Stage stage(in_cost());
  CHECK(stage.reads("Only the machine in the window so far", "bill"));
  CHECK(stage.reads("Run under every strategy", "bill"));
  stage.shoot("bill-empty");
}

TEST_CASE("a click runs the guest under every strategy, and the machine in the window stays") {
  Stage stage(in_cost());
  stage.act("run.exit");
  const u64 step = stage.position().step;
  stage.click("bill/run");
  finish_chores(stage);
  CHECK(stage.position().step == step);
  for (const auto& each : session::contenders(stage.model().options())) {
    INFO(each.name);
    const auto bill = session::run_bill(each, nullptr, [](u64) { return true; });
    REQUIRE(bill);
    CHECK(number(stage, "row." + each.name) == bill->total(bill->prices));
  }
  CHECK(number(stage, "row.here") == stage.session().progress().cycles);
  CHECK_FALSE(stage.shows("bill/estimate"));
  stage.shoot("bill");
  stage.act("bill.copy");
  stage.draw();
  const std::string copied = ImGui::GetClipboardText();
  CHECK(copied.find("trap-emulate\tzisa-v\texited with 0\t" + stage.text("bill/row.trap-emulate")) != std::string::npos);
}

TEST_CASE("a slider writes the bill again at once, as an estimate, until a button runs it again") {
  Stage stage(in_cost());
  stage.act("bill.run");
  stage.draw(2);
  finish_chores(stage);
  const u64 bare = number(stage, "row.bare"), trapping = number(stage, "row.trap-emulate");
  const u64 price = number(stage, "price.vmm_dispatch");
  stage.drag("bill/price.vmm_dispatch", 30, 0);
  const u64 now = number(stage, "price.vmm_dispatch");
  REQUIRE(now != price);
  CHECK(number(stage, "row.bare") == bare);  // it has no VMM
  CHECK(number(stage, "row.trap-emulate") != trapping);
  CHECK(stage.shows("bill/estimate"));
  CHECK(stage.reads("Run again at these prices", "bill"));
  stage.shoot("bill-estimate");
  stage.click("bill/run");
  finish_chores(stage);
  CHECK_FALSE(stage.reads("Run again at these prices", "bill"));
  stage.click("bill/reset");
  CHECK(number(stage, "price.vmm_dispatch") == price);
  CHECK(stage.shows("bill/estimate"));
}

TEST_CASE("another preset is another bill") {
  Stage stage(in_cost());
  stage.act("bill.run");
  stage.draw(2);
  finish_chores(stage);
  const u64 before = number(stage, "row.dbt");
  stage.click("bill/presets");
  stage.click("bill/preset.prescott-2005");
  CHECK(stage.text("bill/presets") == "prescott-2005");
  CHECK(number(stage, "row.dbt") != before);
  CHECK(stage.shows("bill/estimate"));
}

TEST_CASE("a run of all strategies can be stopped at once") {
  StageOptions o = in_cost();
  o.append = "forkwait 100000";
  Stage stage(o);
  stage.click("bill/run");
  stage.draw(2);
  REQUIRE(stage.shows("bill/stop"));
  stage.shoot("bill-running");
  stage.click("bill/stop");
  finish_chores(stage);
  CHECK(stage.reads("stopped", "") == false);
  CHECK(stage.shows("bill/row.bare"));
  CHECK_FALSE(stage.shows("bill/row.hvm, shadow"));
}

TEST_CASE("the crossover chart is measured at the prices of the panel, and says where strategies cross") {
  for (const bool dark : {true, false}) {
    Stage stage(in_cost(dark));
    stage.click("bill/presets");
    stage.click("bill/preset.prescott-2005");
    stage.act("bill.run");
    stage.draw(2);
    finish_chores(stage);
    stage.shoot(dark ? "bill-prescott" : "bill-prescott-light");
    stage.click("bill/view");
    CHECK(stage.reads("Where strategies cross", "bill"));
    stage.click("bill/measure");
    finish_chores(stage);
    CHECK(stage.shows("bill/chart"));
    CHECK(stage.reads("dbt is cheaper than trap-emulate", "bill"));
    stage.shoot(dark ? "bill-crossover" : "bill-crossover-light");
  }
}

TEST_CASE("the bill of an x86 guest, and in large") {
  StageOptions o = in_cost(false);
  o.guest = "guests/x86/zos", o.strategy = "hvm", o.isa = "", o.settings.zoom = 1.5f;
  Stage stage(o);
  stage.act("run.run");
  stage.act("bill.run");
  stage.draw(2);
  finish_chores(stage);
  CHECK(stage.shows("bill/row.paravirt"));
  CHECK(stage.shows("bill/row.hvm, nested"));
  stage.shoot("bill-x86");
}
