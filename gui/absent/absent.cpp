// In place of the window where the program was built without its libraries.
#include "gui/app/open_window.hpp"

namespace ringside::gui {

Result<void> open_window(const WindowOptions&) {
  return fail({Error::Kind::kUsage, "", "gui", "this program was built without the window",
               "install libglfw3-dev, libimgui-dev and libstb-dev and build again, or use `ringside debug GUEST`"});
}

}  // namespace ringside::gui
