#include "gui/raster.hpp"

#include <stb_image_write.h>

#include <algorithm>
#include <cmath>

namespace ringside::gui {

namespace {

struct Texture {
  const u8* pixels = nullptr;
  int width = 0, height = 0;
};

struct Colour {
  float r, g, b, a;
};
Colour colour_of(ImU32 c) {
  const auto part = [&](int shift) { return static_cast<float>(c >> shift & 255) / 255.f; };
  return {part(IM_COL32_R_SHIFT), part(IM_COL32_G_SHIFT), part(IM_COL32_B_SHIFT), part(IM_COL32_A_SHIFT)};
}

class Canvas {
 public:
  Canvas(Picture& picture, Texture texture) : picture_(picture), texture_(texture) {}

  void clip(ImVec4 rect) {
    left_ = std::max(0, static_cast<int>(rect.x)), top_ = std::max(0, static_cast<int>(rect.y));
    right_ = std::min(picture_.width, static_cast<int>(rect.z)),
    bottom_ = std::min(picture_.height, static_cast<int>(rect.w));
  }

  // A pixel belongs to the triangle that holds its middle; of two that share a border, to one.
  void triangle(const ImDrawVert& a, const ImDrawVert& b, const ImDrawVert& c) {
    const float area = cross(a.pos, b.pos, c.pos);
    if (area == 0) return;
    if (area < 0) return triangle(a, c, b);
    const auto [x0, x1] = range(a.pos.x, b.pos.x, c.pos.x, left_, right_);
    const auto [y0, y1] = range(a.pos.y, b.pos.y, c.pos.y, top_, bottom_);
    for (int y = y0; y < y1; ++y)
      for (int x = x0; x < x1; ++x) {
        const ImVec2 p{static_cast<float>(x) + 0.5f, static_cast<float>(y) + 0.5f};
        const float u = cross(b.pos, c.pos, p), v = cross(c.pos, a.pos, p), w = cross(a.pos, b.pos, p);
        if (inside(u, b.pos, c.pos) && inside(v, c.pos, a.pos) && inside(w, a.pos, b.pos))
          blend(x, y, mix(a, b, c, u / area, v / area, w / area));
      }
  }

 private:
  static float cross(ImVec2 a, ImVec2 b, ImVec2 p) { return (b.x - a.x) * (p.y - a.y) - (b.y - a.y) * (p.x - a.x); }
  static bool inside(float side, ImVec2 from, ImVec2 to) {
    const bool own = to.y < from.y || (to.y == from.y && to.x > from.x);
    return side > 0 || (side == 0 && own);
  }
  static std::pair<int, int> range(float a, float b, float c, int least, int most) {
    return {std::max(least, static_cast<int>(std::floor(std::min({a, b, c})))),
            std::min(most, static_cast<int>(std::ceil(std::max({a, b, c}))))};
  }

  Colour mix(const ImDrawVert& a, const ImDrawVert& b, const ImDrawVert& c, float u, float v, float w) const {
    Colour out = colour_of(a.col);
    if (a.col != b.col || b.col != c.col) {
      const Colour p = colour_of(b.col), q = colour_of(c.col);
      out = {out.r * u + p.r * v + q.r * w, out.g * u + p.g * v + q.g * w, out.b * u + p.b * v + q.b * w,
             out.a * u + p.a * v + q.a * w};
    }
    const Colour t = sample(a.uv.x * u + b.uv.x * v + c.uv.x * w, a.uv.y * u + b.uv.y * v + c.uv.y * w);
    return {out.r * t.r, out.g * t.g, out.b * t.b, out.a * t.a};
  }

  // Bilinear, as the graphics card does.
  Colour sample(float u, float v) const {
    const float x = u * static_cast<float>(texture_.width) - 0.5f, y = v * static_cast<float>(texture_.height) - 0.5f;
    const float fx = x - std::floor(x), fy = y - std::floor(y);
    const int ix = static_cast<int>(std::floor(x)), iy = static_cast<int>(std::floor(y));
    Colour sum{0, 0, 0, 0};
    for (int dy = 0; dy < 2; ++dy)
      for (int dx = 0; dx < 2; ++dx) {
        const float weight = (dx ? fx : 1 - fx) * (dy ? fy : 1 - fy);
        const Colour t = texel(ix + dx, iy + dy);
        sum = {sum.r + t.r * weight, sum.g + t.g * weight, sum.b + t.b * weight, sum.a + t.a * weight};
      }
    return sum;
  }
  Colour texel(int x, int y) const {
    x = std::clamp(x, 0, texture_.width - 1), y = std::clamp(y, 0, texture_.height - 1);
    const u8* t = texture_.pixels + 4 * (static_cast<std::size_t>(y) * static_cast<std::size_t>(texture_.width) +
                                         static_cast<std::size_t>(x));
    return {static_cast<float>(t[0]) / 255, static_cast<float>(t[1]) / 255, static_cast<float>(t[2]) / 255,
            static_cast<float>(t[3]) / 255};
  }

  void blend(int x, int y, Colour c) {
    u8* to = picture_.rgba.data() +
             4 * (static_cast<std::size_t>(y) * static_cast<std::size_t>(picture_.width) + static_cast<std::size_t>(x));
    const auto over = [&](u8& channel, float value) {
      channel =
          static_cast<u8>(std::clamp(value * 255 * c.a + static_cast<float>(channel) * (1 - c.a) + 0.5f, 0.f, 255.f));
    };
    over(to[0], c.r), over(to[1], c.g), over(to[2], c.b);
  }

  Picture& picture_;
  Texture texture_;
  int left_ = 0, top_ = 0, right_ = 0, bottom_ = 0;
};

void draw(Canvas& canvas, const ImDrawList& list, ImVec2 origin) {
  for (const ImDrawCmd& command : list.CmdBuffer) {
    if (command.UserCallback) continue;
    const ImVec4 r = command.ClipRect;
    canvas.clip({r.x - origin.x, r.y - origin.y, r.z - origin.x, r.w - origin.y});
    const ImDrawVert* vertices = list.VtxBuffer.Data + command.VtxOffset;
    const ImDrawIdx* indices = list.IdxBuffer.Data + command.IdxOffset;
    for (unsigned i = 0; i + 2 < command.ElemCount; i += 3)
      canvas.triangle(vertices[indices[i]], vertices[indices[i + 1]], vertices[indices[i + 2]]);
  }
}

}  // namespace

Picture rasterize(const ImDrawData& data, ImFontAtlas& atlas, int width, int height, ImU32 ground) {
  Picture picture{width, height,
                  std::vector<u8>(4 * static_cast<std::size_t>(width) * static_cast<std::size_t>(height))};
  for (std::size_t i = 0; i < picture.rgba.size(); i += 4)
    for (const auto& [at, shift] :
         {std::pair{0u, IM_COL32_R_SHIFT}, {1u, IM_COL32_G_SHIFT}, {2u, IM_COL32_B_SHIFT}, {3u, IM_COL32_A_SHIFT}})
      picture.rgba[i + at] = static_cast<u8>(ground >> shift & 255);
  u8* pixels = nullptr;
  Texture texture;
  atlas.GetTexDataAsRGBA32(&pixels, &texture.width, &texture.height);
  texture.pixels = pixels;
  Canvas canvas(picture, texture);
  for (int i = 0; i < data.CmdListsCount; ++i) draw(canvas, *data.CmdLists[i], data.DisplayPos);
  return picture;
}

Result<void> write_png(const Picture& p, const std::string& file) {
  if (stbi_write_png(file.c_str(), p.width, p.height, 4, p.rgba.data(), 4 * p.width) != 0) return {};
  return fail({Error::Kind::kBadFile, file, "", "cannot be written", "choose a folder that is there and writable"});
}

}  // namespace ringside::gui
