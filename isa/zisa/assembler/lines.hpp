// Statements: a source cut at line ends and semicolons, comments blanked.
#pragma once

#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "base/types.hpp"

namespace ringside::zisa::assembler {

/// One statement and where it comes from. Lines stay where they are until the assembly ends, so
/// that errors found late can still point at them.
struct Line {
  std::string_view text;    ///< the statement
  std::string_view source;  ///< the whole line around it, as it was written
  u32 column = 1;           ///< of the statement's first character in `source`
  u32 file = 0;
  u32 number = 1;
  const Line* called_from = nullptr;  ///< the call of the macro that this line was made by
  std::string_view macro = {};        ///< that macro's name
};

/// A character of a line; columns count from 1.
struct Place {
  const Line* line = nullptr;
  u32 column = 1;
};

/// A file read, cut into statements.
struct SourceFile {
  std::string name;
  std::string text;
  std::string blanked;  ///< the same length as `text`
  std::vector<Line> lines;
  const Line* unclosed_comment = nullptr;  ///< the line where a comment begins that never ends
};

/// Cuts file.text into file.lines; `index` becomes their file number.
void split(SourceFile& file, u32 index);

}  // namespace ringside::zisa::assembler
