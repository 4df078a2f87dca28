// A guest's source for those who edit it: assembled from memory, with errors at their place; kept in files without ever
// leaving half of one.
#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"
#include "base/types.hpp"

namespace ringside::session {

/// What is wrong with a source, and where.
struct SourceFault {
  std::string file;
  u32 line = 0, column = 0;  ///< from 1; 0 if it has no place
  std::string message, remedy;
  std::string context;  ///< "in macro 'push', called at a.s:12"; may be empty
};

struct BuiltSource {
  std::vector<u8> elf;  ///< an executable, if there are no faults
  u32 entry = 0;
  std::vector<SourceFault> faults;
};

/// As `ringside asm PATH` (docs/assembler.md), but of this text instead of the file's; what it includes is looked for
/// beside `path`.
BuiltSource build_source(const std::string& path, const std::string& text, u32 text_address = 0x80000000);

/// The executable of a source: "a/hello.s" makes "a/hello.elf".
std::string program_of(const std::string& path);
/// Where text that is not saved yet is kept: "a/hello.s" has "a/.hello.s.autosave".
std::string autosave_of(const std::string& path);

/// Writes a file anew: until all of it is written, the old one stays. Errors: it cannot be written.
Result<void> replace_file(const std::string& path, const std::string& content);

}  // namespace ringside::session
