// Guests as ELF files: 32 bits, little-endian, executable, for RISC-V or the 386.
#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"
#include "loader/image.hpp"

namespace ringside::loader {

/// Reads the ELF file whose content is `bytes`; errors call it `file`. Nothing in it is trusted.
/// Segments go to their physical addresses, and the entry is one of those.
Result<Image> load_elf(std::vector<u8> bytes, const std::string& file);

}  // namespace ringside::loader
