// Pictures for somebody to look at (build/pictures), and what can be told of them without looking.
#include <set>

#include "gui/stage.hpp"

using namespace ringside;
using namespace ringside::gui;

namespace {

std::size_t colours(const Picture& picture) {
  std::set<u32> all;
  for (std::size_t i = 0; i < picture.rgba.size(); i += 4)
    all.insert(u32{picture.rgba[i]} << 16 | u32{picture.rgba[i + 1]} << 8 | picture.rgba[i + 2]);
  return all.size();
}

bool inside(const Probe::Text& text, const Probe::Item& frame) {
  return text.item.min.x >= frame.min.x - 1 && text.item.max.x <= frame.max.x + 1;
}

}  // namespace

TEST_CASE("every arrangement is drawn in both themes") {
  for (const bool dark : {true, false}) {
    StageOptions o;
    o.isa = "zisa-v", o.settings.dark = dark;
    Stage stage(o);
    stage.act("run.run");
    stage.model().go_to_cycle(600'000);
    stage.settle();
    for (const Arrangement& each : arrangements()) {
      stage.act("arrange." + each.name);
      const Picture picture = stage.picture();
      CHECK(colours(picture) > 100);
      const u32 ground = stage.shell().ui().theme.rgb(Tone::kBackground);
      CHECK(picture.rgba[0] == (ground >> 16 & 255));
      stage.shoot(each.name + (dark ? "-dark" : "-light"));
    }
  }
}

TEST_CASE("menu and palette are drawn") {
  Stage stage;
  stage.press("F8");
  stage.click("menu");
  stage.shoot("menu");
  CHECK(stage.shows("menu.open"));
  stage.press("Escape");
  CHECK_FALSE(stage.shows("menu.open"));
  stage.press("Ctrl+P");
  stage.type("step");
  stage.shoot("palette");
  CHECK(stage.shows("palette/choice.run.step"));
  CHECK(stage.shows("palette/choice.run.back"));
}

TEST_CASE("in a small window nothing stands outside, and titles are whole") {
  StageOptions o;
  o.isa = "zisa-v", o.width = 1024, o.height = 700;
  Stage stage(o);
  stage.act("run.run");
  stage.shoot("small");
  const Probe::Item window{{0, 0}, {1024, 700}, "", true};
  for (const auto& text : stage.probe().texts())
    if (text.scope.empty()) {
      INFO(text.item.text);
      CHECK(inside(text, window));
    }
}

TEST_CASE("everything grows with Ctrl and +, and comes back with Ctrl and 0") {
  Stage stage;
  const float before = stage.item("run.step").max.x - stage.item("run.step").min.x;
  for (int i = 0; i < 4; ++i) stage.press("Ctrl++");
  const float after = stage.item("run.step").max.x - stage.item("run.step").min.x;
  CHECK(after > before * 1.4f);
  stage.shoot("larger");
  stage.press("Ctrl+0");
  CHECK(stage.item("run.step").max.x - stage.item("run.step").min.x == Approx(before));
}
