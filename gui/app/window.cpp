#include "gui/app/window.hpp"

// No header of OpenGL: the few functions are asked for at run time.
#define GLFW_INCLUDE_NONE
#include <GLFW/glfw3.h>
#include <imgui_impl_glfw.h>
#include <imgui_impl_opengl3.h>

#include <algorithm>
#include <cstdlib>

namespace ringside::gui {

namespace {

std::string glfw_error;

tl::unexpected<Error> no_display(const std::string& cause) {
  return fail(
      {Error::Kind::kUsage, "", "gui", cause,
       "use `ringside debug GUEST` in the terminal, or `ringside gui GUEST --screenshot FILE.png`, which needs none"});
}

Result<void> start_glfw() {
  const auto set = [](const char* name) {
    const char* value = std::getenv(name);
    return value && *value;
  };
  if (!set("DISPLAY") && !set("WAYLAND_DISPLAY")) return no_display("there is no display to open a window on");
  glfwSetErrorCallback([](int, const char* text) { glfw_error = text; });
  if (!glfwInit()) return no_display("the display cannot be used (" + glfw_error + ")");
  return {};
}

GLFWwindow* make_window(unsigned width, unsigned height) {
  glfwWindowHint(GLFW_CONTEXT_VERSION_MAJOR, 3);
  glfwWindowHint(GLFW_CONTEXT_VERSION_MINOR, 2);
  glfwWindowHint(GLFW_OPENGL_PROFILE, GLFW_OPENGL_CORE_PROFILE);
  glfwWindowHint(GLFW_OPENGL_FORWARD_COMPAT, GLFW_TRUE);
  glfwWindowHint(GLFW_SCALE_TO_MONITOR, GLFW_TRUE);
  return glfwCreateWindow(static_cast<int>(width), static_cast<int>(height), "Ringside", nullptr, nullptr);
}

template <class Function>
Function gl(const char* name) {
  return reinterpret_cast<Function>(glfwGetProcAddress(name));
}

// From 1.92 on the backend sees by itself what has changed in the atlas.
void load_fonts_texture() {
#if IMGUI_VERSION_NUM < 19200
  ImGui_ImplOpenGL3_DestroyFontsTexture();
  ImGui_ImplOpenGL3_CreateFontsTexture();
#endif
}

constexpr unsigned kColourBuffer = 0x4000, kBack = 0x0405, kRgba = 0x1908, kUnsignedByte = 0x1401;

}  // namespace

Result<std::unique_ptr<Window>> Window::open(unsigned width, unsigned height) {
  if (const auto started = start_glfw(); !started) return fail(started.error());
  GLFWwindow* window = make_window(width, height);
  if (!window) {
    glfwTerminate();
    return no_display("there is no OpenGL 3.2 on this display (" + glfw_error + ")");
  }
  return std::unique_ptr<Window>(new Window(window));
}

Window::Window(GLFWwindow* window) : window_(window) {
  glfwMakeContextCurrent(window);
  glfwSwapInterval(1);
  ImGui::CreateContext();
  ImGui::GetIO().IniFilename = nullptr;
  ImGui_ImplGlfw_InitForOpenGL(window, true);
  ImGui_ImplOpenGL3_Init("#version 150");
  glfwSetWindowUserPointer(window, this);
  glfwSetKeyCallback(window, [](GLFWwindow* w, int key, int scancode, int action, int modifiers) {
    static_cast<Window*>(glfwGetWindowUserPointer(w))->keys_.push_back({key, scancode, action, modifiers});
  });
}

// Before 1.87 Dear ImGui sees what is down when a frame begins: a key that went down and up between two slow frames
// would be lost, or come without the Ctrl that was held. So a frame gets no release behind a press.
void Window::hand_on_keys() {
  for (bool pressed = false; !keys_.empty(); keys_.pop_front()) {
    const KeyEvent e = keys_.front();
    if (e.action == GLFW_RELEASE && pressed) return;
    pressed = pressed || e.action != GLFW_RELEASE;
    ImGui_ImplGlfw_KeyCallback(window_, e.key, e.scancode, e.action, e.modifiers);
  }
}

Window::~Window() {
  ImGui_ImplOpenGL3_Shutdown();
  ImGui_ImplGlfw_Shutdown();
  ImGui::DestroyContext();
  glfwDestroyWindow(window_);
  glfwTerminate();
}

void Window::set_title(const std::string& title) { glfwSetWindowTitle(window_, title.c_str()); }
bool Window::closed() const { return glfwWindowShouldClose(window_); }

void Window::wait(double seconds) {
  if (seconds > 0 && keys_.empty())
    glfwWaitEventsTimeout(seconds);
  else
    glfwPollEvents();
}

// On X11 the system says how many pixels one at 100 % has; elsewhere the frame buffer is larger than the window.
void Window::draw(Shell& shell, Driver& driver) {
  float x = 1, y = 1;
  int width = 0, height = 0, pixels = 0, lines = 0;
  glfwGetWindowContentScale(window_, &x, &y);
  glfwGetWindowSize(window_, &width, &height);
  glfwGetFramebufferSize(window_, &pixels, &lines);
  if (width == 0 || pixels == 0) return;  // minimized
  const float ratio = static_cast<float>(pixels) / static_cast<float>(width);
  ImGui_ImplOpenGL3_NewFrame();
  if (shell.prepare(*ImGui::GetIO().Fonts, std::max(1.f, x / ratio))) load_fonts_texture();
  hand_on_keys();
  ImGui_ImplGlfw_NewFrame();
  driver.feed(ImGui::GetIO());
  ImGui::NewFrame();
  shell.frame();
  ImGui::Render();
  gl<void (*)(int, int, int, int)>("glViewport")(0, 0, pixels, lines);
  const ImVec4 ground = shell.ui().theme.vec(Tone::kBackground);
  gl<void (*)(float, float, float, float)>("glClearColor")(ground.x, ground.y, ground.z, 1);
  gl<void (*)(unsigned)>("glClear")(kColourBuffer);
  ImGui_ImplOpenGL3_RenderDrawData(ImGui::GetDrawData());
  glfwSwapBuffers(window_);
}

Picture Window::picture() {
  Picture p;
  glfwGetFramebufferSize(window_, &p.width, &p.height);
  p.rgba.resize(4 * static_cast<std::size_t>(p.width) * static_cast<std::size_t>(p.height));
  // What was drawn last is drawn once more, for after a swap nobody knows what the buffer holds.
  ImGui_ImplOpenGL3_RenderDrawData(ImGui::GetDrawData());
  gl<void (*)(unsigned)>("glReadBuffer")(kBack);
  gl<void (*)(int, int, int, int, unsigned, unsigned, void*)>("glReadPixels")(0, 0, p.width, p.height, kRgba,
                                                                              kUnsignedByte, p.rgba.data());
  const std::size_t row = 4 * static_cast<std::size_t>(p.width);
  for (std::size_t a = 0, b = static_cast<std::size_t>(p.height); a + 1 < b--; ++a)
    std::swap_ranges(p.rgba.begin() + static_cast<std::ptrdiff_t>(a * row),
                     p.rgba.begin() + static_cast<std::ptrdiff_t>((a + 1) * row),
                     p.rgba.begin() + static_cast<std::ptrdiff_t>(b * row));
  for (std::size_t i = 3; i < p.rgba.size(); i += 4) p.rgba[i] = 255;
  return p;
}

}  // namespace ringside::gui
