// What is kept between starts: theme, scale, arrangement, and the layouts that the user has changed.
#pragma once

#include <map>
#include <string>

#include "base/result.hpp"
#include "gui/layout.hpp"

namespace ringside::gui {

struct Settings {
  bool dark = true;
  float zoom = 1;  ///< what Ctrl + and - make of it
  bool reduced_motion = false;
  std::string arrangement = "Debug";
  std::map<std::string, Pane> layouts;  ///< by arrangement, those that differ from what is built in
  bool operator==(const Settings&) const = default;
};

std::string to_text(const Settings& settings);
/// What can be read of it; the rest is as by default: a broken file must not keep anybody from working.
Settings parse_settings(const std::string& text);

/// $XDG_CONFIG_HOME/ringside/window.json, or that in ~/.config; empty where there is no home.
std::string settings_file();
Settings load_settings(const std::string& file);
/// Makes folders that are missing. Errors: it cannot be written.
Result<void> save_settings(const Settings& settings, const std::string& file);

}  // namespace ringside::gui
