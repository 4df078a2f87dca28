// What everything looks like: one table of colours for light and dark, sizes, spacing. Colours of lanes, bars and
// marks are those of Okabe and Ito (2008), which colour-blind eyes tell apart; each means one thing everywhere.
#pragma once

#include <imgui.h>

#include <span>
#include <string_view>

#include "base/types.hpp"

namespace ringside::gui {

enum class Tone : u8 {
  // Surfaces and text.
  kBackground,  ///< between panes
  kPane,
  kRaised,  ///< buttons, fields, pop-ups
  kHover,
  kSelected,
  kRule,  ///< thin lines
  kText,
  kDim,  ///< text that is read second; still 4.5 : 1
  kFaint,  ///< what is switched off
  kAccent,  ///< links, the focus, the instruction that comes next
  kGood,
  kBad,
  kChanged,  ///< behind what the last step changed
  // Meanings: the same in lanes, bars, exits and charts.
  kUser,
  kKernel,
  kVmm,
  kHardware,
  kTranslation,
  kWalk,
  kIdle,
  kLie,  ///< always with the sign of inequality
  kCount
};

struct Token {
  Tone tone;
  std::string_view name;
  u32 light, dark;  ///< 0xrrggbb
};
/// The table, in the order of Tone.
std::span<const Token> tokens();

/// The tone of an account of the ledger ("guest_user"); kIdle for an unknown one.
Tone tone_of_account(std::string_view account);

/// Contrast of two colours as WCAG 2 defines it, from 1 to 21.
double contrast(u32 a, u32 b);

struct Theme {
  bool dark = true;
  float scale = 1;  ///< of the screen times what the user chose

  u32 rgb(Tone tone) const;
  ImU32 ink(Tone tone, float alpha = 1) const;
  ImVec4 vec(Tone tone, float alpha = 1) const;
  /// Black or white, whichever reads better on this.
  ImU32 ink_on(Tone tone) const;

  /// So many pixels at 100 %. Everything stands on a grid of 8.
  float px(float pixels) const { return pixels * scale; }

  /// Makes Dear ImGui's own widgets look like ours.
  void apply(ImGuiStyle& style) const;
};

}  // namespace ringside::gui
