// One assembly: takes statements from the reader and hands them to labels, directives, macros
// and instructions.
#pragma once

#include <map>

#include "isa/zisa/assembler/lexer.hpp"
#include "isa/zisa/assembler/reader.hpp"
#include "isa/zisa/assembler/unit.hpp"

namespace ringside::zisa::assembler {

struct Macro {
  struct Parameter {
    std::string name;
    std::string standard;  ///< what it is where the call does not say
    bool required = false;
    bool rest = false;  ///< takes all that is left of the call
  };
  std::string name;
  std::vector<Parameter> parameters;
  std::vector<const Line*> body;
};

/// An open .if.
struct Condition {
  bool active;      ///< its lines are assembled now
  bool was_active;  ///< one of its branches was taken
  bool has_else;
  Place place;
};

struct Driver {
  explicit Driver(const AssemblerOptions& options) : unit(options), reader(unit) {}

  Unit unit;
  Reader reader;
  std::map<std::string, Macro, std::less<>> macros;
  std::vector<Condition> conditions;
  std::vector<std::pair<u32, u32>> pushed_sections;  // of .pushsection: current and previous
  u32 macro_calls = 0;
  u64 expanded_text = 0;
  bool ended = false;  // by .end

  /// Assembles everything that the reader gives.
  void run();

  bool skipping() const { return !conditions.empty() && !conditions.back().active; }

 private:
  void statement(const Line& line);
  void labels(Cursor& cursor);
  void dispatch(Cursor& cursor);
};

/// Calls a macro: the reader goes on with its lines. `call` stands behind the name.
void call_macro(Driver& driver, const Macro& macro, const Cursor& call, const Token& name);

/// Whether `name` is .if or one of its kin, which are looked at even where lines are skipped.
bool is_conditional(std::string_view name);
void assemble_conditional(Driver& driver, const Token& name, Cursor& operands);

}  // namespace ringside::zisa::assembler
