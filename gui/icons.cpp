// The signs on buttons, drawn, so that no font is needed.
#include "gui/ui.hpp"

namespace ringside::gui {

namespace {

// A triangle that points right (or left, with a negative width).
void triangle(ImDrawList& list, ImVec2 c, float width, float height, ImU32 ink) {
  const float w = width > 0 ? width : -width;
  if (width > 0)
    list.AddTriangleFilled({c.x - w / 2, c.y - height}, {c.x + w / 2, c.y}, {c.x - w / 2, c.y + height}, ink);
  else
    list.AddTriangleFilled({c.x + w / 2, c.y - height}, {c.x - w / 2, c.y}, {c.x + w / 2, c.y + height}, ink);
}

void bar(ImDrawList& list, ImVec2 c, float width, float height, ImU32 ink) {
  list.AddRectFilled({c.x - width / 2, c.y - height}, {c.x + width / 2, c.y + height}, ink);
}

void dots(ImDrawList& list, ImVec2 c, float apart, float radius, ImU32 ink) {
  for (const float x : {-apart, 0.f, apart}) list.AddCircleFilled({c.x + x, c.y}, radius, ink, 12);
}

void chevron(ImDrawList& list, ImVec2 c, float s, bool down, ImU32 ink) {
  const float y = down ? s / 2 : -s / 2;
  const ImVec2 line[] = {{c.x - s, c.y - y}, {c.x, c.y + y}, {c.x + s, c.y - y}};
  list.AddPolyline(line, 3, ink, 0, s * 0.36f);
}

void lines(ImDrawList& list, ImVec2 c, float s, ImU32 ink) {
  for (const float y : {-0.7f, 0.f, 0.7f}) bar(list, {c.x, c.y + y * s}, 2 * s, s * 0.12f, ink);
}

}  // namespace

void Ui::icon(ImDrawList& list, Icon which, ImVec2 c, float s, ImU32 ink) const {
  switch (which) {
    case Icon::kRun:
      return triangle(list, c, 1.9f * s, s, ink);
    case Icon::kRunBack:
      return triangle(list, c, -1.9f * s, s, ink);
    case Icon::kPause:
      return bar(list, {c.x - s * 0.5f, c.y}, s * 0.55f, s, ink), bar(list, {c.x + s * 0.5f, c.y}, s * 0.55f, s, ink);
    case Icon::kStep:
      return bar(list, {c.x + s * 0.8f, c.y}, s * 0.3f, s, ink), triangle(list, {c.x - s * 0.3f, c.y}, 1.4f * s, s * 0.9f, ink);
    case Icon::kBack:
      return bar(list, {c.x - s * 0.8f, c.y}, s * 0.3f, s, ink), triangle(list, {c.x + s * 0.3f, c.y}, -1.4f * s, s * 0.9f, ink);
    case Icon::kToExit:
      list.AddCircle({c.x + s * 0.55f, c.y}, s * 0.5f, ink, 16, s * 0.25f);
      return triangle(list, {c.x - s * 0.6f, c.y}, 1.1f * s, s * 0.9f, ink);
    case Icon::kMenu:
      return lines(list, c, s, ink);
    case Icon::kMore:
      return dots(list, c, s * 0.8f, s * 0.22f, ink);
    case Icon::kFold:
      return chevron(list, c, s * 0.7f, true, ink);
    case Icon::kUnfold:
      return chevron(list, c, s * 0.7f, false, ink);
  }
}

}  // namespace ringside::gui
