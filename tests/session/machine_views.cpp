// The control structure, the translation cache as a map, devices and interrupts: what is shown is what there is.
#include <numeric>

#include "catch.hpp"
#include "cpu/control_block.hpp"
#include "session/control_view.hpp"
#include "session/debugger.hpp"
#include "session/device_view.hpp"
#include "session/inspect_units.hpp"
#include "session/unit_map.hpp"
#include "vmm/x86/arch.hpp"

using namespace ringside;
using namespace ringside::session;

namespace {

Debugger open(const std::string& strategy, const std::string& guest = "guests/zisa/zos") {
  Options o;
  o.guest = guest, o.strategy = strategy, o.append = "forkwait 3";
  o.isa = guest.find("x86") != std::string::npos ? "" : strategy == "hvm" ? "zisa-h" : "zisa-v";
  o.folders = {RINGSIDE_BUILD_DIR};
  o.max_instructions = 50'000'000;
  auto debugger = Debugger::open(o);
  REQUIRE(debugger);
  return std::move(*debugger);
}

const ControlField& field(const ControlView& view, std::string_view name) {
  for (const ControlField& each : view.fields)
    if (each.name == name) return each;
  FAIL("no field " << name);
  return view.fields.front();
}

const DeviceRegister& reg(const DevicesView& view, std::string_view device, std::string_view name) {
  for (const DeviceView& d : view.devices)
    for (const DeviceRegister& r : d.registers)
      if (d.name.starts_with(device) && r.name == name) return r;
  FAIL("no register " << name);
  return view.devices.front().registers.front();
}

}  // namespace

// --- the control structure ---

TEST_CASE("the control structure shows each field by number, and what the guest has changed since the last entry") {
  for (const std::string guest : {"guests/zisa/zos", "guests/x86/zos"}) {
    INFO(guest);
    Debugger d = open("hvm", guest);
    REQUIRE(d.run_to_exit(""));
    d.step(3);
    const ControlView view = control_view(d.session());
    REQUIRE(view.there);
    CHECK(view.entered);
    CHECK_FALSE(view.check);
    CHECK_FALSE(view.failed);
    CHECK_FALSE(view.last_exit.empty());
    const bool x86 = d.session().is_x86();
    const ControlField& pc = field(view, x86 ? "guest RIP" : "guest_pc");
    CHECK(pc.number == (x86 ? 0x681eu : 1u));
    CHECK(pc.changed());
    CHECK(*pc.now == (x86 ? d.session().pc().cpu().state.eip : d.session().machine().cpu().state.pc));
    const ControlField& table = field(view, x86 ? "guest CR3" : "guest_ptbr");
    CHECK_FALSE(table.changed());
    CHECK(control_text(view).find(pc.name) != std::string::npos);
  }
}

TEST_CASE("what the guest changed stands in the control structure after the next exit") {
  Debugger d = open("hvm");
  REQUIRE(d.run_to_exit(""));
  d.step(3);
  const u64 before = field(control_view(d.session()), "guest_pc").value;
  REQUIRE(d.run_to_exit(""));
  CHECK(field(control_view(d.session()), "guest_pc").value != before);
  CHECK(field(control_view(d.session()), "exit_reason").words == control_view(d.session()).last_exit);
}

TEST_CASE("the entry check that fails is named") {
  Debugger d = open("hvm");
  REQUIRE(d.run_to_exit(""));
  auto& machine = d.session().machine();
  cpu::ControlBlock(machine.memory(), machine.vm().internals().assisted.block).write(cpu::Field::kGuestSr, 0x1000);
  const ControlView view = control_view(d.session());
  REQUIRE(view.check);
  CHECK(view.check->number == cpu::number_of(cpu::Field::kGuestSr));
  CHECK(view.check->value == 0x1000);
  CHECK(view.check->text.find(view.check->rule) != std::string::npos);
}

TEST_CASE("strategies without non-root mode have no control structure") {
  for (const std::string strategy : {"bare", "trap-emulate", "dbt"}) {
    const Debugger d = open(strategy);
    CHECK_FALSE(control_view(d.session()).there);
    CHECK(control_view(d.session()).virtualized == (strategy != "bare"));
  }
}

// --- the translation cache ---

TEST_CASE("the map of units has the operations of the cache, and its chains lead to units") {
  for (const std::string guest : {"guests/zisa/zos", "guests/x86/zos"}) {
    INFO(guest);
    Debugger d = open("dbt", guest);
    d.run();
    const UnitMap map = unit_map(d.session());
    const UnitsView all = units(d.session());
    REQUIRE(map.translates);
    REQUIRE(map.units.size() == all.units.size());
    u64 operations = 0, exits = 0, chains = 0;
    for (std::size_t i = 0; i < map.units.size(); ++i) {
      const UnitSpot& u = map.units[i];
      CHECK(u.start == all.units[i].start);
      CHECK(u.operations == all.units[i].operations.size());
      CHECK(map.at(u.start) < map.units.size());
      operations += u.operations, exits += u.exits, chains += u.to.size();
      for (const std::size_t to : u.to) CHECK(std::ranges::find(map.units[to].from, i) != map.units[to].from.end());
    }
    CHECK(operations == map.used);
    CHECK(exits > 0);
    CHECK(chains > 0);
  }
}

TEST_CASE("counting executions comes back to where it began, and counts what ran") {
  Debugger d = open("dbt");
  d.go_to_cycle(400'000);
  const auto before = d.session().any_machine().steps();
  const u64 hash = d.session().any_machine().state_hash();
  Executions ran;
  const Stopped stopped = count_executions(d, 3000, ran);
  CHECK(stopped.position.step == before);
  CHECK(d.session().any_machine().state_hash() == hash);
  CHECK(ran.steps == 3000);
  const u64 sum = std::accumulate(ran.at.begin(), ran.at.end(), u64{0}, [](u64 n, const auto& each) { return n + each.second; });
  const u64 from = d.session().any_machine().instructions();
  d.step(3000);
  CHECK(sum <= 3000);
  CHECK(sum > 0);
  CHECK(d.session().any_machine().instructions() >= from + sum);
}

TEST_CASE("each kind of operation is explained") {
  for (const auto* kind : {"identical", "in-cache", "light call-out", "full call-out", "chained jump", "hashed jump"})
    CHECK_FALSE(explain_operation(kind).empty());
  CHECK(explain_operation("else").empty());
}

// --- devices and interrupts ---

TEST_CASE("Z-ISA: timer and disk come when they are shown to come") {
  Debugger d = open("trap-emulate");
  const auto timer = [&] {
    const auto view = device_view(d.session());
    const auto found = std::ranges::find(view.coming, "timer", &ComingView::what);
    return found == view.coming.end() ? std::optional<u64>() : found->at;
  };
  while (!timer() && !d.session().ended()) d.step(100);
  REQUIRE(timer());
  const u64 at = *timer();
  const DevicesView view = device_view(d.session());
  CHECK(view.now == d.session().any_machine().cycles());
  CHECK(at == d.session().machine().vm().guest_state().timecmp());
  CHECK(reg(view, "Timer", "TIMECMP").value == at);
  CHECK_FALSE(view.verdict.empty());
}

TEST_CASE("to look at devices changes nothing") {
  for (const std::string guest : {"guests/zisa/zos", "guests/x86/zos"}) {
    Debugger d = open("bare", guest);
    d.go_to_cycle(300'000);
    const u64 hash = d.session().any_machine().state_hash();
    const std::string text = devices_text(device_view(d.session()));
    CHECK(d.session().any_machine().state_hash() == hash);
    CHECK(devices_text(device_view(d.session())) == text);
  }
}

TEST_CASE("the PC's lines are those of its controllers, and its next event is the devices' own") {
  for (const std::string strategy : {"bare", "hvm"}) {
    INFO(strategy);
    Debugger d = open(strategy, "guests/x86/zos");
    d.go_to_cycle(2'000'000);
    const DevicesView view = device_view(d.session());
    const auto& platform = d.session().pc().vm().internals().platform;
    const auto line = std::ranges::find(view.lines, "IRQ 0", &LineView::name);
    REQUIRE(line != view.lines.end());
    CHECK(line->masked == ((reg(view, "PIC, first", "imr").value & 1) != 0));
    CHECK(line->pending == ((reg(view, "PIC, first", "irr").value & 1) != 0));
    if (const auto next = platform.next_event()) {
      REQUIRE_FALSE(view.coming.empty());
      CHECK(view.coming.front().at == *next);
    }
    CHECK(view.enabled == ((d.session().pc().vm().guest_state().eflags & x86::flag::kIf) != 0));
  }
}
