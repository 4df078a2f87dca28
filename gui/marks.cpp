#include "gui/marks.hpp"

namespace ringside::gui {

using session::Happening;

Tone tone_of(Happening happening) {
  switch (happening) {
    case Happening::kPrivileged:
      return Tone::kVmm;
    case Happening::kFault:
      return Tone::kWalk;
    case Happening::kPortIo:
    case Happening::kInterrupt:
      return Tone::kHardware;
    case Happening::kHypercall:
    case Happening::kTrap:
    case Happening::kInject:
      return Tone::kKernel;
    case Happening::kException:
      return Tone::kUser;
    case Happening::kTranslation:
      return Tone::kTranslation;
    case Happening::kHole:
      return Tone::kLie;
    default:
      return Tone::kIdle;
  }
}

namespace {

// A star of three strokes.
void star(ImDrawList& list, ImVec2 c, float s, ImU32 ink, float thick) {
  list.AddLine({c.x, c.y - s}, {c.x, c.y + s}, ink, thick);
  list.AddLine({c.x - 0.87f * s, c.y - 0.5f * s}, {c.x + 0.87f * s, c.y + 0.5f * s}, ink, thick);
  list.AddLine({c.x - 0.87f * s, c.y + 0.5f * s}, {c.x + 0.87f * s, c.y - 0.5f * s}, ink, thick);
}

void hash_sign(ImDrawList& list, ImVec2 c, float s, ImU32 ink, float thick) {
  for (const float at : {-0.4f * s, 0.4f * s}) {
    list.AddLine({c.x + at, c.y - s}, {c.x + at, c.y + s}, ink, thick);
    list.AddLine({c.x - s, c.y + at}, {c.x + s, c.y + at}, ink, thick);
  }
}

// Two bars, struck through.
void unequal(ImDrawList& list, ImVec2 c, float s, ImU32 ink, float thick) {
  for (const float y : {-0.4f * s, 0.4f * s}) list.AddLine({c.x - s, c.y + y}, {c.x + s, c.y + y}, ink, thick);
  list.AddLine({c.x - 0.5f * s, c.y + s}, {c.x + 0.5f * s, c.y - s}, ink, thick);
}

}  // namespace

void draw_mark(const Ui& ui, ImDrawList& list, Happening happening, ImVec2 c, float s) {
  const ImU32 ink = ui.theme.ink(tone_of(happening));
  const float thick = s * 0.4f;
  switch (happening) {
    case Happening::kPrivileged:
      return list.AddTriangleFilled({c.x, c.y - s}, {c.x + s, c.y + s * 0.8f}, {c.x - s, c.y + s * 0.8f}, ink);
    case Happening::kFault:
      return list.AddCircle(c, s * 0.8f, ink, 16, thick);
    case Happening::kPortIo:
      return list.AddRectFilled({c.x - s * 0.75f, c.y - s * 0.75f}, {c.x + s * 0.75f, c.y + s * 0.75f}, ink);
    case Happening::kHypercall:
      return hash_sign(list, c, s, ink, thick * 0.8f);
    case Happening::kException:
      return list.AddQuadFilled({c.x, c.y - s}, {c.x + s, c.y}, {c.x, c.y + s}, {c.x - s, c.y}, ink);
    case Happening::kInterrupt:
      return star(list, c, s, ink, thick);
    case Happening::kTranslation:
      return list.AddNgonFilled(c, s, ink, 6);
    case Happening::kTrap:
      return list.AddTriangleFilled({c.x - s, c.y - s * 0.8f}, {c.x + s, c.y - s * 0.8f}, {c.x, c.y + s}, ink);
    case Happening::kInject:
      return list.AddTriangle({c.x - s, c.y - s * 0.8f}, {c.x + s, c.y - s * 0.8f}, {c.x, c.y + s}, ink, thick);
    case Happening::kHole:
      list.AddRectFilled({c.x - s * 1.3f, c.y - s * 1.3f}, {c.x + s * 1.3f, c.y + s * 1.3f}, ink, s * 0.4f);
      return unequal(list, c, s * 0.8f, ui.theme.ink_on(Tone::kLie), thick * 0.7f);
    case Happening::kOtherExit:
    case Happening::kOther:
      return list.AddCircleFilled(c, s * 0.5f, ink, 12);
    case Happening::kNone:
      return;
  }
}

}  // namespace ringside::gui
