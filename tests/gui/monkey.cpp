// Somebody who clicks, drags, types and presses at random: the window survives it, and the machine is still what its past
// makes it.
#include <cstdlib>

#include "gui/stage.hpp"

using namespace ringside;
using namespace ringside::gui;

namespace {

class Monkey {
 public:
  Monkey(Offscreen& screen, u64 seed) : screen_(screen), state_(seed) {}

  void act() {
    switch (below(8)) {
      case 0: return screen_.driver().press(keys());
      case 1: return screen_.driver().click(somewhere(), static_cast<int>(below(2)));
      case 2: return screen_.driver().drag(somewhere(), somewhere());
      case 3: return screen_.driver().wheel(somewhere(), static_cast<float>(below(7)) - 3);
      case 4: return screen_.driver().type(text());
      case 5: return screen_.driver().double_click(something());
      case 6: return action();
      default: return screen_.driver().click(something());
    }
  }

 private:
  // xorshift64*.
  u64 draw() {
    state_ ^= state_ >> 12, state_ ^= state_ << 25, state_ ^= state_ >> 27;
    return state_ * 0x2545f4914f6cdd1dull >> 16;
  }
  u64 below(u64 most) { return draw() % most; }

  ImVec2 somewhere() {
    const ImVec2 size = ImGui::GetIO().DisplaySize;
    return {static_cast<float>(below(static_cast<u64>(size.x))), static_cast<float>(below(static_cast<u64>(size.y)))};
  }
  ImVec2 something() {
    const auto& items = screen_.probe().items();
    if (items.empty()) return somewhere();
    return std::next(items.begin(), static_cast<std::ptrdiff_t>(below(items.size())))->second.centre();
  }
  Keys keys() {
    Keys keys{static_cast<Key>(below(static_cast<u64>(Key::kCount))), below(2) == 0, below(3) == 0, false};
    return keys == Keys{Key::kQ, true} ? Keys{Key::kF10} : keys;
  }
  std::string text() {
    static const char* const kTexts[] = {"hello\n", "e12", "0x80000000", "s100", "~!\"", "999999999999999999999", "trap_entry"};
    return kTexts[below(std::size(kTexts))];
  }
  // Those that open another machine take long, and one that leaves the window ends the play.
  void action() {
    const auto& all = screen_.shell().actions().all();
    const Action& action = all[below(all.size())];
    if (action.id == "file.quit" || (action.id.starts_with("machine.") && below(8) != 0)) return;
    screen_.driver().then([&actions = screen_.shell().actions(), id = action.id] { actions.run(id); });
  }

  Offscreen& screen_;
  u64 state_;
};

}  // namespace

TEST_CASE("whatever is clicked, typed and dragged, the window goes on and the machine is what its past makes it") {
  const int inputs = std::getenv("RINGSIDE_FULL") ? 10'000 : 500;
  StageOptions o;
  o.append = "sh";
  Offscreen screen(Stage::make_shell(o), 1200, 800);
  screen.frame();
  Monkey monkey(screen, 2026);
  Model& model = screen.shell().model();
  for (int i = 0; i < inputs; ++i) {
    INFO("input " << i);
    monkey.act();
    screen.play();
    if (i % 16 == 15) model.stop(), model.settle();
    REQUIRE_FALSE(model.debugger().history().diverged());
  }
  model.stop();
  model.settle();
  screen.play();
  const auto there = model.stopped().position;
  const auto before = model.session().report();
  model.go_to_step(0);
  model.settle();
  model.go_to_step(there.step);
  model.settle();
  const auto after = model.session().report();
  CHECK(after.state_hash == before.state_hash);
  CHECK(after.trace_hash == before.trace_hash);
  CHECK_FALSE(model.debugger().history().diverged());
}
