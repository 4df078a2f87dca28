// The tour of two minutes, which is built in: gui/tour.md.
#pragma once

#include <string>
#include <string_view>

namespace ringside::gui {

/// Its Markdown.
std::string_view tour_text();
/// The script that goes through it as a person would: what its steps do.
std::string tour_script();

}  // namespace ringside::gui
