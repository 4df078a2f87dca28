// The real window, as the program opens it, on a display that nobody sees.
#include <stb_image.h>
#include <sys/wait.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include "gui/stage.hpp"

using namespace ringside;
using namespace ringside::gui;

namespace {

const std::string kProgram = RINGSIDE_BUILD_DIR "/ringside";

struct Outcome {
  int status = 0;
  std::string output;
};

// Both streams of a command.
Outcome call(const std::string& command) {
  Outcome outcome;
  FILE* pipe = popen(("cd " RINGSIDE_BUILD_DIR " && { " + command + "; } 2>&1 < /dev/null").c_str(), "r");
  REQUIRE(pipe);
  std::array<char, 4096> part{};
  while (const std::size_t n = fread(part.data(), 1, part.size(), pipe)) outcome.output.append(part.data(), n);
  const int status = pclose(pipe);
  outcome.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128;
  return outcome;
}

std::string scratch(const std::string& name) {
  const auto folder = std::filesystem::path(RINGSIDE_BUILD_DIR) / "scratch" / "window";
  std::filesystem::create_directories(folder);
  std::filesystem::remove_all(folder / name);
  return (folder / name).string();
}

// xvfb-run looks for a free display number and may find the same one twice, so it is one at a time.
std::string on_display(const std::string& command) {
  return "LIBGL_ALWAYS_SOFTWARE=1 flock " + scratch("lock") + ".file xvfb-run -a -s '-screen 0 1600x1000x24' " +
         command;
}

Picture read_png(const std::string& file) {
  Picture p;
  int channels = 0;
  u8* pixels = stbi_load(file.c_str(), &p.width, &p.height, &channels, 4);
  INFO(file);
  REQUIRE(pixels);
  p.rgba.assign(pixels, pixels + 4 * static_cast<std::size_t>(p.width) * static_cast<std::size_t>(p.height));
  stbi_image_free(pixels);
  return p;
}

// Of all channels, the part that differs by more than a shade.
double difference(const Picture& a, const Picture& b) {
  constexpr int kShade = 24;
  std::size_t apart = 0;
  for (std::size_t i = 0; i < a.rgba.size(); ++i) apart += std::abs(int{a.rgba[i]} - int{b.rgba[i]}) > kShade;
  return static_cast<double>(apart) / static_cast<double>(a.rgba.size());
}

}  // namespace

TEST_CASE("without a display one line says so, and what to use instead, before OpenGL is touched") {
  const auto there = call("env -u DISPLAY -u WAYLAND_DISPLAY " + kProgram + " gui guests/zisa/zos");
  CHECK(there.status == 64);
  CHECK(std::count(there.output.begin(), there.output.end(), '\n') == 1);
  CHECK(there.output.find("no display") != std::string::npos);
  CHECK(there.output.find("ringside debug") != std::string::npos);
  const auto loaded = call("env -u DISPLAY -u WAYLAND_DISPLAY LD_DEBUG=files " + kProgram + " gui guests/zisa/zos");
  CHECK(loaded.output.find("libGL.so") == std::string::npos);
  const auto broken = call("env -u WAYLAND_DISPLAY DISPLAY=:4711 " + kProgram + " gui guests/zisa/zos");
  CHECK(broken.status == 64);
  CHECK(broken.output.find("the display cannot be used") != std::string::npos);
}

TEST_CASE("the window says what is wrong with a guest, a script, a size") {
  const std::string no_display = "env -u DISPLAY -u WAYLAND_DISPLAY " + kProgram + " gui ";
  CHECK(call(no_display + "nonesuch --screenshot " + scratch("a.png")).status == 65);
  CHECK(call(no_display + "--script nonesuch").status == 65);
  CHECK(call(no_display + "--size large").status == 64);
  CHECK(call(no_display + "--screenshot /nowhere/a.png").status == 65);
}

TEST_CASE("the real window shows what is drawn without a screen") {
  const std::string drawn = scratch("drawn.png"), shown = scratch("shown.png");
  const std::string gui =
      kProgram +
      " gui guests/zisa/zos --isa zisa --strategy trap-emulate --append 'forkwait 3' --script tour --screenshot ";
  const auto without = call("env -u DISPLAY -u WAYLAND_DISPLAY " + gui + drawn);
  INFO(without.output);
  REQUIRE(without.status == 0);
  const auto with = call(on_display(gui + shown));
  INFO(with.output);
  REQUIRE(with.status == 0);
  const Picture a = read_png(drawn), b = read_png(shown);
  REQUIRE(a.width == 1600);
  REQUIRE(a.height == 1000);
  REQUIRE(b.rgba.size() == a.rgba.size());
  CHECK(difference(a, b) < 0.002);
}

TEST_CASE("the real window obeys keys and mouse, and keeps its settings") {
  const std::string folder = scratch("config");
  const auto played = call(on_display(RINGSIDE_SOURCE_DIR "/tests/gui/window_session.sh " + kProgram + " " + folder));
  INFO(played.output);
  CHECK(played.status == 0);
  const Settings kept = load_settings(folder + "/ringside/window.json");
  CHECK(kept.arrangement == "Cost");
  CHECK(kept.zoom == Approx(1 / 1.1f));
}
