#include "gui/layout.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "gui/panels.hpp"

namespace ringside::gui {

using Json = nlohmann::ordered_json;

Pane row(float weight, std::vector<Pane> children) {
  return {Pane::Kind::kRow, weight, std::move(children), {}, 0, false};
}
Pane column(float weight, std::vector<Pane> children) {
  return {Pane::Kind::kColumn, weight, std::move(children), {}, 0, false};
}
Pane tabs(float weight, std::vector<std::string> panels) {
  return {Pane::Kind::kTabs, weight, {}, std::move(panels), 0, false};
}

const Arrangement* find_arrangement(std::string_view name) {
  const auto found = std::ranges::find(arrangements(), name, &Arrangement::name);
  return found == arrangements().end() ? nullptr : &*found;
}

void tidy(Pane& pane) {
  std::erase_if(pane.tabs, [](const std::string& id) { return !find_panel(id); });
  for (Pane& child : pane.children) tidy(child);
  std::erase_if(pane.children, [](const Pane& child) { return child.children.empty() && child.tabs.empty(); });
  if (pane.kind == Pane::Kind::kTabs) {
    pane.shown = std::min(pane.shown, pane.tabs.empty() ? 0 : pane.tabs.size() - 1);
  } else if (pane.children.size() == 1) {
    Pane only = std::move(pane.children.front());
    only.weight = pane.weight;
    pane = std::move(only);
  }
}

Pane* find_tab(Pane& root, std::string_view panel) {
  if (std::ranges::count(root.tabs, panel)) return &root;
  for (Pane& child : root.children)
    if (Pane* found = find_tab(child, panel)) return found;
  return nullptr;
}

// --- kept between starts ---

Json to_json(const Pane& pane) {
  Json json = {{"weight", pane.weight}};
  if (pane.kind == Pane::Kind::kTabs) {
    json["tabs"] = pane.tabs, json["shown"] = pane.shown, json["folded"] = pane.folded;
    return json;
  }
  Json& list = json[pane.kind == Pane::Kind::kRow ? "row" : "column"] = Json::array();
  for (const Pane& child : pane.children) list.push_back(to_json(child));
  return json;
}

namespace {

constexpr int kDeepest = 16;

std::optional<Pane> parse(const Json& json, int depth) {
  if (!json.is_object() || depth > kDeepest) return std::nullopt;
  Pane pane;
  pane.weight = std::clamp(json.value("weight", 1.f), 0.01f, 100.f);
  if (json.contains("tabs")) {
    pane.tabs = json["tabs"].get<std::vector<std::string>>();
    pane.shown = json.value("shown", std::size_t{0}), pane.folded = json.value("folded", false);
    return pane;
  }
  pane.kind = json.contains("row") ? Pane::Kind::kRow : Pane::Kind::kColumn;
  for (const Json& each : json.at(json.contains("row") ? "row" : "column")) {
    auto child = parse(each, depth + 1);
    if (!child) return std::nullopt;
    pane.children.push_back(std::move(*child));
  }
  return pane;
}

}  // namespace

std::optional<Pane> parse_pane(const Json& json) {
  try {
    return parse(json, 0);
  } catch (const Json::exception&) {
    return std::nullopt;
  }
}

}  // namespace ringside::gui
