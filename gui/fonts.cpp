#include "gui/fonts.hpp"

#include <cmath>
#include <filesystem>

namespace ringside::gui {

namespace {

namespace fs = std::filesystem;

// What our texts use beside Latin: dashes, quotation marks, thin spaces, arrows, signs of inequality, blocks.
constexpr ImWchar kRanges[] = {0x20,   0xff,   0x2009, 0x2015, 0x2018, 0x2026, 0x202f, 0x202f, 0x2190,
                               0x2193, 0x21b5, 0x21b5, 0x2260, 0x2265, 0x00d7, 0x00d7, 0x2581, 0x2588, 0};

constexpr const char* kSystem[] = {"/usr/share/fonts/opentype/inter", "/usr/share/fonts/truetype/inter",
                                   "/usr/share/fonts/truetype/jetbrains-mono", "/usr/share/fonts"};

std::string find_font(const std::string& name, const std::vector<std::string>& folders) {
  std::vector<fs::path> places;
  for (const auto& folder : folders) places.insert(places.end(), {fs::path(folder) / "fonts", folder});
  places.insert(places.end(), std::begin(kSystem), std::end(kSystem));
  std::error_code error;
  for (const auto& place : places)
    for (const char* ending : {".otf", ".ttf"})
      if (const auto file = place / (name + ending); fs::is_regular_file(file, error)) return file.string();
  return "";
}

// Signs that the font does not have are those of `spare`.
ImFont* add(ImFontAtlas& atlas, const std::string& file, const std::string& spare, float pixels) {
  ImFontConfig config;
  config.SizePixels = pixels;
  config.OversampleH = 2, config.OversampleV = 1;
  config.PixelSnapH = true;
  ImFont* font = file.empty() ? nullptr : atlas.AddFontFromFileTTF(file.c_str(), pixels, &config, kRanges);
  if (!font) return atlas.AddFontDefault(&config);
  config.MergeMode = true;
  if (!spare.empty() && spare != file) atlas.AddFontFromFileTTF(spare.c_str(), pixels, &config, kRanges);
  return font;
}

}  // namespace

Fonts load_fonts(ImFontAtlas& atlas, float scale, const std::vector<std::string>& folders) {
  atlas.Clear();
  const std::string words = find_font("Inter-Regular", folders), strong = find_font("Inter-SemiBold", folders);
  const std::string mono = find_font("JetBrainsMono-Regular", folders);
  Fonts fonts;
  const auto set = [&](Face face, const std::string& file, float size) {
    const auto i = static_cast<std::size_t>(face);
    fonts.sizes[i] = std::round(size * scale);
    fonts.faces[i] = add(atlas, file, words, fonts.sizes[i]);
  };
  set(Face::kBody, words, 15);
  set(Face::kSmall, words, 13);
  set(Face::kTitle, strong, 20);
  set(Face::kStrong, strong, 15);
  set(Face::kMono, mono, 15);
  set(Face::kMonoSmall, mono, 13);
  fonts.fallback = words.empty() || mono.empty();
  return fonts;
}

}  // namespace ringside::gui
