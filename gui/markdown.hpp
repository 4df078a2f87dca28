// Markdown as blocks and spans: what hand-outs are written in. md4c reads it.
//
// A step that the program checks off is an item of a task list, with what it waits for in a comment that other readers
// of Markdown do not show:
//   - [ ] Press **F8**. <!-- when: event lie --> <!-- do: run.hole -->
// `when` is what session/conditions.hpp reads; `do` names actions that do it for whoever wants to be shown.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/types.hpp"

namespace ringside::gui {

struct Span {
  std::string text;  ///< "\n" alone: a new line
  bool strong = false, emphasis = false, code = false;
  std::string link;  ///< where it leads; empty: nowhere
};

struct Block {
  enum class Kind : u8 { kHeading, kText, kItem, kStep, kCode, kQuote, kRule } kind = Kind::kText;
  unsigned level = 0;  ///< of a heading, from 1; of all others how deep it stands in lists
  std::string marker;  ///< of an item: "1." or a bullet
  std::vector<Span> spans;
  // Of a step.
  bool ticked = false;  ///< in the text itself
  std::string when;
  std::vector<std::string> does;
};

std::vector<Block> parse_markdown(std::string_view text);

}  // namespace ringside::gui
