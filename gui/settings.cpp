#include "gui/settings.hpp"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>

namespace ringside::gui {

using Json = nlohmann::ordered_json;
namespace fs = std::filesystem;

std::string to_text(const Settings& s) {
  Json json = {{"schema", "ringside/window/1"}, {"theme", s.dark ? "dark" : "light"}, {"zoom", s.zoom},
               {"reduced_motion", s.reduced_motion}, {"arrangement", s.arrangement}};
  Json& layouts = json["layouts"] = Json::object();
  for (const auto& [name, pane] : s.layouts) layouts[name] = to_json(pane);
  return json.dump(2) + "\n";
}

namespace {

template <class T>
void read(const Json& json, const char* key, T& into) {
  try {
    if (json.contains(key)) into = json[key].get<T>();
  } catch (const Json::exception&) {
  }
}

}  // namespace

Settings parse_settings(const std::string& text) {
  Settings s;
  const Json json = Json::parse(text, nullptr, false);
  if (!json.is_object()) return s;
  std::string theme = "dark";
  read(json, "theme", theme), s.dark = theme != "light";
  read(json, "zoom", s.zoom), s.zoom = std::clamp(s.zoom, 0.5f, 3.f);
  read(json, "reduced_motion", s.reduced_motion);
  read(json, "arrangement", s.arrangement);
  if (!find_arrangement(s.arrangement)) s.arrangement = Settings().arrangement;
  if (json.contains("layouts") && json["layouts"].is_object())
    for (const auto& [name, layout] : json["layouts"].items())
      if (auto pane = parse_pane(layout)) s.layouts[name] = std::move(*pane);
  return s;
}

std::string settings_file() {
  if (const char* config = std::getenv("XDG_CONFIG_HOME"); config && *config) return std::string(config) + "/ringside/window.json";
  const char* home = std::getenv("HOME");
  return home && *home ? std::string(home) + "/.config/ringside/window.json" : "";
}

Settings load_settings(const std::string& file) {
  std::ifstream in(file);
  return parse_settings({std::istreambuf_iterator<char>(in), {}});
}

Result<void> save_settings(const Settings& settings, const std::string& file) {
  std::error_code error;
  fs::create_directories(fs::path(file).parent_path(), error);
  const std::string fresh = file + ".new";
  std::ofstream(fresh) << to_text(settings);
  fs::rename(fresh, file, error);
  if (error)
    return fail({Error::Kind::kBadFile, file, "", "the window's settings cannot be kept: " + error.message(),
                 "make the folder writable, or set XDG_CONFIG_HOME"});
  return {};
}

}  // namespace ringside::gui
