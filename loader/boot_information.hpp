// What a Z-ISA guest is told when it starts (docs/zisa.md, section 7).
#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"
#include "base/types.hpp"

namespace ringside::loader {

/// The fields that the machine knows.
struct BootInformation {
  u32 ram_base = 0;
  u32 ram_size = 0;  ///< bytes, a multiple of the page size, the boot page included
  std::string command_line;
  u32 image_begin = 0, image_end = 0;
  u32 frequency_khz = 0;
  u32 cpus = 1;

  /// Guest-physical address of the block: the last page of RAM.
  Gpa address() const { return Gpa{u64{ram_base} + ram_size - kPageSize}; }
};

/// The bytes of the block, at most a page. A command line that does not fit is an error.
Result<std::vector<u8>> boot_information(const BootInformation& information);

}  // namespace ringside::loader
