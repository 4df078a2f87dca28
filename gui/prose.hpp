// Spans of text in lines: words, code and links as Markdown has them.
#pragma once

#include <functional>

#include "gui/markdown.hpp"
#include "gui/ui.hpp"

namespace ringside::gui {

struct ProseStyle {
  Face face = Face::kBody;
  Tone tone = Tone::kText;
};

/// Draws them at the cursor, as wide as there is room, and moves the cursor below. `follow` is called for a link that is
/// pressed; links are called `name`.0, `name`.1 and so on.
void draw_prose(Ui& ui, std::string_view name, const std::vector<Span>& spans, const ProseStyle& style,
                const std::function<void(const std::string& link)>& follow);

/// The same as plain text.
std::string plain_text(const std::vector<Span>& spans);

}  // namespace ringside::gui
