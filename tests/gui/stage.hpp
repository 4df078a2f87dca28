// A window without a screen for tests: it is clicked, typed at and read as a person would.
#pragma once

#include <string>

#include "catch.hpp"
#include "gui/format.hpp"
#include "gui/offscreen.hpp"

namespace ringside::gui {

/// Thin spaces made plain, so that tests can be read.
inline std::string plain(std::string text) {
  for (auto at = text.find("\u202f"); at != std::string::npos; at = text.find("\u202f")) text.replace(at, 3, " ");
  return text;
}

struct StageOptions {
  std::string guest = "guests/zisa/zos", strategy = "trap-emulate", isa = "zisa";
  std::string append = "forkwait 3";
  Settings settings = {};
  int width = 1600, height = 1000;
};

/// zos on the variant that it can be deceived on no more.
inline StageOptions under_vmm() {
  StageOptions o;
  o.isa = "zisa-v";
  return o;
}

class Stage {
 public:
  explicit Stage(const StageOptions& o = {}) : screen_(make_shell(o), o.width, o.height) { draw(3); }

  Shell& shell() { return screen_.shell(); }
  Model& model() { return shell().model(); }
  const session::Session& session() { return model().session(); }
  const session::Position& position() { return model().stopped().position; }

  // --- what a person does; each ends when the machine stands again ---

  void draw(int frames = 1) {
    for (int i = 0; i < frames; ++i) screen_.frame();
  }
  void click(const std::string& name, int button = 0) { screen_.driver().click(at(name), button), settle(); }
  void double_click(const std::string& name) { screen_.driver().double_click(at(name)), settle(); }
  void drag(const std::string& name, float dx, float dy) {
    const ImVec2 from = at(name);
    screen_.driver().drag(from, {from.x + dx, from.y + dy}), settle();
  }
  void hover(const std::string& name) { screen_.driver().move_to(at(name)), settle(); }
  void wheel(const std::string& name, float turns) { screen_.driver().wheel(at(name), turns), settle(); }
  void press(const std::string& keys) {
    INFO(keys);
    const auto parsed = parse_keys(keys);
    REQUIRE(parsed);
    screen_.driver().press(*parsed), settle();
  }
  void type(const std::string& text) { screen_.driver().type(text), settle(); }
  /// An action by its id, which must be enabled.
  void act(const std::string& id) {
    INFO(id);
    REQUIRE(shell().actions().run(id));
    settle();
  }
  void settle() {
    screen_.play();
    model().settle();
    draw(2);
  }

  // --- what a person sees ---

  bool shows(const std::string& name) const { return screen_.probe().find(name) != nullptr; }
  const Probe::Item& item(const std::string& name) const {
    INFO(name);
    const auto* found = screen_.probe().find(name);
    REQUIRE(found);
    return *found;
  }
  /// What stands on a thing.
  std::string text(const std::string& name) const { return plain(item(name).text); }
  /// All text of a panel, or of the window.
  std::string read(const std::string& scope = "") const { return plain(screen_.probe().read(scope)); }
  bool reads(const std::string& words, const std::string& scope = "") const { return read(scope).find(words) != std::string::npos; }
  ImVec2 at(const std::string& name) const { return item(name).centre(); }
  const Probe& probe() const { return screen_.probe(); }

  Picture picture() const { return screen_.picture(); }
  /// Into the folder of pictures in the build folder, for somebody to look at.
  void shoot(const std::string& name) const;

  static session::Options options(const StageOptions& o);
  static std::unique_ptr<Shell> make_shell(const StageOptions& o);

 private:
  Offscreen screen_;
};

}  // namespace ringside::gui
