// The source panel: edit, assemble, errors at their place, run; and no text is lost.
#include <filesystem>

#include "gui/stage.hpp"
#include "session/files.hpp"
#include "session/source.hpp"

using namespace ringside;
using namespace ringside::gui;

namespace {

std::string scratch(const std::string& name) {
  const auto folder = std::filesystem::path(RINGSIDE_BUILD_DIR) / "scratch" / "source-panel";
  std::filesystem::create_directories(folder);
  const std::string file = (folder / name).string();
  for (const auto& old : {file, session::autosave_of(file), session::program_of(file)}) std::filesystem::remove(old);
  return file;
}

void open(Stage& stage, const std::string& file) {
  stage.act("show.source");
  stage.click("source/path");
  stage.type(file);
  stage.press("Enter");
  CHECK(stage.text("source/file") == file);
}

}  // namespace

TEST_CASE("a new program says hello after one keystroke") {
  const std::string file = scratch("hello.s");
  Stage stage;
  stage.act("show.source");
  CHECK(stage.reads("No source is open", "source"));
  stage.shoot("source-empty");
  open(stage, file);
  CHECK_FALSE(std::filesystem::exists(file));
  stage.press("Ctrl+Enter");
  REQUIRE(stage.position().ending);
  CHECK(stage.position().ending->exit_code == 0);
  CHECK(stage.session().console() == "Hello from the guest\n");
  CHECK(stage.model().options().guest == session::program_of(file));
  CHECK(stage.read("console").find("Hello from the guest") != std::string::npos);
  CHECK(std::filesystem::exists(file));
  stage.shoot("source-hello");
}

TEST_CASE("an error is marked in its line, with a message, and nothing is run") {
  const std::string file = scratch("wrong.s");
  REQUIRE(session::replace_file(file, "_start:\n  nop\n  frobnicate a0\n  lui sp\n  j _start\n"));
  for (const bool dark : {true, false}) {
    StageOptions o;
    o.settings.dark = dark, o.settings.zoom = dark ? 1.f : 1.5f;
    Stage stage(o);
    open(stage, file);
    const std::string guest = stage.model().options().guest;
    stage.click("source/build");
    CHECK(stage.model().options().guest == guest);
    CHECK(stage.shows("source/mark.3"));
    CHECK(stage.shows("source/mark.4"));
    CHECK_FALSE(stage.shows("source/mark.2"));
    CHECK(stage.reads("2 errors: nothing was run.", "source"));
    CHECK(stage.reads("wrong.s:3:3", "source"));
    stage.shoot(dark ? "source-errors" : "source-errors-light-150");
    stage.click("source/fault.1");
    CHECK(stage.shows("source/mark.4"));
  }
}

TEST_CASE("what is typed is in a file at once, and offered again after the window was closed") {
  const std::string file = scratch("typed.s");
  REQUIRE(session::replace_file(file, "_start:\n  j _start\n"));
  {
    Stage stage;
    open(stage, file);
    stage.click("source/text");
    stage.type("# mine\n");
    CHECK(stage.reads("not saved, but kept", "source"));
  }
  CHECK(session::read_text(file).value() == "_start:\n  j _start\n");
  const auto kept = session::read_text(session::autosave_of(file));
  REQUIRE(kept);
  CHECK(kept->find("# mine") != std::string::npos);
  Stage stage;
  open(stage, file);
  CHECK(stage.text("source/text").find("# mine") == std::string::npos);
  stage.shoot("source-rescue");
  stage.click("source/rescue");
  CHECK(stage.text("source/text") == *kept);
  stage.click("source/save");
  CHECK(session::read_text(file).value() == *kept);
  CHECK_FALSE(std::filesystem::exists(session::autosave_of(file)));
}

TEST_CASE("Escape leaves the text as it is, and undoing in it does not move the machine") {
  const std::string file = scratch("escape.s");
  Stage stage;
  stage.press("F10");
  open(stage, file);
  stage.click("source/text");
  stage.type("# kept");
  stage.press("Escape");
  CHECK(stage.text("source/text").find("# kept") != std::string::npos);
  stage.click("source/text");
  stage.type("x");
  stage.press("Ctrl+Z");
  CHECK(stage.position().step == 1);
}

TEST_CASE("a file that somebody else has changed is not overwritten unasked") {
  const std::string file = scratch("two.s");
  REQUIRE(session::replace_file(file, "_start:\n  j _start\n"));
  Stage stage;
  open(stage, file);
  stage.click("source/text");
  stage.type("# mine\n");
  REQUIRE(session::replace_file(file, "# theirs\n"));
  stage.press("Ctrl+S");
  CHECK(session::read_text(file).value() == "# theirs\n");
  stage.click("source/overwrite");
  CHECK(session::read_text(file).value().find("# mine") != std::string::npos);
}

TEST_CASE("a file in a folder that is not there is said") {
  Stage stage;
  open(stage, "/nowhere/a.s");
  stage.press("Ctrl+Enter");
  CHECK(stage.reads("cannot be written", "source"));
}
