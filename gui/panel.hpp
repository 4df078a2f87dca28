// A panel: one view of the machine, drawn into whatever pane the layout gives it.
//
// To add one, write gui/panels/<name>.cpp with `PanelInfo panel_<name>()` and add its line to gui/panels.hpp
// (docs/window.md shows one from end to end).
#pragma once

#include <memory>
#include <string_view>

#include "gui/ui.hpp"

namespace ringside::gui {

class Panel {
 public:
  virtual ~Panel() = default;
  /// Draws it into the current window, which is as large as the pane. It looks at the machine through a Sight (gui/sight.hpp)
  /// and keeps what it saw: while a run is on, it may look now and then only.
  virtual void draw(Ui& ui) = 0;
};

struct PanelInfo {
  std::string_view id;       ///< "code": in settings, scripts, tests
  std::string_view title;    ///< on the pane
  std::string_view summary;  ///< a sentence: what it shows
  std::unique_ptr<Panel> (*make)();
};

template <class P>
std::unique_ptr<Panel> make_panel() {
  return std::make_unique<P>();
}

}  // namespace ringside::gui
