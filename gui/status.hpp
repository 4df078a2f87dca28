// Why it stopped, in a sentence, and what to try next.
#pragma once

#include <string>

#include "gui/model.hpp"
#include "gui/theme.hpp"

namespace ringside::gui {

struct Status {
  Tone tone = Tone::kText;
  std::string sentence;
  std::string next;  ///< what to try; may be empty
};
Status status(const Model& model);

}  // namespace ringside::gui
