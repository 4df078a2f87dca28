// The guide: Markdown, steps that are ticked as the machine reaches them, the tour.
#include <filesystem>
#include <set>

#include "gui/markdown.hpp"
#include "gui/panels.hpp"
#include "gui/stage.hpp"
#include "gui/tour.hpp"
#include "session/conditions.hpp"
#include "session/source.hpp"

using namespace ringside;
using namespace ringside::gui;

namespace {

using Kind = Block::Kind;

std::string hand_out(const std::string& name, const std::string& text) {
  const auto folder = std::filesystem::path(RINGSIDE_BUILD_DIR) / "scratch" / "guide";
  std::filesystem::create_directories(folder);
  REQUIRE(session::replace_file((folder / name).string(), text));
  return (folder / name).string();
}

void open(Stage& stage, const std::string& file) {
  stage.act("show.guide");
  stage.click("guide/open");
  stage.click("guide/file");
  stage.type(file);
  stage.press("Enter");
}

}  // namespace

TEST_CASE("Markdown becomes blocks and spans") {
  const auto blocks = parse_markdown(
      "# Title\n\nSome **strong**, *soft* and `code` and a [link](show.exits).\n\n- one\n- two\n  1. deep\n\n"
      "```\nnop\n  ret\n```\n> said\n\n---\n"
      "- [ ] do it <!-- when: event lie; step 3 --> <!-- do: run.hole; run.step -->\n- [x] done &amp; gone\n");
  std::vector<Kind> kinds;
  for (const Block& each : blocks) kinds.push_back(each.kind);
  CHECK(kinds == std::vector{Kind::kHeading, Kind::kText, Kind::kItem, Kind::kItem, Kind::kItem, Kind::kCode, Kind::kQuote, Kind::kRule,
                             Kind::kStep, Kind::kStep});
  REQUIRE(blocks.size() == 10);
  CHECK(blocks[0].level == 1);
  REQUIRE(blocks[1].spans.size() == 9);
  CHECK(blocks[1].spans[1].strong);
  CHECK(blocks[1].spans[3].emphasis);
  CHECK(blocks[1].spans[5].code);
  CHECK(blocks[1].spans[7].link == "show.exits");
  CHECK(blocks[4].marker == "1.");
  CHECK(blocks[4].level == 2);
  CHECK(blocks[5].spans[0].text == "nop\n  ret\n");
  CHECK(blocks[8].when == "event lie; step 3");
  CHECK(blocks[8].does == std::vector<std::string>{"run.hole", "run.step"});
  REQUIRE(blocks[8].spans.size() == 1);
  CHECK(blocks[8].spans[0].text == "do it");
  CHECK(blocks[9].ticked);
  CHECK(blocks[9].spans[0].text == "done & gone");
  CHECK(parse_markdown("").empty());
}

TEST_CASE("the tour names conditions, actions and links that there are") {
  Stage stage;
  std::size_t steps = 0;
  for (const Block& block : parse_markdown(tour_text())) {
    for (const auto& action : block.does) CHECK(stage.shell().actions().find(action) != nullptr);
    for (const Span& span : block.spans) CHECK((span.link.empty() || stage.shell().actions().find(span.link) != nullptr));
    if (block.kind != Kind::kStep) continue;
    ++steps;
    const auto conditions = session::parse_conditions(block.when);
    REQUIRE(conditions);
    CHECK_FALSE(conditions->empty());
    CHECK_FALSE(block.does.empty());
  }
  CHECK(steps == 11);
}

TEST_CASE("the tour's steps are ticked as somebody does them by keys, in order and not before") {
  Stage stage;
  stage.act("show.guide");
  CHECK(stage.text("guide/progress") == "1 of 11 steps");
  stage.press("F10");
  CHECK(stage.text("guide/progress") == "1 of 11 steps");
  CHECK(stage.reads("Two minutes.", "guide"));  // it is seen from its beginning
  stage.shoot("guide-start");
  stage.press("F8");
  CHECK(stage.text("guide/step.1") == "done");
  CHECK(stage.text("guide/step.2") == "now");
  stage.press("F5");
  CHECK(stage.text("guide/step.2") == "done");
  stage.act("show.console");
  CHECK(stage.reads("panic", "console"));
}

TEST_CASE("somebody who is shown every step of the tour sees all cures, and each is one") {
  Stage stage;
  stage.act("show.guide");
  std::set<std::string> strategies;
  for (int i = 0; i < 10; ++i) {
    stage.press("F4");
    strategies.insert(stage.model().options().strategy);
    if (i == 5) stage.shoot("guide-middle");
  }
  CHECK(strategies == std::set<std::string>{"trap-emulate", "dbt", "paravirt", "hvm"});
  CHECK(stage.text("guide/progress") == "11 of 11 steps");
  REQUIRE(stage.position().ending);
  CHECK(stage.position().ending->exit_code == 0);
  stage.wheel("guide/pane", -200);
  CHECK(stage.reads("All steps are done.", "guide"));
  stage.shoot("guide-end");
  stage.wheel("guide/pane", 200);
  stage.click("guide/again");
  CHECK(stage.text("guide/progress") == "0 of 11 steps");
}

TEST_CASE("a hand-out of one's own waits for actions, panels and addresses, and links lead somewhere") {
  Stage stage;
  open(stage, hand_out("lab.md",
                       "# Lab\n\n```\nringside run\n```\n\n- [ ] Step once. <!-- when: action run.step -->\n"
                       "- [ ] Look at the [exits](show.exits). <!-- when: panel exits -->\n"
                       "- [ ] Go there. <!-- when: step 50 -->\n- [ ] Say why.\n- [ ] Wrong. <!-- when: evnt lie -->\n"));
  CHECK(stage.text("guide/progress") == "0 of 5 steps");
  CHECK(stage.reads("ringside run", "guide"));
  stage.press("F10");
  stage.draw(2);
  // The exits are in sight in this arrangement.
  CHECK(stage.text("guide/progress") == "2 of 5 steps");
  stage.press("Ctrl+F10");
  CHECK(stage.text("guide/progress") == "3 of 5 steps");
  stage.shoot("guide-lab");
  stage.click("guide/tick");
  CHECK(stage.text("guide/progress") == "4 of 5 steps");
  CHECK(stage.reads("there is no condition of that kind", "guide"));
  stage.click("guide/step.4");
  CHECK(stage.text("guide/progress") == "5 of 5 steps");
  stage.click("guide/step.4");
  CHECK(stage.text("guide/progress") == "4 of 5 steps");
  stage.click("guide/copy");
  CHECK(std::string(ImGui::GetClipboardText()).find("[x] Step once.") != std::string::npos);
  stage.click("guide/tour");
  CHECK(stage.text("guide/progress").ends_with("of 11 steps"));
}

TEST_CASE("a hand-out that is not there is said, and the one before stays") {
  Stage stage;
  open(stage, "/nowhere/lab.md");
  CHECK(stage.reads("/nowhere/lab.md", "guide"));
  CHECK(stage.text("guide/progress").ends_with("of 11 steps"));
}

TEST_CASE("the guide is drawn in both themes and sizes") {
  for (const bool dark : {true, false}) {
    StageOptions o;
    o.settings.dark = dark, o.settings.zoom = dark ? 1.f : 1.5f;
    Stage stage(o);
    stage.act("show.guide");
    stage.press("F8");
    stage.shoot(dark ? "guide-dark" : "guide-light-150");
  }
  StageOptions o;
  o.settings.arrangement = "Lecture", o.settings.dark = false;
  Stage stage(o);
  stage.shoot("guide-lecture");
}
