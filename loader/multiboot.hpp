// How an x86 kernel is started: what a multiboot 1 loader puts into memory and registers
// (Multiboot Specification 0.6.96, sections 3.2 and 3.3), as QEMU's -kernel does it.
#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"
#include "base/types.hpp"
#include "loader/image.hpp"

namespace ringside::loader {

/// A file that the kernel gets beside its own.
struct MultibootModule {
  std::string text;  ///< what the kernel is told of it: a name, by custom, and arguments
  std::vector<u8> bytes;
};

struct MultibootOptions {
  u64 ram_bytes = 0;  ///< from guest-physical 0 on, the hole below 1 MiB included; at most 4 GiB
  std::string command_line;
  std::vector<MultibootModule> modules;
};

/// Bytes and where they go, guest-physical.
struct MultibootPart {
  Gpa address;
  std::vector<u8> bytes;
};

/// All that starting a kernel takes. RAM that no part names is zero. The CPU begins in protected
/// mode with paging and interrupts off, CS flat code and DS, ES, FS, GS and SS flat data, and A20
/// on.
struct Multiboot {
  u32 entry = 0;                     ///< EIP, physical
  u32 eax = 0x2BADB002;              ///< says that a multiboot loader has been at work
  u32 ebx = 0;                       ///< address of the information structure
  std::vector<MultibootPart> parts;  ///< they do not overlap, and lie in RAM
};

/// Prepares the start of a kernel for the 386: an image from load_elf, or from load_multiboot_file.
/// Its command line is the last part of the file's path and, behind a blank, the one of the
/// options. Modules follow the kernel, each on a page boundary. Errors: no header or one that
/// demands too much, a kernel that lies outside of RAM or where the information goes, modules or
/// texts that do not fit.
Result<Multiboot> prepare_multiboot(const Image& image, const MultibootOptions& options);

}  // namespace ringside::loader
