// What was drawn in a frame and where, by name: for tests and scripts, which click things and read them. The
// window itself does without one.
#pragma once

#include <imgui.h>

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace ringside::gui {

class Probe {
 public:
  struct Item {
    ImVec2 min, max;
    std::string text;  ///< what stands on it
    bool enabled = true;
    ImVec2 centre() const { return {(min.x + max.x) / 2, (min.y + max.y) / 2}; }
  };

  /// Forgets the frame before.
  void begin_frame() { items_.clear(), texts_.clear(), scope_.clear(); }

  /// Names that follow begin with this ("code"), until it is left.
  void enter(std::string_view scope) { scope_.emplace_back(scope); }
  void leave() { scope_.pop_back(); }

  /// Something that can be clicked or looked at: "code/line.80000410". Of several with one name the last counts.
  void item(std::string_view name, Item item) { items_[scoped(name)] = std::move(item); }
  /// A piece of text, in the order of drawing.
  void text(std::string_view text, ImVec2 min, ImVec2 max) { texts_.push_back({scoped(""), {min, max, std::string(text)}}); }

  const Item* find(const std::string& name) const {
    const auto found = items_.find(name);
    return found == items_.end() ? nullptr : &found->second;
  }
  const std::map<std::string, Item>& items() const { return items_; }

  /// All text of a scope and those in it ("" for all), one piece a line.
  std::string read(std::string_view scope = "") const {
    std::string all;
    for (const auto& [where, item] : texts_)
      if (where.starts_with(scope)) all += item.text + "\n";
    return all;
  }
  struct Text {
    std::string scope;
    Item item;
  };
  const std::vector<Text>& texts() const { return texts_; }

 private:
  std::string scoped(std::string_view name) const {
    std::string full;
    for (const auto& each : scope_) full += each + "/";
    return full + std::string(name);
  }

  std::map<std::string, Item> items_;
  std::vector<Text> texts_;
  std::vector<std::string> scope_;
};

}  // namespace ringside::gui
