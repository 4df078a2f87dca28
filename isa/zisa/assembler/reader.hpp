// The stream of statements: files inside files, macros inside macros, repetitions.
#pragma once

#include <vector>

#include "isa/zisa/assembler/unit.hpp"

namespace ringside::zisa::assembler {

/// The first word of a statement ("" where it begins with something else): enough to find .if and
/// .endm in text that is not assembled.
std::string_view first_word(std::string_view text);

class Reader {
 public:
  explicit Reader(Unit& unit) : unit_(unit) {}

  /// The next statement, or null at the end or where a limit is passed.
  const Line* next();

  /// Goes on with the lines of a file; returns to where it was behind them.
  void enter_file(std::string name, std::string text, Place from);

  /// Goes on with these lines, `repeats` times. `conditions` is the number of open .if, for
  /// leave_macro().
  void enter(std::vector<const Line*> lines, u64 repeats, bool macro, std::size_t conditions,
             Place from);

  /// Leaves the innermost macro; gives the number of .if that were open when it was entered.
  std::optional<std::size_t> leave_macro();

  /// The lines up to the one that begins with `closer`, which may stand inside of itself where an
  /// `opener` precedes it. Nothing, and an error noted at `from`, where it never comes.
  std::optional<std::vector<const Line*>> block(const std::vector<std::string_view>& openers,
                                                std::string_view closer, Place from);

 private:
  struct Frame {
    std::vector<const Line*> lines;
    u64 repeats = 1;
    bool macro = false;
    std::size_t conditions = 0;
    Place from;
    std::size_t at = 0;
  };
  const Line* next_in(Frame& frame);

  Unit& unit_;
  std::vector<Frame> frames_;
  u64 delivered_ = 0;
};

}  // namespace ringside::zisa::assembler
