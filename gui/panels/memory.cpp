// Memory: bytes and text by guest-virtual or guest-physical address; changed while the machine stands by typing over them.
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "gui/format.hpp"
#include "gui/keys.hpp"
#include "gui/panel.hpp"
#include "gui/panels/paging_parts.hpp"
#include "gui/sight.hpp"

namespace ringside::gui {

namespace {

using session::AddressKind;
using Bytes = std::vector<std::optional<u8>>;

struct Key {
  AddressKind kind = AddressKind::kVirtual;
  u64 address = 0;
  u32 count = 0;
  std::string follows;
  bool operator==(const Key&) const = default;
};
struct View {
  u64 address = 0;
  Bytes bytes;
};

constexpr u64 row_of(u64 address, u64 columns) { return address / columns * columns; }

class MemoryPanel final : public Panel {
 public:
  void draw(Ui& ui) override {
    take_over(ui);
    draw_bar(ui);
    const float mono = ui.size("0", Face::kMono).x, line = ui.px(22);
    columns_ = ImGui::GetContentRegionAvail().x > mono * 78 ? 16 : 8;
    const u32 rows = static_cast<u32>(std::max(1.f, (ImGui::GetContentRegionAvail().y - ui.px(60)) / line));
    const View& view = look(ui, rows);
    see_changes(ui, view);
    if (std::ranges::none_of(view.bytes, &std::optional<u8>::has_value)) draw_none(ui, view);
    else draw_bytes(ui, view, mono, line);
    draw_selected(ui, view);
  }

 private:
  // --- where ---

  void take_over(Ui& ui) {
    if (!looked_) looked_ = looked_at(ui.model);
    if (looked_->memory) kind_ = looked_->memory->kind, go(looked_->memory->address), follows_.clear();
    looked_->memory.reset();
    if (!started_) follows_ = ui.model.isa() == "x86" ? "esp" : "sp", started_ = true;
  }
  void go(u64 address) { selected_ = address, address_ = row_of(address, columns_), nibble_.reset(); }

  void draw_bar(Ui& ui) {
    if (ui.field("address", "Go to an address or symbol; follow a register", typed_, std::min(ui.px(300), ImGui::GetContentRegionAvail().x * 0.5f))) enter(ui);
    ImGui::SameLine(0, ui.px(16));
    if (choice(ui, "virtual", "Virtual", kind_ == AddressKind::kVirtual)) kind_ = AddressKind::kVirtual;
    ui.tip("Guest-virtual addresses: as the guest's own tables map them");
    ImGui::SameLine(0, ui.px(12));
    if (choice(ui, "physical", "Physical", kind_ == AddressKind::kPhysical)) kind_ = AddressKind::kPhysical, follows_.clear();
    ui.tip("Guest-physical addresses: what the guest takes for its RAM");
    if (!follows_.empty()) ImGui::SameLine(0, ui.px(16)), ui.text("follows " + follows_, Tone::kDim), ui.note("follows", follows_);
    if (!trouble_.empty()) ui.wrapped(trouble_, Tone::kBad, Face::kSmall);
  }
  // A register is followed from now on; any other address is gone to.
  void enter(Ui& ui) {
    if (!ui.model.can_look()) return;
    const session::Session& s = ui.model.session();
    const auto address = session::parse_address(s, typed_);
    trouble_ = address ? "" : address.error().text();
    if (!address) return;
    const auto general = session::registers(s).general;
    const bool follow = kind_ == AddressKind::kVirtual && std::ranges::any_of(general, [&](const auto& each) { return each.name == typed_; });
    follows_ = follow ? typed_ : "";
    go(address->v), typed_.clear();
  }

  const View& look(Ui& ui, u32 rows) {
    const Key key{kind_, address_, static_cast<u32>(rows * columns_), follows_};
    const View& view = sight_.of(ui.model, key, [&](const session::Session& s) {
      u64 from = address_;
      const auto followed = follows_.empty() ? Result<Gva>(Gva{0}) : session::parse_address(s, follows_);
      if (!follows_.empty() && followed) from = row_of(followed->v, columns_), followed_ = followed->v;
      return View{from, session::memory_at(s, kind_, from, key.count)};
    });
    address_ = view.address;
    if (!follows_.empty() && followed_) selected_ = *std::exchange(followed_, std::nullopt);
    return view;
  }

  // --- what has changed: by address, so that scrolling lights nothing ---

  void see_changes(Ui& ui, const View& view) {
    if (!ui.model.can_look() || seen_generation_ == ui.model.generation()) return;
    seen_generation_ = ui.model.generation(), ++looks_;
    std::map<u64, Seen> now;
    for (std::size_t i = 0; i < view.bytes.size(); ++i) {
      if (!view.bytes[i]) continue;
      const auto before = seen_.find(view.address + i);
      const bool changed = before != seen_.end() && before->second.value != *view.bytes[i];
      now[view.address + i] = {*view.bytes[i], changed ? looks_ : before == seen_.end() ? 0 : before->second.changed};
    }
    seen_ = std::move(now);
  }
  float glow(u64 address) const {
    const auto found = seen_.find(address);
    if (found == seen_.end() || found->second.changed == 0) return 0;
    const u64 age = looks_ - found->second.changed;
    return age == 0 ? 1.f : age == 1 ? 0.5f : 0.f;
  }

  // --- bytes ---

  void draw_none(Ui& ui, const View& view) {
    const bool physical = kind_ == AddressKind::kPhysical;
    ImGui::BeginChild("none", {0, std::max(ui.px(60), ImGui::GetContentRegionAvail().y - ui.px(60))});
    ui.empty("No memory at " + hex(view.address), physical ? "There is no RAM here: type another address above" : "The guest's page tables map nothing here: type another address above");
    ImGui::EndChild();
  }

  void draw_bytes(Ui& ui, const View& view, float mono, float line) {
    const ImVec2 at = ImGui::GetCursorScreenPos();
    const float rows = static_cast<float>(view.bytes.size() / columns_), width = ImGui::GetContentRegionAvail().x;
    const bool pressed = ImGui::InvisibleButton("bytes", {width, rows * line});
    ui.note("bytes");
    const bool over = ImGui::IsItemHovered();
    if (pressed) has_keys_ = true;
    else if (ImGui::IsMouseClicked(0) && !over) has_keys_ = false;
    const auto column_x = [&](u64 column) { return at.x + mono * (10 + 3 * static_cast<float>(column) + (column >= 8 ? 1 : 0)); };
    if (pressed) select_at(view, ImGui::GetIO().MousePos, at, line, column_x);
    ImDrawList& list = *ImGui::GetWindowDrawList();
    for (u64 row = 0; row * columns_ < view.bytes.size(); ++row) draw_row(ui, list, view, row, {at.x, at.y + static_cast<float>(row) * line}, mono, line, column_x);
    if (over && ImGui::GetIO().MouseWheel != 0) scroll(-static_cast<i64>(ImGui::GetIO().MouseWheel * 3));
    if (has_keys_ && !ImGui::GetIO().WantTextInput) obey(ui, view);
  }

  void draw_row(Ui& ui, ImDrawList& list, const View& view, u64 row, ImVec2 at, float mono, float line, const auto& column_x) {
    const u64 address = view.address + row * columns_;
    ui.text_at(list, at, hex(address), ui.theme.ink(Tone::kDim), Face::kMono);
    std::string letters;
    for (u64 i = 0; i < columns_; ++i) {
      const auto& byte = view.bytes[row * columns_ + i];
      const ImVec2 cell{column_x(i), at.y};
      const ImVec2 min{cell.x - mono / 2, cell.y - ui.px(1)}, max{cell.x + 2.5f * mono, cell.y + line - ui.px(3)};
      if (const float lit = glow(address + i); lit > 0) list.AddRectFilled(min, max, ui.theme.ink(Tone::kChanged, lit));
      if (selected_ == address + i) list.AddRect(min, max, ui.theme.ink(has_keys_ ? Tone::kAccent : Tone::kDim), ui.px(2), 0, ui.px(has_keys_ ? 2 : 1));
      std::string text = byte ? fmt::format("{:02x}", *byte) : "--";
      if (nibble_ && selected_ == address + i) text = fmt::format("{:x}_", *nibble_);
      ui.text_at(list, cell, text, ui.theme.ink(byte && *byte != 0 ? Tone::kText : Tone::kFaint), Face::kMono);
      ui.note("byte." + hex(address + i), min, max, text);
      letters += byte && *byte >= 0x20 && *byte < 0x7f ? static_cast<char>(*byte) : '.';
    }
    ui.text_at(list, {column_x(columns_) + mono, at.y}, letters, ui.theme.ink(Tone::kDim), Face::kMono);
  }

  void select_at(const View& view, ImVec2 mouse, ImVec2 at, float line, const auto& column_x) {
    const u64 row = static_cast<u64>(std::max(0.f, mouse.y - at.y) / line);
    u64 column = 0;
    while (column + 1 < columns_ && mouse.x >= column_x(column + 1)) ++column;
    selected_ = view.address + row * columns_ + column, nibble_.reset(), follows_.clear(), writer_.forget();
  }

  // --- by keyboard: move, type over ---

  u64 mask() const { return kind_ == AddressKind::kVirtual ? 0xffffffff : 0x3ffffffff; }
  void scroll(i64 rows) { address_ = (address_ + static_cast<u64>(rows * static_cast<i64>(columns_))) & mask(), follows_.clear(); }

  void obey(Ui& ui, const View& view) {
    const i64 page = static_cast<i64>(view.bytes.size() / columns_), columns = static_cast<i64>(columns_);
    const std::pair<gui::Key, i64> moves[] = {{gui::Key::kLeft, -1}, {gui::Key::kRight, 1}, {gui::Key::kUp, -columns}, {gui::Key::kDown, columns},
                                         {gui::Key::kPageUp, -page * columns}, {gui::Key::kPageDown, page * columns}};
    for (const auto& [key, by] : moves)
      if (pressed({key})) move(by, page);
    if (pressed({gui::Key::kEscape})) nibble_.reset(), has_keys_ = false;
    if (ImGui::GetIO().KeyCtrl || ImGui::GetIO().KeyAlt) return;
    for (const ImWchar each : ImGui::GetIO().InputQueueCharacters) take_digit(ui, static_cast<u32>(each), page);
  }
  void move(i64 by, i64 page) {
    selected_ = (selected_ + static_cast<u64>(by)) & mask();
    nibble_.reset(), follows_.clear(), writer_.forget();
    const u64 end = address_ + static_cast<u64>(page) * columns_;
    if (selected_ < address_) address_ = row_of(selected_, columns_);
    else if (selected_ >= end) address_ = row_of(selected_, columns_) - static_cast<u64>(page - 1) * columns_;
  }
  // Two digits make a byte, which is written at once.
  void take_digit(Ui& ui, u32 letter, i64 page) {
    const u32 digit = letter >= '0' && letter <= '9' ? letter - '0' : (letter | 32) >= 'a' && (letter | 32) <= 'f' ? (letter | 32) - 'a' + 10 : 16;
    if (digit == 16 || ui.model.running()) return;
    if (!nibble_) return void(nibble_ = digit);
    const u8 byte = static_cast<u8>(*nibble_ << 4 | digit);
    ui.model.change([&](session::Debugger& d) { return session::write_memory_at(d, kind_, selected_, {&byte, 1}); });
    nibble_.reset();
    if (ui.model.trouble().empty()) move(1, page);
  }

  // --- below: the one that is selected ---

  void draw_selected(Ui& ui, const View& view) {
    ui.rule();
    ui.text(hex(selected_), Tone::kText, Face::kMono);
    ui.note("selected", hex(selected_));
    ImGui::SameLine();
    const u64 at = selected_ - view.address;
    if (at + 4 <= view.bytes.size() && view.bytes[at] && view.bytes[at + 1] && view.bytes[at + 2] && view.bytes[at + 3])
      ui.text(fmt::format("word {:08x}", u32{*view.bytes[at]} | u32{*view.bytes[at + 1]} << 8 | u32{*view.bytes[at + 2]} << 16 | u32{*view.bytes[at + 3]} << 24), Tone::kDim, Face::kMono);
    else
      ui.text("no word here", Tone::kDim);
    const bool is_virtual = kind_ == AddressKind::kVirtual;
    ImGui::SameLine(0, ui.px(16));
    if (ui.link("who", "Who wrote it?", is_virtual && !ui.model.running() ? Tone::kAccent : Tone::kFaint) && is_virtual)
      writer_.ask(ui, hex(selected_), [word = hex_short(selected_)](session::Debugger& d) { return d.last_writer(word); });
    ui.tip(is_virtual ? "Goes back through the run to the last write of this word" : "Choose Virtual: writers are looked for by the guest's own addresses");
    ImGui::SameLine(0, ui.px(16));
    if (ui.link("walk", "Walk", is_virtual ? Tone::kAccent : Tone::kFaint) && is_virtual) looked_->walk = static_cast<u32>(selected_);
    ui.tip("Show in the page walk how this address is translated");
    ImGui::SameLine(0, ui.px(16));
    if (ui.link("copy", "Copy")) ImGui::SetClipboardText(copy_text(view).c_str());
    if (writer_.asked()) writer_.draw(ui);
    else ui.text(ui.model.running() ? "Running: stop to change memory" : has_keys_ ? "Type two hexadecimal digits to write this byte" : "Click a byte, then type over it", Tone::kDim, Face::kSmall);
  }

  std::string copy_text(const View& view) const {
    std::string text;
    for (std::size_t i = 0; i < view.bytes.size(); ++i) {
      if (i % columns_ == 0) text += fmt::format("{}{:08x}:", i == 0 ? "" : "\n", view.address + i);
      text += view.bytes[i] ? fmt::format(" {:02x}", *view.bytes[i]) : " --";
    }
    return text + "\n";
  }

  struct Seen {
    u8 value = 0;
    u64 changed = 0;  ///< in which look
  };
  Sight<View, Key> sight_;
  std::shared_ptr<Looked> looked_;
  AddressKind kind_ = AddressKind::kVirtual;
  u64 address_ = 0, selected_ = 0, columns_ = 16;
  std::optional<u64> followed_;
  std::string typed_, trouble_, follows_;  ///< follows_: a register; empty for none
  std::optional<u32> nibble_;              ///< the first digit of a byte that is being typed
  bool has_keys_ = false, started_ = false;
  std::map<u64, Seen> seen_;
  u64 looks_ = 0, seen_generation_ = 0;
  WriterSearch writer_;
};

}  // namespace

PanelInfo panel_memory() { return {"memory", "Memory", "The guest's memory in bytes and text; type over a byte to change it", make_panel<MemoryPanel>}; }

}  // namespace ringside::gui
