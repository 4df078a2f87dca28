// The multiboot information structure, and what it points to, as bytes.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "base/types.hpp"

namespace ringside::loader {

// The map of a PC's first MiB: RAM that the BIOS does not keep, the extended BIOS data area, the
// screen and its ROM, the BIOS, and RAM again.
inline constexpr u32 kLowRamBegin = 0x500, kLowRamEnd = 0x9FC00, kScreen = 0xA0000;
inline constexpr u32 kBios = 0xF0000, kHighRam = 0x100000;

/// A module as the kernel is told of it.
struct PlacedModule {
  std::string text;
  u32 begin = 0, end = 0;  ///< guest-physical
};

/// The structure for guest-physical `address` (Multiboot Specification 0.6.96, section 3.3): memory
/// sizes and the map of RAM as the BIOS function E820 would tell it, command line, modules, the
/// loader's name; with `mode` also the screen, which is text of 80 columns and 25 rows at B8000h. `ram_bytes` is at
/// least 1 MiB. The texts, the map and the list of modules follow the structure.
std::vector<u8> multiboot_information(u32 address, u64 ram_bytes, const std::string& command_line,
                                      std::span<const PlacedModule> modules, bool mode = false);

}  // namespace ringside::loader
