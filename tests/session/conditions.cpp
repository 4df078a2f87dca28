// Conditions of steps, on a machine that goes through them.
#include "session/conditions.hpp"

#include "catch.hpp"

using namespace ringside;
using namespace ringside::session;

namespace {

Debugger open(const std::string& guest, const std::string& strategy, const std::string& isa) {
  Options o;
  o.guest = guest, o.strategy = strategy, o.isa = isa, o.append = "forkwait 3";
  o.folders = {RINGSIDE_BUILD_DIR};
  o.max_instructions = 50'000'000;
  auto debugger = Debugger::open(o);
  REQUIRE(debugger);
  return std::move(*debugger);
}

bool is(const std::string& text, const Debugger& debugger) {
  const auto conditions = parse_conditions(text);
  INFO(text);
  REQUIRE(conditions);
  REQUIRE(conditions->size() == 1);
  return holds(conditions->front(), debugger);
}

}  // namespace

TEST_CASE("conditions are read from text, and wrong ones are said") {
  const auto all = parse_conditions(" event PAGE_FAULT hidden;ended 0 ; waits");
  REQUIRE(all);
  REQUIRE(all->size() == 3);
  CHECK(all->at(0).argument == "PAGE_FAULT hidden");
  CHECK(all->at(1).argument == "0");
  CHECK(all->at(2).kind == "waits");
  CHECK(parse_conditions("")->empty());
  CHECK_FALSE(parse_conditions("evnt lie"));
  CHECK_FALSE(parse_conditions("console"));
  CHECK(is_of_the_window(parse_conditions("action run.step")->front()));
}

TEST_CASE("a lie, a panic and an end hold once they have come, and no more after going back") {
  Debugger d = open("guests/zisa/zos", "trap-emulate", "zisa");
  for (const char* each : {"event lie", "console panic", "ended", "ended 42", "step 1"}) CHECK_FALSE(is(each, d));
  CHECK(is("strategy trap-emulate", d));
  CHECK(is("isa zisa", d));
  CHECK(is("guest guests/zisa/zos", d));
  CHECK_FALSE(is("strategy dbt", d));
  REQUIRE(d.run_to_event("hole"));
  CHECK(is("event lie", d));
  CHECK_FALSE(is("ended", d));
  d.run();
  for (const char* each : {"event lie", "console panic", "ended", "ended 42", "step 1"}) CHECK(is(each, d));
  CHECK_FALSE(is("ended 0", d));
  d.go_to_step(0);
  for (const char* each : {"event lie", "ended", "step 1"}) CHECK_FALSE(is(each, d));
}

TEST_CASE("exits hold by their names, and an address while the machine stands there") {
  Debugger d = open("guests/zisa/zos", "trap-emulate", "zisa-v");
  CHECK(is("address _start", d));
  CHECK_FALSE(is("event privileged instruction", d));
  d.step(5);  // the first ones may be page faults of the shadow
  CHECK_FALSE(is("address _start", d));
  d.run();
  CHECK(is("event privileged instruction", d));
  CHECK(is("event delivered by the VMM", d));
  CHECK_FALSE(is("event lie", d));
  CHECK_FALSE(is("event HYPERCALL", d));
  CHECK(is("ended 0", d));
}

TEST_CASE("conditions hold on x86 too") {
  Debugger d = open("guests/x86/zos", "hvm", "");
  CHECK_FALSE(is("event exception", d));
  d.run();
  CHECK(is("ended 0", d));
  CHECK_FALSE(is("event lie", d));
}
