#include "gui/stage.hpp"
#include "session/overview.hpp"

using namespace ringside;
using namespace ringside::gui;

TEST_CASE("the table of exits is empty before the first, and adds up after the last") {
  Stage stage(under_vmm());
  CHECK(stage.reads("No exits yet", "exits"));
  stage.click("exits/run.exit");
  CHECK(stage.position().events > 0);
  stage.act("run.run");
  u64 all = 0;
  for (const auto& each : stage.session().report().exits) all += each.count;
  CHECK(stage.text("exits/total") == plain(grouped(all)));
  stage.shoot("exits");
}

TEST_CASE("a click on an exit goes on to the next of its kind, with Shift back to the last") {
  Stage stage(under_vmm());
  stage.act("run.run");
  stage.press("Ctrl+Home");
  stage.act("run.exit");
  const std::string row = "exits/row.PAGE_FAULT hidden";
  stage.click(row);
  const auto first = stage.position();
  CHECK(stage.model().stopped().why == "PAGE_FAULT hidden was handled in the step before");
  stage.click(row);
  const auto second = stage.position();
  CHECK(second.step > first.step);
  CHECK(session::events(stage.session(), second.events - 1, second.events).front().text.find("PAGE_FAULT hidden") == 0);
  session::Debugger twin = *session::Debugger::open(Stage::options(under_vmm()));
  twin.go_to_step(second.step);
  const auto back = twin.back_to_exit("PAGE_FAULT hidden");
  REQUIRE(back);
  CHECK(back->position.step == first.step);
}

TEST_CASE("the table is sorted by the column whose head is clicked") {
  Stage stage(under_vmm());
  stage.act("run.run");
  const auto top = [&] {
    std::string name;
    float y = 1e9f;
    for (const auto& [each, item] : stage.probe().items())
      if (each.starts_with("exits/row.") && item.min.y < y) y = item.min.y, name = item.text;
    return name;
  };
  auto exits = stage.session().report().exits;
  CHECK(top() == exits.front().reason);
  stage.click("exits/head.Samples");
  std::ranges::stable_sort(exits, std::greater(), &session::ExitReport::count);
  CHECK(top() == exits.front().reason);
  stage.click("exits/head.Exit");
  std::ranges::stable_sort(exits, std::less(), &session::ExitReport::reason);
  CHECK(top() == exits.front().reason);
}

TEST_CASE("the bare machine has no exits, and the panel says so") {
  StageOptions o;
  o.strategy = "bare";
  Stage stage(o);
  CHECK(stage.reads("the guest owns the bare machine", "exits"));
}

TEST_CASE("exits of x86 are shown") {
  StageOptions o;
  o.guest = "guests/x86/zos", o.strategy = "hvm", o.isa = "";
  Stage stage(o);
  stage.act("run.run");
  CHECK(stage.reads("NESTED_FAULT", "exits"));
  stage.shoot("exits-x86");
}

TEST_CASE("from the bare machine a button leads to one that has exits") {
  StageOptions o;
  o.strategy = "bare", o.isa = "zisa-v";
  Stage stage(o);
  stage.click("exits/machine.strategy.trap-emulate");
  CHECK(stage.model().options().strategy == "trap-emulate");
  CHECK(stage.reads("No exits yet", "exits"));
}
