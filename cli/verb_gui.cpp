// ringside gui: the window.
#include "cli/guest_options.hpp"
#include "cli/numbers.hpp"
#include "cli/verbs.hpp"
#include "gui/app/open_window.hpp"

namespace ringside::cli {

namespace {

struct GuiOptions {
  GuestOptions guest;
  gui::WindowOptions window;
  std::string name, size;
};

// "1600x1000".
Result<void> read_size(const std::string& text, gui::WindowOptions& window) {
  if (text.empty()) return {};
  const auto x = text.find('x');
  const auto width = parse_number(text.substr(0, x)),
             height = parse_number(x == std::string::npos ? "" : text.substr(x + 1));
  constexpr u64 kLeast = 320, kMost = 8192;
  const bool fits = width && height && *width >= kLeast && *height >= kLeast && *width <= kMost && *height <= kMost;
  if (!fits)
    return fail({Error::Kind::kUsage, "", "--size " + text, "is no size of a window", "write 1600x1000, for example"});
  window.width = static_cast<unsigned>(*width), window.height = static_cast<unsigned>(*height);
  return {};
}

Result<int> open(GuiOptions& given, const Frame& frame) {
  if (const auto read = read_size(given.size, given.window); !read) return fail(read.error());
  auto options = given.guest.finish(0);
  if (!options) return fail(options.error());
  given.window.session = *options;
  given.window.session.guest = given.name;
  given.window.folders = frame.folders;
  if (const auto opened = gui::open_window(given.window); !opened) return fail(opened.error());
  return kOk;
}

}  // namespace

void add_gui(CLI::App& app, Frame& frame) {
  auto& verb = add_verb(app, "gui", "Watch a guest in a window, forwards and backwards",
                        "  ringside gui\n"
                        "  ringside gui guests/zisa/zos --isa zisa --strategy trap-emulate\n"
                        "  ringside gui guests/x86/zos --strategy hvm --screenshot zos.png --script tour\n"
                        "Without a guest it opens on the tour. docs/window.md says what a script may hold.");
  auto o = std::make_shared<GuiOptions>();
  verb.add_option("GUEST", o->name, "An ELF file, or a bundled guest such as guests/zisa/zos [the tour's]");
  add_strategy_option(verb, o->guest);
  add_guest_options(verb, o->guest, frame, "0");
  add_history_option(verb, o->guest);
  verb.add_option("--screenshot", o->window.screenshot,
                  "Write a picture of the window at the end of the script, and close it")
      ->type_name("FILE.png");
  verb.add_option("--script", o->window.script, "Play a script: tour, or a file with one command a line")
      ->type_name("NAME");
  verb.add_option("--size", o->size, "Size of the window at 100 % [1600x1000]")->type_name("WxH");
  verb.callback([o, &frame] {
    const auto status = open(*o, frame);
    frame.status = status ? *status : complain(status.error());
  });
}

}  // namespace ringside::cli
