// Waits for what runs beside the machine in the window.
#pragma once

#include <chrono>
#include <thread>

#include "gui/chore.hpp"
#include "gui/stage.hpp"

namespace ringside::gui {

inline void finish_chores(Stage& stage) {
  using namespace std::chrono_literals;
  for (int i = 0; chores_running() > 0 && i < 20'000; ++i) std::this_thread::sleep_for(5ms), stage.draw();
  REQUIRE(chores_running() == 0);
  stage.draw(2);
}

}  // namespace ringside::gui
