#include "gui/app/open_window.hpp"

#include <cstdlib>

#include "gui/app/window.hpp"
#include "gui/offscreen.hpp"
#include "gui/script.hpp"

namespace ringside::gui {

namespace {

bool scripted(const WindowOptions& options) { return !options.script.empty() || !options.screenshot.empty(); }

// The tour's machine: a kernel that a hole deceives.
session::Options to_open(const WindowOptions& options) {
  session::Options o = options.session;
  if (!o.guest.empty()) return o;
  o.guest = "guests/zisa/zos";
  o.isa = "zisa", o.strategy = "trap-emulate";
  if (o.append.empty()) o.append = "forkwait 3";
  return o;
}

// A script and its pictures must come out the same for everybody: the user's own settings are left alone.
Result<std::unique_ptr<Shell>> make_shell(const WindowOptions& options) {
  auto model = Model::open(to_open(options));
  if (!model) return fail(model.error());
  Settings settings = scripted(options) ? Settings() : load_settings(settings_file());
  auto shell = std::make_unique<Shell>(std::move(*model), std::move(settings), options.folders);
  if (options.session.guest.empty()) shell->show("guide");
  return shell;
}

Result<std::vector<ScriptCommand>> commands_of(const WindowOptions& options) {
  if (options.script.empty()) return parse_script("settle\nwait 3\n", "");
  const auto text = read_script(options.script);
  if (!text) return fail(text.error());
  return parse_script(*text, options.script);
}

// --- a script, on a screen or without one ---

template <class Draw, class Shoot>
Result<void> play(const WindowOptions& options, Shell& shell, Driver& driver, const Draw& draw, const Shoot& shoot) {
  auto commands = commands_of(options);
  if (!commands) return fail(commands.error());
  Script script(std::move(*commands), shell, driver);
  const auto shot = [&](const std::string& file) { return write_png(shoot(), file); };
  draw();
  while (!script.done()) {
    if (const auto went = script.go_on(shot); !went) return went;
    draw();
  }
  return options.screenshot.empty() ? Result<void>() : shot(options.screenshot);
}

Result<void> play_offscreen(const WindowOptions& options) {
  auto shell = make_shell(options);
  if (!shell) return fail(shell.error());
  Offscreen screen(std::move(*shell), static_cast<int>(options.width), static_cast<int>(options.height));
  return play(options, screen.shell(), screen.driver(), [&] { screen.frame(); }, [&] { return screen.picture(); });
}

Result<void> play_in(Window& window, const WindowOptions& options, Shell& shell) {
  Probe probe;
  shell.ui().probe = &probe;
  Driver driver;
  const auto draw = [&] { window.wait(0), window.draw(shell, driver); };
  return play(options, shell, driver, draw, [&] { return window.picture(); });
}

// --- somebody at the keyboard ---

// After any input a few frames, for what follows from it; then none until there is more, but for the blinking of a cursor.
void stay(Window& window, Shell& shell) {
  constexpr int kFramesAfterInput = 3;
  constexpr double kRunning = 1.0 / 30, kBlinking = 0.4, kIdle = 5;
  Driver nobody;
  while (!window.closed() && !shell.wants_to_quit()) {
    for (int i = 0; i < kFramesAfterInput; ++i) window.draw(shell, nobody), window.wait(0);
    if (shell.take_changed() && !settings_file().empty())
      if (const auto saved = save_settings(shell.settings(), settings_file()); !saved) shell.model().complain(saved.error().text());
    window.wait(shell.busy() ? kRunning : ImGui::GetIO().WantTextInput ? kBlinking : kIdle);
  }
}

bool has_display() {
  const char *x = std::getenv("DISPLAY"), *wayland = std::getenv("WAYLAND_DISPLAY");
  return (x && *x) || (wayland && *wayland);
}

}  // namespace

Result<void> open_window(const WindowOptions& options) {
  if (scripted(options) && !has_display()) return play_offscreen(options);
  auto window = Window::open(options.width, options.height);
  if (!window) return fail(window.error());
  auto shell = make_shell(options);
  if (!shell) return fail(shell.error());
  (*window)->set_title("Ringside: " + (*shell)->model().options().guest);
  if (scripted(options)) return play_in(**window, options, **shell);
  stay(**window, **shell);
  return {};
}

}  // namespace ringside::gui
