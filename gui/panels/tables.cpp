// Page tables: those of the guest and of the VMM as trees.
#include <fmt/format.h>

#include <map>
#include <set>

#include "gui/format.hpp"
#include "gui/panel.hpp"
#include "gui/panels/paging_parts.hpp"
#include "gui/sight.hpp"
#include "session/table_view.hpp"

namespace ringside::gui {

namespace {

using session::TableEntry;
using session::TableSet;
using session::TablesOf;

using Path = std::vector<u32>;
using Key = std::pair<TablesOf, Path>;

/// The tables that are open, and what stands in them.
struct View {
  std::vector<TableSet> sets;
  std::map<Key, std::vector<TableEntry>> tables;
};

/// A line of the list: an entry of a table, by where it stands.
struct Line {
  const TableSet* set;
  const TableEntry* entry;  ///< null: the set's own line
  Path path;                ///< of the entry, itself included
};

class TablesPanel final : public Panel {
 public:
  void draw(Ui& ui) override {
    if (!looked_) looked_ = looked_at(ui.model);
    const View& view = sight_.of(ui.model, opened_, [&](const session::Session& s) { return look(s); });
    if (view.sets.empty()) return ui.empty("No page tables are in use", "Run until the guest turns its paging on", "run.exit");
    const std::vector<Line> lines = lines_of(view);
    if (ui.link("copy", "Copy")) ImGui::SetClipboardText(copy_text(lines).c_str());
    ui.tip("The lines that are open, as text");
    ImGui::BeginChild("lines", {0, 0}, false, ImGuiWindowFlags_HorizontalScrollbar);
    ImGuiListClipper clipper;
    clipper.Begin(static_cast<int>(lines.size()), ui.px(24));
    ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, {ui.px(8), 0});
    while (clipper.Step())
      for (int i = clipper.DisplayStart; i < clipper.DisplayEnd; ++i) draw_line(ui, lines[static_cast<std::size_t>(i)], i);
    ImGui::PopStyleVar();
    ImGui::EndChild();
  }

 private:
  View look(const session::Session& s) const {
    View view{session::table_sets(s), {}};
    for (const TableSet& set : view.sets) view.tables[{set.whose, {}}] = session::table_entries(s, set.whose, {});
    for (const auto& [whose, path] : opened_) view.tables[{whose, path}] = session::table_entries(s, whose, path);
    return view;
  }

  std::vector<Line> lines_of(const View& view) const {
    std::vector<Line> lines;
    for (const TableSet& set : view.sets) {
      lines.push_back({&set, nullptr, {}});
      add(lines, view, set, {});
    }
    return lines;
  }
  void add(std::vector<Line>& lines, const View& view, const TableSet& set, const Path& path) const {
    const auto table = view.tables.find({set.whose, path});
    if (table == view.tables.end()) return;
    for (const TableEntry& entry : table->second) {
      Path own = path;
      own.push_back(entry.index);
      lines.push_back({&set, &entry, own});
      if (!entry.leaf && opened_.contains({set.whose, own})) add(lines, view, set, own);
    }
  }

  static std::string copy_text(const std::vector<Line>& lines) {
    std::string text;
    for (const auto& [set, entry, path] : lines)
      text += entry ? fmt::format("{:>{}}{:<5} {:08x} {} {:08x}  {}\n", "", 2 * path.size(), entry->index, entry->from, entry->leaf ? "->" : "table", entry->to,
                                  session::letters(entry->bits))
                    : fmt::format("{}, {} {:#x}\n", set->title, set->root_name, set->root);
    return text;
  }

  static std::string name_of(const Line& line) {
    std::string name = line.set->whose == TablesOf::kGuest ? "guest" : line.set->whose == TablesOf::kShadow ? "shadow" : "nested";
    for (const u32 each : line.path) name += "." + std::to_string(each);
    return name;
  }

  void draw_line(Ui& ui, const Line& line, int row) {
    ImGui::PushID(row);
    const float indent = ui.px(16) * static_cast<float>(line.path.size());
    if (!line.entry) draw_set(ui, *line.set);
    else draw_entry(ui, line, indent);
    ImGui::PopID();
  }

  static void draw_set(Ui& ui, const TableSet& set) {
    ui.text(set.title, Tone::kText, Face::kStrong);
    ImGui::SameLine();
    ui.text(fmt::format("{} {}, {} levels, {}", set.root_name, hex_short(set.root), set.levels, set.addresses), Tone::kDim, Face::kSmall);
  }

  // A table opens and closes, a page is walked.
  void draw_entry(Ui& ui, const Line& line, float indent) {
    const TableEntry& entry = *line.entry;
    const Key key{line.set->whose, line.path};
    const bool open = opened_.contains(key);
    const ImVec2 at = ImGui::GetCursorScreenPos();
    const bool pressed = ImGui::Selectable("##entry", false, ImGuiSelectableFlags_AllowItemOverlap, {0, ui.px(22)});
    ui.note(name_of(line), hex(entry.from));
    ui.tip(fmt::format("Entry {} at {}: {}. {}", entry.index, hex(entry.address), hex(entry.entry),
                       entry.leaf ? "A click walks this address." : open ? "A click closes this table." : "A click opens this table."));
    if (pressed) press(line, key, open);
    ImGui::SetCursorScreenPos({at.x + indent, at.y});
    ImGui::BeginGroup();
    if (!entry.leaf) ui.icon(*ImGui::GetWindowDrawList(), open ? Icon::kFold : Icon::kUnfold, {at.x + indent - ui.px(8), at.y + ui.px(11)}, ui.px(4), ui.theme.ink(Tone::kDim));
    ui.text(fmt::format("{:<5}", entry.index), Tone::kDim, Face::kMono);
    ImGui::SameLine();
    ui.text(hex(entry.from), Tone::kText, Face::kMono);
    ImGui::SameLine();
    ui.text(entry.leaf ? "\u2192" : "table", Tone::kDim, Face::kSmall);
    ImGui::SameLine();
    ui.text(hex(entry.to), Tone::kText, Face::kMono);
    ImGui::SameLine(0, ui.px(16));
    draw_bits(ui, "bits." + name_of(line), entry.bits);
    ImGui::EndGroup();
  }

  void press(const Line& line, const Key& key, bool open) {
    if (!line.entry->leaf) open ? void(opened_.erase(key)) : void(opened_.insert(key));
    else if (line.set->whose == TablesOf::kNested) looked_->memory = Looked::Place{session::AddressKind::kPhysical, line.entry->from};
    else looked_->walk = static_cast<u32>(line.entry->from);
  }

  std::set<Key> opened_;
  Sight<View, std::set<Key>> sight_;
  std::shared_ptr<Looked> looked_;
};

}  // namespace

PanelInfo panel_tables() { return {"tables", "Page tables", "The tables of the guest and of the VMM as trees; a click walks an address", make_panel<TablesPanel>}; }

}  // namespace ringside::gui
