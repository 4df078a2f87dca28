// VM control structure, translation cache, devices and interrupts: used as a person does.
#include <fmt/format.h>

#include <algorithm>

#include "cpu/control_block.hpp"
#include "gui/stage.hpp"
#include "session/control_view.hpp"
#include "session/device_view.hpp"
#include "session/unit_map.hpp"

using namespace ringside;
using namespace ringside::gui;

namespace {

StageOptions with(const std::string& strategy, bool x86 = false) {
  StageOptions o;
  o.strategy = strategy, o.isa = x86 ? "" : strategy == "hvm" ? "zisa-h" : "zisa-v";
  if (x86) o.guest = "guests/x86/zos";
  return o;
}

void show(Stage& stage, const std::string& panel) {
  if (panel == "cache") stage.act("arrange.Translation");
  stage.act("show." + panel);
  stage.draw(2);
}

std::string clipboard() { return ImGui::GetClipboardText(); }

}  // namespace

// --- the VM control structure ---

TEST_CASE("control structure: other strategies have none, and a click starts again with one that has") {
  Stage stage(with("trap-emulate"));
  show(stage, "vmcs");
  CHECK(stage.reads("runs the guest de-privileged", "vmcs"));
  stage.shoot("vmcs-empty");
  stage.click("vmcs/open");
  CHECK(stage.session().options().strategy == "hvm");
  CHECK_FALSE(stage.reads("No control structure", "vmcs"));
}

TEST_CASE("control structure: fields with their numbers, and those that the guest changed are marked") {
  for (const bool x86 : {false, true}) {
    Stage stage(with("hvm", x86));
    show(stage, "vmcs");
    stage.press("F6");
    stage.press("F10");
    stage.press("F10");
    const std::string pc = x86 ? "guest RIP" : "guest_pc";
    REQUIRE(stage.shows("vmcs/now." + pc));
    CHECK(stage.text("vmcs/now." + pc) != stage.text("vmcs/field." + pc));
    CHECK(stage.reads("\u2260", "vmcs"));
    CHECK(stage.reads("All checks of an entry hold", "vmcs"));
    stage.shoot(x86 ? "vmcs-x86" : "vmcs-zisa");
    stage.click("vmcs/changed");
    CHECK_FALSE(stage.shows(x86 ? "vmcs/field.pin-based VM-execution controls" : "vmcs/field.controls"));
    CHECK(stage.shows("vmcs/field." + pc));
    stage.click("vmcs/copy");
    CHECK(clipboard().find(pc) != std::string::npos);
  }
}

TEST_CASE("control structure: a field is found by typing, and a group folds") {
  Stage stage(with("hvm"));
  show(stage, "vmcs");
  stage.press("F6");
  stage.click("vmcs/filter");
  stage.type("tvec");
  CHECK(stage.shows("vmcs/field.guest_tvec"));
  CHECK_FALSE(stage.shows("vmcs/field.guest_pc"));
  Stage other(with("hvm"));
  show(other, "vmcs");
  other.press("F6");
  other.click("vmcs/group.Guest state");
  CHECK_FALSE(other.shows("vmcs/field.guest_pc"));
  other.click("vmcs/group.Guest state");
  CHECK(other.shows("vmcs/field.guest_pc"));
}

TEST_CASE("control structure: the check that would fail is named, and a click goes to its field") {
  Stage stage(with("hvm"));
  show(stage, "vmcs");
  stage.press("F6");
  stage.model().change([](session::Debugger& d) -> Result<void> {
    auto& m = d.session().machine();
    cpu::ControlBlock(m.memory(), m.vm().internals().assisted.block).write(cpu::Field::kGuestSr, 0x1000);
    return {};
  });
  stage.draw(2);
  CHECK(stage.reads("guest_sr = 0x1000", "vmcs"));
  stage.click("vmcs/failing");
  CHECK(stage.reads("! fails", "vmcs"));
  stage.shoot("vmcs-fails");
}

// --- the translation cache ---

TEST_CASE("translation cache: what there is none of is said, and before the first unit what to do") {
  Stage none(with("trap-emulate"));
  show(none, "cache");
  CHECK(none.reads("Nothing is translated", "cache"));
  Stage stage(with("dbt"));
  show(stage, "cache");
  CHECK(stage.reads("No units yet", "cache"));
  stage.shoot("cache-empty");
}

TEST_CASE("translation cache: a click in map or table shows the guest's unit beside its translation") {
  for (const bool x86 : {false, true}) {
    Stage stage(with("dbt", x86));
    show(stage, "cache");
    stage.act("run.run");
    const auto map = session::unit_map(stage.session());
    CHECK(stage.text("cache/units") == std::to_string(map.units.size()));
    std::string row;
    float y = 1e9f;
    for (const auto& [name, item] : stage.probe().items())
      if (name.starts_with("cache/row.") && item.min.y < y) y = item.min.y, row = name;
    const auto hottest = std::ranges::max_element(map.units, std::less(), &session::UnitSpot::cycles);
    CHECK(row == fmt::format("cache/row.{:08x}{}", hottest->start, hottest->mode));
    stage.click(row);
    CHECK(stage.shows(fmt::format("cache/op.{:08x}", hottest->start)));
    stage.shoot(x86 ? "cache-x86" : "cache-zisa");
    const auto& first = map.units.front();
    stage.click(fmt::format("cache/block.{:08x}", first.start));
    CHECK(stage.shows(fmt::format("cache/op.{:08x}", first.start)));
    stage.hover(fmt::format("cache/op.{:08x}", first.start));
    stage.shoot(x86 ? "cache-x86-hover" : "cache-zisa-hover");
    stage.click("cache/copy");
    CHECK(clipboard().starts_with("unit\tmode\toperations"));
    CHECK(static_cast<std::size_t>(std::ranges::count(clipboard(), '\n')) == map.units.size() + 1);
  }
}

TEST_CASE("translation cache: executions are counted, and the machine stands where it stood") {
  Stage stage(with("dbt"));
  show(stage, "cache");
  stage.model().go_to_cycle(400'000);
  stage.settle();
  const u64 step = stage.position().step;
  stage.click("cache/count");
  CHECK(stage.position().step == step);
  CHECK(stage.shows("cache/by.ran"));
  CHECK(stage.reads("Ran", "cache"));
  stage.shoot("cache-ran");
}

TEST_CASE("translation cache: Down and Up go through the table") {
  Stage stage(with("dbt"));
  show(stage, "cache");
  stage.act("run.run");
  const auto chosen = [&] { return stage.text("cache/unit"); };
  stage.click("cache/row." + [&] {
    std::string row;
    float y = 1e9f;
    for (const auto& [name, item] : stage.probe().items())
      if (name.starts_with("cache/row.") && item.min.y < y) y = item.min.y, row = name.substr(10);
    return row;
  }());
  const std::string first = chosen();
  stage.press("Down");
  CHECK(chosen() != first);
  stage.press("Up");
  CHECK(chosen() == first);
}

// --- devices and interrupts ---

TEST_CASE("devices: the next event's cycle is shown, and a click goes there") {
  StageOptions o = with("trap-emulate");
  o.append = "tick=1000 sleep 3; forkwait 3";
  Stage stage(o);
  show(stage, "devices");
  for (u64 cycle = 50'000; cycle < 3'000'000 && !stage.shows("devices/go.timer"); cycle += 50'000) {
    stage.model().go_to_cycle(cycle);
    stage.settle();
  }
  REQUIRE(stage.shows("devices/go.timer"));
  const u64 at = std::stoull(stage.text("devices/at.timer"));
  CHECK(at == stage.session().machine().vm().guest_state().timecmp());
  stage.shoot("devices-zisa");
  stage.click("devices/go.timer");
  CHECK(stage.position().cycle >= at);
  stage.click("devices/copy");
  CHECK(clipboard().find("TIMECMP") != std::string::npos);
}

TEST_CASE("devices: a PC's controllers and devices are shown, and fold") {
  for (const std::string strategy : {"bare", "hvm"}) {
    Stage stage(with(strategy, true));
    show(stage, "devices");
    stage.model().go_to_cycle(2'000'000);
    stage.settle();
    CHECK(stage.shows("devices/line.PIC.IRQ 0"));
    CHECK(stage.reads("IDE disk", "devices"));
    stage.shoot("devices-x86-" + strategy);
    CHECK_FALSE(stage.shows("devices/register.Local APIC.svr"));
    stage.click("devices/device.Local APIC");
    CHECK(stage.shows("devices/register.Local APIC.svr"));
  }
}

TEST_CASE("the three are drawn in both themes and at 150 %") {
  for (const bool dark : {true, false})
    for (const auto& [panel, strategy] : {std::pair<std::string, std::string>{"vmcs", "hvm"}, {"cache", "dbt"}, {"devices", "hvm"}})
      for (const bool large : {false, true}) {
        StageOptions o = with(strategy, true);
        o.settings.dark = dark;
        Stage stage(o);
        show(stage, panel);
        stage.model().go_to_cycle(3'000'000);
        stage.settle();
        if (large)
          for (int i = 0; i < 5; ++i) stage.press("Ctrl++");
        stage.shoot(panel + (dark ? "-dark" : "-light") + (large ? "-150" : "-100"));
        CHECK_FALSE(stage.read(panel).empty());
      }
}
