#include "gui/keys.hpp"

#include <array>
#include <utility>

namespace ringside::gui {

namespace {

constexpr std::array<std::string_view, static_cast<std::size_t>(Key::kCount) - static_cast<std::size_t>(Key::kF1)> kNames = {
    "F1",    "F2",     "F3",  "F4",        "F5",     "F6",    "F7",   "F8",    "F9", "F10",  "F11",     "F12",       "Enter",
    "Escape", "Tab", "Backspace", "Delete", "Space", "Left", "Right", "Up", "Down", "PageUp", "PageDown", "Home", "End",
    "+",     "-"};

constexpr int kNativeF1 = 290;
constexpr std::array<int, 16> kNative = {257, 256, 258, 259, 261, 32, 263, 262, 265, 264, 266, 267, 268, 269, '=', '-'};

std::string name_of(Key key) {
  if (key <= Key::kZ) return {static_cast<char>('A' + static_cast<int>(key))};
  if (key <= Key::k9) return {static_cast<char>('0' + static_cast<int>(key) - static_cast<int>(Key::k0))};
  return std::string(kNames[static_cast<std::size_t>(key) - static_cast<std::size_t>(Key::kF1)]);
}

}  // namespace

std::string key_text(const Keys& keys) {
  return std::string(keys.ctrl ? "Ctrl+" : "") + (keys.shift ? "Shift+" : "") + (keys.alt ? "Alt+" : "") + name_of(keys.key);
}

std::optional<Keys> parse_keys(std::string_view text) {
  Keys keys;
  for (const auto& [word, flag] : {std::pair{"Ctrl+", &Keys::ctrl}, {"Shift+", &Keys::shift}, {"Alt+", &Keys::alt}})
    if (text.starts_with(word)) keys.*flag = true, text.remove_prefix(std::string_view(word).size());
  for (int i = 0; i < static_cast<int>(Key::kCount); ++i)
    if (name_of(static_cast<Key>(i)) == text) return keys.key = static_cast<Key>(i), keys;
  return std::nullopt;
}

int native_number(Key key) {
  const int i = static_cast<int>(key);
  if (key <= Key::kZ) return 'A' + i;
  if (key <= Key::k9) return '0' + i - static_cast<int>(Key::k0);
  if (key <= Key::kF12) return kNativeF1 + i - static_cast<int>(Key::kF1);
  return kNative[static_cast<std::size_t>(i) - static_cast<std::size_t>(Key::kEnter)];
}

#if IMGUI_VERSION_NUM >= 18700

namespace {

constexpr std::array kOwn = {ImGuiKey_Enter,     ImGuiKey_Escape,     ImGuiKey_Tab,       ImGuiKey_Backspace,
                             ImGuiKey_Delete,    ImGuiKey_Space,      ImGuiKey_LeftArrow, ImGuiKey_RightArrow,
                             ImGuiKey_UpArrow,   ImGuiKey_DownArrow,  ImGuiKey_PageUp,    ImGuiKey_PageDown,
                             ImGuiKey_Home,      ImGuiKey_End,        ImGuiKey_Equal,     ImGuiKey_Minus};

ImGuiKey own_key(Key key) {
  const int i = static_cast<int>(key);
  if (key <= Key::kZ) return static_cast<ImGuiKey>(ImGuiKey_A + i);
  if (key <= Key::k9) return static_cast<ImGuiKey>(ImGuiKey_0 + i - static_cast<int>(Key::k0));
  if (key <= Key::kF12) return static_cast<ImGuiKey>(ImGuiKey_F1 + i - static_cast<int>(Key::kF1));
  return kOwn[static_cast<std::size_t>(i) - static_cast<std::size_t>(Key::kEnter)];
}
bool down_now(Key key) { return ImGui::IsKeyPressed(own_key(key)); }

}  // namespace

void feed_key(ImGuiIO& io, Key key, bool down) { io.AddKeyEvent(own_key(key), down); }
#if IMGUI_VERSION_NUM >= 18900
constexpr auto kCtrl = ImGuiMod_Ctrl, kShift = ImGuiMod_Shift, kAlt = ImGuiMod_Alt;
#else
constexpr auto kCtrl = ImGuiKey_ModCtrl, kShift = ImGuiKey_ModShift, kAlt = ImGuiKey_ModAlt;
#endif
void feed_modifiers(ImGuiIO& io, const Keys& keys, bool down) {
  if (keys.ctrl) io.AddKeyEvent(kCtrl, down);
  if (keys.shift) io.AddKeyEvent(kShift, down);
  if (keys.alt) io.AddKeyEvent(kAlt, down);
}
void map_keys(ImGuiIO&) {}

#else

namespace {
bool down_now(Key key) { return ImGui::IsKeyPressed(native_number(key)); }
}  // namespace

void feed_key(ImGuiIO& io, Key key, bool down) { io.KeysDown[native_number(key)] = down; }
void feed_modifiers(ImGuiIO& io, const Keys& keys, bool down) {
  if (keys.ctrl) io.KeyCtrl = down;
  if (keys.shift) io.KeyShift = down;
  if (keys.alt) io.KeyAlt = down;
}

void map_keys(ImGuiIO& io) {
  constexpr std::pair<ImGuiKey_, Key> kMap[] = {
      {ImGuiKey_Tab, Key::kTab},           {ImGuiKey_LeftArrow, Key::kLeft}, {ImGuiKey_RightArrow, Key::kRight},
      {ImGuiKey_UpArrow, Key::kUp},        {ImGuiKey_DownArrow, Key::kDown}, {ImGuiKey_PageUp, Key::kPageUp},
      {ImGuiKey_PageDown, Key::kPageDown}, {ImGuiKey_Home, Key::kHome},      {ImGuiKey_End, Key::kEnd},
      {ImGuiKey_Delete, Key::kDelete},     {ImGuiKey_Backspace, Key::kBackspace},
      {ImGuiKey_Space, Key::kSpace},       {ImGuiKey_Enter, Key::kEnter},    {ImGuiKey_Escape, Key::kEscape},
      {ImGuiKey_A, Key::kA},               {ImGuiKey_C, Key::kC},            {ImGuiKey_V, Key::kV},
      {ImGuiKey_X, Key::kX},               {ImGuiKey_Y, Key::kY},            {ImGuiKey_Z, Key::kZ}};
  for (const auto& [own, key] : kMap) io.KeyMap[own] = native_number(key);
}

#endif

bool pressed(const Keys& keys) {
  const ImGuiIO& io = ImGui::GetIO();
  return io.KeyCtrl == keys.ctrl && io.KeyShift == keys.shift && io.KeyAlt == keys.alt && down_now(keys.key);
}

}  // namespace ringside::gui
