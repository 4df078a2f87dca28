// The panels of paging and memory, used as a person uses them.
#include "gui/stage.hpp"
#include "session/memory_view.hpp"

using namespace ringside;
using namespace ringside::gui;

namespace {

void open_paging(Stage& stage) {
  stage.act("run.run");
  stage.model().go_to_cycle(600'000);
  stage.settle();
  stage.act("arrange.Paging");
}

}  // namespace

TEST_CASE("an address that is typed is walked, and a right that lacks is named") {
  StageOptions o;
  o.isa = "zisa-v";
  Stage stage(o);
  open_paging(stage);
  stage.click("walk/address");
  stage.type("0x80000000");
  stage.press("Enter");
  CHECK(stage.text("walk/walked") == "80000000");
  CHECK(stage.shows("walk/walk0/row.1"));
  stage.click("walk/user");
  stage.click("walk/write");
  CHECK(stage.reads("forbids", "walk"));
  CHECK(stage.text("walk/walk0/forbidden").find("User mode may not write here") == 0);
  stage.shoot("paging-walk");
}

TEST_CASE("the shadow tables and the TLB are drawn beside the walk") {
  StageOptions o;
  o.isa = "zisa-v";
  Stage stage(o);
  open_paging(stage);
  CHECK(stage.reads("shadow", "tables"));
  CHECK(stage.shows("tlb/summary"));
}

TEST_CASE("a byte is typed over, and going back takes it away") {
  StageOptions o;
  o.strategy = "bare";
  Stage stage(o);
  stage.act("run.step100");
  stage.act("show.memory");
  stage.click("memory/address");
  stage.type("0x80100000");
  stage.press("Enter");
  CHECK(stage.text("memory/selected") == "80100000");
  const std::string before = stage.text("memory/byte.80100000");
  stage.click("memory/byte.80100000");
  stage.type("5a");
  CHECK(stage.text("memory/byte.80100000") == "5a");
  CHECK(session::memory_at(stage.session(), session::AddressKind::kVirtual, 0x80100000, 1).front() == u8{0x5a});
  CHECK(stage.text("memory/selected") == "80100001");
  stage.press("Shift+F10");
  CHECK(stage.text("memory/byte.80100000") == before);
}
