#include <nlohmann/json.hpp>

#include "gui/panels.hpp"
#include "gui/stage.hpp"

using namespace ringside::gui;

TEST_CASE("a layout survives being written down") {
  for (const Arrangement& each : arrangements()) {
    const auto again = parse_pane(to_json(each.root));
    REQUIRE(again);
    CHECK(*again == each.root);
  }
}

TEST_CASE("settings survive being written down, and broken ones do no harm") {
  Settings s;
  s.dark = false, s.zoom = 1.5f, s.arrangement = "Cost";
  s.layouts["Cost"] = row(1, {tabs(2, {"code"}), tabs(1, {"exits", "console"})});
  CHECK(parse_settings(to_text(s)) == s);
  CHECK(parse_settings("") == Settings());
  CHECK(parse_settings("{\"zoom\": \"large\", \"layouts\": {\"Debug\": 7}}") == Settings());
  CHECK(parse_settings("{\"arrangement\": \"Nonesuch\"}") == Settings());
  CHECK(parse_settings("{\"zoom\": 1e9}").zoom == 3);
  CHECK(parse_settings("{\"layouts\": {\"Debug\": {\"row\": 3}}}").layouts.empty());
}

TEST_CASE("tidying takes out what there is not, and what is left empty") {
  Pane pane = row(1, {column(1, {tabs(1, {"nonesuch"}), tabs(1, {"code"})}), tabs(1, {"neither"})});
  tidy(pane);
  CHECK(pane == tabs(1, {"code"}));
}

TEST_CASE("every panel of the catalogue is drawn, in each arrangement that has it") {
  Stage stage;
  for (const PanelInfo& info : panels()) {
    INFO(info.id);
    CHECK_FALSE(info.title.empty());
    CHECK_FALSE(info.summary.empty());
    stage.act("show." + std::string(info.id));
    CHECK(stage.shows(std::string(info.id) + "/pane"));
  }
}

TEST_CASE("dragging a border moves it, and the arrangement is kept and can be reset") {
  Stage stage;
  const float before = stage.item("code/pane").max.x;
  stage.drag("border.0.0|0", 120, 0);
  CHECK(stage.item("code/pane").max.x == Approx(before + 120).margin(2));
  CHECK(stage.shell().take_changed());
  CHECK(stage.shell().settings().layouts.count("Debug") == 1);
  stage.act("arrange.Lecture");
  stage.act("arrange.Debug");
  CHECK(stage.item("code/pane").max.x == Approx(before + 120).margin(2));
  stage.act("arrange.reset");
  CHECK(stage.item("code/pane").max.x == Approx(before).margin(2));
}

TEST_CASE("a pane folds and unfolds, and one can be alone") {
  Stage stage;
  const float height = stage.item("timeline/pane").max.y - stage.item("timeline/pane").min.y;
  CHECK(height > 50);
  stage.click("fold.timeline");
  CHECK_FALSE(stage.shows("timeline/pane"));
  stage.click("fold.timeline");
  CHECK(stage.shows("timeline/pane"));
  stage.double_click("tab.timeline");
  CHECK(stage.shows("timeline/pane"));
  CHECK_FALSE(stage.shows("code/pane"));
  stage.double_click("tab.timeline");
  CHECK(stage.shows("code/pane"));
}
