// The header by which a kernel says that it follows the Multiboot Specification, version 0.6.96
// ("multiboot 1"), and how it wants to be loaded.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "loader/image.hpp"

namespace ringside::loader {

/// Where a kernel that is no ELF file, or does not trust its ELF header, wants to be
/// (specification 3.1.3). All are guest-physical.
struct MultibootAddresses {
  u32 header = 0;    ///< where the header itself gets to
  u32 load = 0;      ///< first byte that is loaded
  u32 load_end = 0;  ///< 0: to the end of the file
  u32 bss_end = 0;   ///< zeros from load_end to here; 0: none
  u32 entry = 0;
};

/// What the header asks for.
struct MultibootHeader {
  u32 offset = 0;  ///< where it stands in the file
  std::optional<MultibootAddresses> addresses;
  bool wants_mode = false;  ///< it wants to be told of the screen's mode, which is that of text
};

/// Finds the header in the first 8192 bytes of `file`, 4-aligned and with a good checksum
/// (specification 3.1). An error if there is none, or if it demands what we do not offer.
Result<MultibootHeader> read_multiboot_header(std::span<const u8> bytes, const std::string& file);

/// What the addresses of the header make of a file of that many bytes: one segment. An error if
/// they contradict each other.
Result<Segment> segment_of(const MultibootHeader& header, std::size_t size,
                           const std::string& file);

/// A kernel that is no ELF file and has such addresses.
Result<Image> load_multiboot_file(std::vector<u8> bytes, const std::string& file);

}  // namespace ringside::loader
