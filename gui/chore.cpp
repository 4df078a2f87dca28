#include "gui/chore.hpp"

namespace ringside::gui {

int& chores_running() {
  static int count = 0;
  return count;
}

}  // namespace ringside::gui
