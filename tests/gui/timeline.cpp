#include "gui/panels/timeline_view.hpp"

#include "gui/stage.hpp"

using namespace ringside;
using namespace ringside::gui;

TEST_CASE("the timeline is empty at the start, and has lanes and events after a run") {
  Stage stage(under_vmm());
  CHECK(stage.reads("Nothing has run yet", "timeline"));
  stage.act("run.run");
  for (const char* lane : {"Guest user", "Guest kernel", "VMM", "Hardware"}) CHECK(stage.shows("timeline/lane." + std::string(lane)));
  CHECK(stage.text("timeline/lane.VMM") != "0.0 %");
  stage.shoot("timeline");
}

TEST_CASE("dragging in the timeline moves the present") {
  Stage stage(under_vmm());
  stage.act("run.run");
  const u64 end = stage.position().cycle;
  const auto& field = stage.item("timeline/field");
  const float width = field.max.x - field.min.x;
  stage.drag("timeline/field", -width / 4, 0);
  const auto cycle = static_cast<double>(stage.position().cycle);
  CHECK(cycle == Approx(static_cast<double>(end) / 4).epsilon(0.02));
  CHECK(stage.shows("timeline/present"));
  stage.shoot("timeline-back");
}

TEST_CASE("the wheel zooms until single events are seen, and a click on one goes there") {
  Stage stage(under_vmm());
  stage.act("run.run");
  std::string mark;
  for (int i = 0; i < 14 && mark.empty(); ++i) {
    stage.wheel("timeline/field", 3);
    for (const auto& [name, item] : stage.probe().items())
      if (name.starts_with("timeline/mark.")) mark = name;
  }
  REQUIRE_FALSE(mark.empty());
  stage.shoot("timeline-zoomed");
  const u64 event = std::stoull(mark.substr(mark.rfind('.') + 1));
  stage.click(mark);
  CHECK(stage.position().step == session::events(stage.session(), event, event + 1).front().step + 1);
}

TEST_CASE("zooming keeps what is under the mouse, and stays within the run") {
  const TimeRange all{0, 1'000'000, 500};
  const TimeRange in = zoomed(all, 0.5, 250'000, 1'000'000);
  CHECK(in.length() == 500'000);
  CHECK(in.from == 125'000);
  CHECK(zoomed(in, 100, 250'000, 1'000'000) == all);
  CHECK(zoomed(all, 1e-12, 10, 1'000'000).length() == 64);
  CHECK(moved(in, -1e9, 1'000'000).from == 0);
  CHECK(moved(in, 1e9, 1'000'000).to == 1'000'000);
  CHECK(round_step(0.5) == 1);
  CHECK(round_step(21) == 50);
  CHECK(round_step(5000) == 5000);
}

TEST_CASE("the timeline of a PC shows its exits") {
  StageOptions o;
  o.guest = "guests/x86/zos", o.strategy = "trap-emulate", o.isa = "";
  Stage stage(o);
  stage.act("run.run");
  CHECK(stage.text("timeline/lane.VMM") != "0.0 %");
  stage.shoot("timeline-x86");
}
