// The real window: GLFW, OpenGL 3 and Dear ImGui's backends for them.
#pragma once

#include <string>

#include "gui/app/open_window.hpp"
#include "gui/driver.hpp"
#include "gui/raster.hpp"
#include "gui/shell.hpp"

struct GLFWwindow;

namespace ringside::gui {

class Window {
 public:
  /// Errors: no display, no OpenGL.
  static Result<std::unique_ptr<Window>> open(unsigned width, unsigned height);
  ~Window();
  Window(const Window&) = delete;
  Window& operator=(const Window&) = delete;

  void set_title(const std::string& title);
  bool closed() const;
  /// Waits for input, but not longer than that; 0 not at all.
  void wait(double seconds);
  /// A frame of the shell, with the driver's input behind the person's.
  void draw(Shell& shell, Driver& driver);
  /// What the last frame looked like.
  Picture picture();

 private:
  explicit Window(GLFWwindow* window);
  GLFWwindow* window_;
};

}  // namespace ringside::gui
