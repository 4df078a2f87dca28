#include "gui/actions.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>

namespace ringside::gui {

void Actions::add(Action action) {
  action.run = [this, id = action.id, run = std::move(action.run)] { did(id), run(); };
  all_.push_back(std::move(action));
}

const Action* Actions::find(std::string_view id) const {
  const auto found = std::ranges::find(all_, id, &Action::id);
  return found == all_.end() ? nullptr : &*found;
}

bool Actions::run(std::string_view id) const {
  const Action* action = find(id);
  if (!action || !action->enabled()) return false;
  action->run();
  return true;
}

namespace {

// A letter belongs to the text field, and so do copying and undoing there; what no text is made of does not.
bool reaches_past_text(const Keys& keys) {
  constexpr std::array kOfText = {Key::kA, Key::kC, Key::kV, Key::kX, Key::kY, Key::kZ};
  if (keys.ctrl && std::ranges::count(kOfText, keys.key)) return false;
  return keys.ctrl || keys.alt || (keys.key >= Key::kF1 && keys.key <= Key::kF12);
}

}  // namespace

void Actions::obey_keys() const {
  const bool typing = ImGui::GetIO().WantTextInput;
  const Action* wanted = nullptr;
  for (const Action& action : all_)
    for (const Keys& keys : action.keys)
      if ((!typing || action.while_typing || reaches_past_text(keys)) && pressed(keys) && action.enabled()) wanted = &action;
  if (wanted) wanted->run();
}

// --- menus ---

namespace {

void draw_item(const Action& action) {
  const std::string keys = action.keys.empty() ? "" : key_text(action.keys.front());
  const bool checked = action.checked && action.checked();
  if (ImGui::MenuItem(action.name.c_str(), keys.c_str(), checked, action.enabled())) action.run();
}

// The first part of a path behind `prefix`; empty if there is none.
std::string_view part_after(std::string_view menu, std::string_view prefix) {
  if (!menu.starts_with(prefix)) return {};
  menu.remove_prefix(prefix.size());
  return menu.substr(0, menu.find('/'));
}

void draw_menu(const std::vector<Action>& all, const std::string& path) {
  std::vector<std::string_view> drawn;
  for (const Action& action : all) {
    if (action.menu + "/" == path) draw_item(action);
    const std::string_view part = part_after(action.menu, path);
    if (action.menu.empty() || part.empty() || std::ranges::count(drawn, part)) continue;
    drawn.push_back(part);
    if (!ImGui::BeginMenu(std::string(part).c_str())) continue;
    draw_menu(all, path + std::string(part) + "/");
    ImGui::EndMenu();
  }
}

}  // namespace

void Actions::draw_menus() const { draw_menu(all_, ""); }

// --- the palette's search ---

namespace {

char lower(char c) { return static_cast<char>(std::tolower(static_cast<unsigned char>(c))); }

// How well letters in order fit a text: more for those at the beginning of a word, or right behind the last one.
std::optional<int> score(std::string_view text, std::string_view typed) {
  int points = 0;
  std::size_t next = 0;
  bool beside = false;
  for (std::size_t i = 0; i < text.size() && next < typed.size(); ++i) {
    const bool fits = lower(text[i]) == lower(typed[next]);
    if (fits) points += (i == 0 || text[i - 1] == ' ' ? 4 : 0) + (beside ? 2 : 0), ++next;
    beside = fits;
  }
  return next == typed.size() ? std::optional(points * 8 - static_cast<int>(text.size()) / 8) : std::nullopt;
}

}  // namespace

std::vector<const Action*> matching(const Actions& actions, std::string_view typed) {
  std::vector<std::pair<int, const Action*>> found;
  for (const Action& action : actions.all())
    if (const auto points = score(action.name + " " + action.menu, typed)) found.emplace_back(*points, &action);
  std::ranges::stable_sort(found, std::greater(), &std::pair<int, const Action*>::first);
  std::vector<const Action*> best;
  for (const auto& [points, action] : found) best.push_back(action);
  return best;
}

}  // namespace ringside::gui
