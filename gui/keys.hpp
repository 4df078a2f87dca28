// Keys by names of our own: Dear ImGui before 1.87 knows most keys only by the numbers of whoever feeds them.
#pragma once

#include <imgui.h>

#include <optional>
#include <string>
#include <string_view>

#include "base/types.hpp"

namespace ringside::gui {

enum class Key : u8 {
  kA, kB, kC, kD, kE, kF, kG, kH, kI, kJ, kK, kL, kM, kN, kO, kP, kQ, kR, kS, kT, kU, kV, kW, kX, kY, kZ,
  k0, k1, k2, k3, k4, k5, k6, k7, k8, k9,
  kF1, kF2, kF3, kF4, kF5, kF6, kF7, kF8, kF9, kF10, kF11, kF12,
  kEnter, kEscape, kTab, kBackspace, kDelete, kSpace, kLeft, kRight, kUp, kDown, kPageUp, kPageDown, kHome, kEnd,
  kPlus, kMinus,
  kCount
};

/// A key with what is held beside it.
struct Keys {
  Key key = Key::kCount;
  bool ctrl = false, shift = false, alt = false;
  bool operator==(const Keys&) const = default;
};

/// "Ctrl+Shift+F5".
std::string key_text(const Keys& keys);
/// The other way round; nothing if it names no key.
std::optional<Keys> parse_keys(std::string_view text);

/// Whether exactly these were pressed in this frame.
bool pressed(const Keys& keys);

/// What io.KeysDown is indexed by before 1.87: the numbers of GLFW, which its backend feeds.
int native_number(Key key);
/// Presses or releases a key as a backend would: for tests and scripts.
void feed_key(ImGuiIO& io, Key key, bool down);
void feed_modifiers(ImGuiIO& io, const Keys& keys, bool down);
/// The table of native numbers for Dear ImGui's own keys, where no backend has set it (before 1.87).
void map_keys(ImGuiIO& io);

}  // namespace ringside::gui
