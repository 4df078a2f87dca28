#include "gui/script.hpp"

#include "gui/stage.hpp"

using namespace ringside;
using namespace ringside::gui;

namespace {

// Plays it to the end; what went wrong, or nothing.
std::string play(Stage& stage, const std::string& text) {
  auto commands = parse_script(text, "test");
  if (!commands) return commands.error().text();
  Driver driver;
  Script script(std::move(*commands), stage.shell(), driver);
  while (!script.done()) {
    if (const auto went = script.go_on([](const std::string&) { return Result<void>(); }); !went) return went.error().text();
    driver.feed(ImGui::GetIO());
    stage.draw();
  }
  return "";
}

}  // namespace

TEST_CASE("a script does what a person would") {
  Stage stage;
  CHECK(play(stage, "# two steps\npress F10\nclick run.step\nsettle\nwait 2\n") == "");
  CHECK(stage.position().step == 2);
  CHECK(play(stage, "do run.back\nsettle") == "");
  CHECK(stage.position().step == 1);
  CHECK(play(stage, "press Ctrl+P\ntype s5\npress Enter\nsettle") == "");
  CHECK(stage.position().step == 5);
}

TEST_CASE("a script that asks for what there is not says where") {
  Stage stage;
  CHECK(play(stage, "\nfly away\n").find("line 2: there is no command \"fly\"") != std::string::npos);
  CHECK(play(stage, "click code/nonesuch\n").find("nothing is called code/nonesuch") != std::string::npos);
  CHECK(play(stage, "do run.nonesuch\n").find("there is no action run.nonesuch") != std::string::npos);
  CHECK(play(stage, "press Hyper+Q\n").find("names no key") != std::string::npos);
}

TEST_CASE("the tour that is built in can be played, and ends with the last cure") {
  Stage stage;
  const auto tour = read_script("tour");
  REQUIRE(tour);
  CHECK(play(stage, *tour) == "");
  CHECK(stage.model().options().strategy == "hvm");
  REQUIRE(stage.position().ending);
  CHECK(stage.position().ending->exit_code == 0);
  CHECK(stage.text("guide/progress") == "11 of 11 steps");
  CHECK_FALSE(read_script("no-such-file"));
}
