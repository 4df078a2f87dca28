// How panes share the window: a tree of rows and columns, whose leaves show panels as tabs. Named arrangements are such
// trees; what a user makes of them is kept.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/types.hpp"

namespace ringside::gui {

struct Pane {
  enum class Kind : u8 { kRow, kColumn, kTabs } kind = Kind::kTabs;
  float weight = 1;             ///< share of the room among its siblings
  std::vector<Pane> children;   ///< of a row or column
  std::vector<std::string> tabs;  ///< panels by id
  std::size_t shown = 0;        ///< of them
  bool folded = false;          ///< only its title is seen
  bool operator==(const Pane&) const = default;
};

/// For whoever writes an arrangement down.
Pane row(float weight, std::vector<Pane> children);
Pane column(float weight, std::vector<Pane> children);
Pane tabs(float weight, std::vector<std::string> panels);

struct Arrangement {
  std::string name;
  std::string summary;  ///< a sentence: what it is for
  float scale = 1;      ///< "Lecture" is larger
  Pane root;
};

/// Those that are built in: Lecture, Debug, Cost, Translation, Paging.
const std::vector<Arrangement>& arrangements();
const Arrangement* find_arrangement(std::string_view name);

/// Takes out panels that there are none of, and what is empty then.
void tidy(Pane& pane);
/// The pane that holds a panel; null if none does.
Pane* find_tab(Pane& root, std::string_view panel);

nlohmann::ordered_json to_json(const Pane& pane);
/// Nothing if it is no such tree.
std::optional<Pane> parse_pane(const nlohmann::ordered_json& json);

}  // namespace ringside::gui
