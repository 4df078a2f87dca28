// The assembler: GNU's syntax for RISC-V, with the instructions of Z-ISA as mnemonics. It places
// the sections itself and gives an executable; there is no linker. docs/assembler.md is its manual.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "base/types.hpp"

namespace ringside::zisa {

/// An error in a source. Line and column count from 1.
struct Diagnostic {
  std::string file;
  u32 line = 0;
  u32 column = 0;
  std::string message;
  std::string remedy;   ///< what to do about it; may be empty
  std::string source;   ///< the line it is about, macro arguments filled in
  std::string context;  ///< where that line comes from ("in macro 'push', called at a.s:12")

  /// "file:line:column: error: message", the source line, a caret below it, and the remedy.
  std::string text() const;
};

struct AssemblerOptions {
  /// Where the first section with code goes.
  u32 text_address = 0x80000000;
  /// Gives the content of a file named by .include or .incbin, or nothing where it cannot be
  /// read. Without it both are errors: this folder does no I/O.
  std::function<std::optional<std::string>(std::string_view name)> read_file;
  /// Limits that keep a hostile source from taking all memory or time: bytes of output, and
  /// statements after macros, repetitions and inclusions.
  u64 max_bytes = 64u << 20;
  u64 max_lines = 2u << 20;
};

/// A program, placed in memory.
struct Assembly {
  struct Section {
    std::string name;
    u32 address = 0;
    u32 size = 0;           ///< in memory
    u32 align = 1;          ///< in bytes
    std::vector<u8> bytes;  ///< empty where `nobits`
    bool allocated = false;
    bool writable = false;
    bool executable = false;
    bool nobits = false;  ///< zeros that take no room in the file, as .bss
    bool note = false;
  };
  struct Symbol {
    enum class Type : u8 { kNone = 0, kObject = 1, kFunction = 2 };  // numbers as in ELF
    std::string name;
    u32 value = 0;
    u32 size = 0;
    Type type = Type::kNone;
    bool global = false;
    bool weak = false;
    std::optional<u32> section;  ///< index in `sections`; none: an absolute number
  };
  /// The instructions from `address` to the next entry come from this line.
  struct LineEntry {
    u32 address = 0;
    u32 file = 0;  ///< index in `files`
    u32 line = 0;
  };

  std::vector<Section> sections;  ///< by address; those that are not loaded come last
  std::vector<Symbol> symbols;    ///< in the order of the source
  std::vector<LineEntry> lines;   ///< by address
  std::vector<std::string> files;
  u32 entry = 0;  ///< _start, or the first section with code

  /// The program as an ELF32 executable for RISC-V, with its symbols.
  std::vector<u8> elf() const;
};

/// Assembles one source, called `file` in messages. Gives the program, or up to 20 errors.
tl::expected<Assembly, std::vector<Diagnostic>> assemble(std::string_view file,
                                                         std::string_view text,
                                                         const AssemblerOptions& options = {});

}  // namespace ringside::zisa
