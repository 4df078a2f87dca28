// Inter for words, JetBrains Mono for code and numbers.
#pragma once

#include <imgui.h>

#include <array>
#include <string>
#include <vector>

#include "base/types.hpp"

namespace ringside::gui {

enum class Face : u8 { kBody, kSmall, kTitle, kStrong, kMono, kMonoSmall, kCount };

struct Fonts {
  std::array<ImFont*, static_cast<std::size_t>(Face::kCount)> faces{};
  std::array<float, static_cast<std::size_t>(Face::kCount)> sizes{};  ///< pixels
  bool fallback = false;  ///< one of the two was not found: Dear ImGui's own stands in for it
  ImFont* operator[](Face face) const { return faces[static_cast<std::size_t>(face)]; }
  float size(Face face) const { return sizes[static_cast<std::size_t>(face)]; }
};

/// Puts all faces into the atlas, at this scale, in place of what was there. The files are looked for in these folders, in
/// a `fonts` folder of each, and where Debian installs them.
Fonts load_fonts(ImFontAtlas& atlas, float scale, const std::vector<std::string>& folders);

}  // namespace ringside::gui
