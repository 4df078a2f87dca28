// A window without a screen: frames that nobody shows, and pictures of them. For pictures in files, and tests.
#pragma once

#include <memory>

#include "gui/driver.hpp"
#include "gui/raster.hpp"
#include "gui/shell.hpp"

namespace ringside::gui {

class Offscreen {
 public:
  /// Pixels, and pixels for one at 100 %.
  Offscreen(std::unique_ptr<Shell> shell, int width, int height, float display = 1);
  ~Offscreen();
  Offscreen(const Offscreen&) = delete;
  Offscreen& operator=(const Offscreen&) = delete;

  /// Draws one; each takes a sixtieth of a second by its own clock.
  void frame();
  /// Frames until the driver has nothing left to do.
  void play();
  /// Of the last frame.
  Picture picture() const;

  Shell& shell() { return *shell_; }
  Driver& driver() { return driver_; }
  const Probe& probe() const { return probe_; }

 private:
  ImGuiContext* context_;
  std::unique_ptr<Shell> shell_;
  Driver driver_;
  Probe probe_;
  float display_;
};

}  // namespace ringside::gui
