// The assembler and the disassembler for clients: files in, files and lines out.
#pragma once

#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "base/types.hpp"
#include "session/options.hpp"

namespace ringside::session {

struct AssembledSection {
  std::string name;
  u32 address = 0, size = 0;
};
struct AssembledSymbol {
  std::string name;
  u32 value = 0;
};

/// A source as an executable, or what is wrong with it.
struct AssembledFile {
  std::vector<u8> elf;
  u32 entry = 0;
  std::vector<AssembledSection> sections;  ///< those that are loaded
  std::vector<AssembledSymbol> symbols;
  /// Each "file:line:column: error: message" with the line and a caret; empty if all is well.
  std::vector<std::string> errors;
};

/// Assembles a file (.include and .incbin are looked for beside it). An error here means that the
/// file itself could not be read; errors in it are in the result.
Result<AssembledFile> assemble_file(const std::string& path, u32 text_address);

/// One instruction of a listing.
struct ListingLine {
  u32 address = 0;
  std::vector<u8> bytes;
  std::string code;        ///< the same as a listing writes them
  std::optional<u32> word; ///< the same where instructions are words
  std::string symbol;     ///< of its address
  bool labelled = false;  ///< whether the symbol begins here
  std::string text;       ///< as it would be assembled
  std::string mark;  ///< classes of a sensitive instruction: C control, M mode, L location, T time,
                     ///< ! a hole
  bool filler = false;  ///< of x86: no code, but a multiboot header or what assemblers fill up with
};

/// All code of the guest that the options name, for whichever ISA.
Result<std::vector<ListingLine>> listing(const Options& options);

/// The instruction table of the manual, in Markdown and as JSON (schema ringside/instructions/1).
std::string instruction_table();
nlohmann::ordered_json instruction_table_json();
/// The same of x86: name, kind, the CPU model that brought it, what it does in user mode, classes.
std::string x86_instruction_table();
nlohmann::ordered_json x86_instruction_table_json();

}  // namespace ringside::session
