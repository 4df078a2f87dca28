// The real window: GLFW, OpenGL 3 and Dear ImGui's backends for them.
#pragma once

#include <deque>
#include <memory>
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
  /// Waits for input, but not longer than that, and not at all while there is some that no frame has seen.
  void wait(double seconds);
  /// A frame of the shell, with the driver's input behind the person's.
  void draw(Shell& shell, Driver& driver);
  /// What the last frame looked like.
  Picture picture();

 private:
  struct KeyEvent {
    int key, scancode, action, modifiers;
  };
  explicit Window(GLFWwindow* window);
  void hand_on_keys();

  GLFWwindow* window_;
  std::deque<KeyEvent> keys_;  ///< that no frame has seen yet
};

}  // namespace ringside::gui
