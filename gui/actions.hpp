// Everything that can be done, in one list: menus, shortcuts and the command palette are made from it.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "gui/keys.hpp"

namespace ringside::gui {

struct Action {
  std::string id;    ///< what scripts call it: "run.step"
  std::string menu;  ///< where it stands: "Run", "View/Theme"; empty: in the palette alone
  std::string name;  ///< "Step"
  std::vector<Keys> keys;
  std::string help;  ///< a sentence
  std::function<void()> run;
  std::function<bool()> enabled = [] { return true; };
  std::function<bool()> checked = {};  ///< of what is on or off
  bool while_typing = false;           ///< its keys work in a text field too; those with Ctrl or F keys always do
};

class Actions {
 public:
  /// REQUIRES: no other of that id.
  void add(Action action);
  const std::vector<Action>& all() const { return all_; }
  const Action* find(std::string_view id) const;
  /// Does it, if there is one and it is enabled; false otherwise.
  bool run(std::string_view id) const;

  /// Remembers that this was done: an action, or "panel.ID" for a panel that was drawn.
  void did(const std::string& id) { done_[id] = ++count_; }
  /// How many things had been done when this was done last, it included; 0: never.
  u64 when(const std::string& id) const { return done_.count(id) ? done_.at(id) : 0; }
  u64 count() const { return count_; }

  /// Does what the keys of this frame ask for.
  void obey_keys() const;
  /// Draws the menus, as the items of an open menu.
  void draw_menus() const;

 private:
  std::vector<Action> all_;
  std::map<std::string, u64> done_;
  u64 count_ = 0;
};

/// Those that fit what somebody typed, the best first: letters in order, words at their beginnings before others.
std::vector<const Action*> matching(const Actions& actions, std::string_view typed);

}  // namespace ringside::gui
