// Draws what Dear ImGui wants drawn without a graphics card: for pictures where there is no screen, and for tests.
#pragma once

#include <imgui.h>

#include <string>
#include <vector>

#include "base/result.hpp"
#include "base/types.hpp"

namespace ringside::gui {

/// Pixels as red, green, blue, alpha, row by row from the top.
struct Picture {
  int width = 0, height = 0;
  std::vector<u8> rgba;
};

/// Draws into a picture of that size. The only texture is the atlas, as red, green, blue and alpha.
Picture rasterize(const ImDrawData& data, ImFontAtlas& atlas, int width, int height, ImU32 ground = IM_COL32_BLACK);

/// Errors: the file cannot be written.
Result<void> write_png(const Picture& picture, const std::string& file);

}  // namespace ringside::gui
