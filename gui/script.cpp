#include "gui/script.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <sstream>

#include "gui/tour.hpp"
#include "session/files.hpp"

namespace ringside::gui {

namespace {

constexpr std::array<std::string_view, 12> kVerbs = {"do",    "click", "double-click", "right-click", "drag",   "wheel",
                                                     "press", "type",  "wait",         "settle",      "shot", "#"};

tl::unexpected<Error> wrong(const ScriptCommand& command, std::string cause, std::string remedy) {
  return fail({Error::Kind::kBadFile, "script", fmt::format("line {}", command.line), std::move(cause), std::move(remedy)});
}

float take_number(std::string& words) {
  const auto blank = words.find_last_of(' ');
  if (blank == std::string::npos) return 0;
  const float number = std::strtof(words.c_str() + blank, nullptr);
  words.resize(blank);
  return number;
}

std::string names_like(const Probe& probe, const std::string& name) {
  std::string found;
  const std::string scope = name.substr(0, name.find('/'));
  for (const auto& [each, item] : probe.items())
    if (each.starts_with(scope) && found.size() < 200) found += (found.empty() ? "" : ", ") + each;
  return found;
}

}  // namespace

Result<std::string> read_script(const std::string& name) {
  if (name == "tour") return tour_script();
  return session::read_text(name);
}

Result<std::vector<ScriptCommand>> parse_script(const std::string& text, const std::string& name) {
  std::vector<ScriptCommand> commands;
  std::istringstream lines(text);
  std::size_t number = 0;
  for (std::string line; std::getline(lines, line);) {
    ++number;
    const auto from = line.find_first_not_of(" \t");
    if (from == std::string::npos || line[from] == '#') continue;
    const auto blank = std::min(line.find(' ', from), line.size());
    ScriptCommand command{line.substr(from, blank - from), line.substr(std::min(blank + 1, line.size())), number};
    if (!std::ranges::count(kVerbs, command.verb))
      return fail({Error::Kind::kBadFile, name, fmt::format("line {}", number), "there is no command \"" + command.verb + "\"",
                   "use do, click, double-click, right-click, drag, wheel, press, type, wait, settle or shot"});
    commands.push_back(std::move(command));
  }
  return commands;
}

Result<ImVec2> Script::place(const ScriptCommand& command, const std::string& name) const {
  const Probe& probe = *shell_.ui().probe;
  if (const auto* item = probe.find(name)) return item->centre();
  return wrong(command, "nothing is called " + name, "there are " + names_like(probe, name));
}

Result<void> Script::start(const ScriptCommand& c) {
  if (c.verb == "settle") return shell_.model().settle(), Result<void>();
  if (c.verb == "wait") return driver_.wait(std::max(1, std::atoi(c.argument.c_str()))), Result<void>();
  if (c.verb == "type") return driver_.type(c.argument), Result<void>();
  if (c.verb == "press") {
    const auto keys = parse_keys(c.argument);
    if (!keys) return wrong(c, c.argument + " names no key", "write Ctrl+P, for example");
    return driver_.press(*keys), Result<void>();
  }
  if (c.verb == "do") {
    if (!shell_.actions().find(c.argument)) return wrong(c, "there is no action " + c.argument, "the palette lists them");
    driver_.then([this, id = c.argument] { shell_.actions().run(id); });
    return driver_.wait(2), Result<void>();
  }
  // Names may hold blanks: numbers are taken from the end.
  std::string name = c.argument;
  const float y = c.verb == "drag" ? take_number(name) : 0;
  const float x = c.verb == "drag" || c.verb == "wheel" ? take_number(name) : 0;
  const auto at = place(c, name);
  if (!at) return fail(at.error());
  const float scale = shell_.ui().theme.scale;
  if (c.verb == "click") driver_.click(*at);
  if (c.verb == "right-click") driver_.click(*at, 1);
  if (c.verb == "double-click") driver_.double_click(*at);
  if (c.verb == "drag") driver_.drag(*at, {at->x + x * scale, at->y + y * scale});
  if (c.verb == "wheel") driver_.wheel(*at, x);
  return {};
}

Result<void> Script::go_on(const std::function<Result<void>(const std::string& file)>& shot) {
  if (!driver_.done() || next_ >= commands_.size()) return {};
  const ScriptCommand& command = commands_[next_++];
  return command.verb == "shot" ? shot(command.argument) : start(command);
}

}  // namespace ringside::gui
