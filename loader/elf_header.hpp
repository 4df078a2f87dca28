// The checks of an ELF header that libelf leaves to its callers.
#pragma once

#include <span>
#include <string>

#include "base/result.hpp"
#include "base/types.hpp"

namespace ringside::loader {

/// Whether a file begins with the header of an ELF file that we can load, and whether its tables of
/// segments and sections lie within the file. The error says what the file is instead.
Result<void> check_elf_header(std::span<const u8> bytes, const std::string& file);

}  // namespace ringside::loader
