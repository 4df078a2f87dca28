#include "gui/panel.hpp"

namespace ringside::gui {

namespace {
class Nothing final : public Panel {
 public:
  void draw(Ui& ui) override { ui.empty("Nothing yet", "Run with F5", "run.run"); }
};
}  // namespace

PanelInfo panel_console() { return {"console", "console", "nothing yet", make_panel<Nothing>}; }

}  // namespace ringside::gui
