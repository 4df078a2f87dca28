// Everything known about the source being assembled. The parts of the assembler are functions
// over this record: reader, expressions, instructions, directives, layout, fixups.
#pragma once

#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "isa/zisa/assembler/reporter.hpp"
#include "isa/zisa/assembler/section.hpp"

namespace ringside::zisa::assembler {

// Limits on hostile sources, beside those of AssemblerOptions.
inline constexpr u64 kMaxNobits = u64{1} << 30;  // of zeros that take no room in the file
inline constexpr std::size_t kMaxFrames = 500;   // macros and inclusions inside each other
inline constexpr unsigned kMaxDepth = 500;       // parentheses, symbols made of symbols
inline constexpr u64 kTextPerLine = 64;          // written by macros, for each line allowed
inline constexpr u64 kStepsPerLine = 50;         // of evaluating, for each line allowed

/// A part of an expression. The operator is a character ('<' is <<, see expression.cpp), or
/// kNumber, kSymbol, kLocation.
struct Node {
  enum class Kind : u8 { kNumber, kSymbol, kLocation, kUnary, kBinary };
  Kind kind = Kind::kNumber;
  u8 op = 0;      ///< of kUnary and kBinary
  u32 a = 0;      ///< left operand; symbol; section
  u32 b = 0;      ///< right operand; stretch
  i64 value = 0;  ///< number; offset
  Place place;
};

struct Symbol {
  enum class Kind : u8 { kUndefined, kLabel, kExpression };
  std::string name;
  Kind kind = Kind::kUndefined;
  bool global = false, weak = false, hidden = false;  // hidden: no part of the symbol table
  bool fixed = false;                                 ///< by .equiv: not to be set again
  Assembly::Symbol::Type type = Assembly::Symbol::Type::kNone;
  Location location;      ///< of a label
  NodeId node = kNoNode;  ///< of an expression
  NodeId size = kNoNode;
  Place defined;
};

struct Unit {
  explicit Unit(const AssemblerOptions& o) : options(o) {}

  const AssemblerOptions& options;
  Reporter reporter;
  std::deque<SourceFile> files;
  std::deque<std::string> texts;  ///< of lines made by macros
  std::deque<Line> lines;         ///< these lines

  std::vector<Node> nodes;
  std::vector<Symbol> symbols;
  std::vector<Section> sections;
  u32 current = 0;        ///< section that is being filled
  u32 previous = 0;       ///< the one before, for .previous
  Location dot;           ///< what `.` means in the statement at hand
  u64 bytes = 0;          ///< known bytes in all sections
  mutable u64 steps = 0;  ///< of evaluation, so far

  Section& section() { return sections[current]; }
  Location here() const {
    const Section& s = sections[current];
    return {current, s.size, static_cast<u32>(s.stretches.size())};
  }

  /// Number of the symbol called `name`, which is made undefined where it is new.
  u32 symbol(std::string_view name);
  std::optional<u32> find_symbol(std::string_view name) const;
  /// Number of the label `n:` that 1b (the last one so far) or 1f (the next) means.
  u32 local_symbol(i64 n, bool forward);
  /// Defines the label `n:` once more; gives the symbol's number.
  u32 next_local_symbol(i64 n);
  /// Makes `name` a label here. Notes an error where it is defined already.
  void define_label(std::string_view name, Place place);
  void define_local_label(i64 n, Place place);

  /// Number of the section called `name`, made with the usual flags for such a name if new.
  u32 section_called(std::string_view name);
  void switch_to(u32 section);

  // All give false, and note an error, where the limit of output is passed or a section of zeros
  // is to hold something else.
  bool append(const u8* data, std::size_t size, Place place);
  bool append_fill(u64 count, u8 value, Place place);
  bool append_word(u32 word, Place place);
  bool append_stretch(Stretch stretch);

  void error(Place place, std::string message, std::string remedy = "") {
    reporter.error(place, std::move(message), std::move(remedy));
  }

 private:
  bool room_for(u64 count, Place place);

  std::unordered_map<std::string, u32> symbol_numbers_;
  std::unordered_map<std::string, u32> section_numbers_;
  std::unordered_map<i64, u32> local_counts_;
};

}  // namespace ringside::zisa::assembler
