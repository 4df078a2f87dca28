// ELF files made by hand, to be read and to be spoiled.
#pragma once

#include <elf.h>

#include <string>
#include <vector>

#include "base/types.hpp"

namespace ringside::loader_test {

/// Writes a small ELF32 executable for RISC-V: a header, program headers, the bytes they name, and
/// on wish a table of symbols. What is public may be changed before bytes() is called.
class ElfBytes {
 public:
  Elf32_Ehdr header{};
  std::vector<Elf32_Phdr> segments;
  std::vector<std::vector<u8>> contents;  ///< of each segment
  std::vector<Elf32_Sym> symbols;
  std::string strings = std::string(1, '\0');

  ElfBytes();

  /// A segment with these bytes; memory_size 0 means as many as there are bytes.
  void load(u32 address, std::vector<u8> content, u32 memory_size = 0);
  void note(const std::string& owner, u32 type, const std::string& text);
  void symbol(const std::string& name, u32 address, u32 size, int type, int binding,
              u16 section = 1);

  std::vector<u8> bytes() const;
};

}  // namespace ringside::loader_test
