// What the PC's firmware leaves in memory for an operating system.
#pragma once

#include <vector>

#include "base/types.hpp"

namespace ringside::devices {

/// Bytes for the machine to copy into the guest's RAM before it starts.
struct Blob {
  Gpa gpa;
  std::vector<u8> bytes;
};

inline constexpr u32 kBootGdt = 0xF6000, kBootGdtBytes = 24;
inline constexpr u32 kBaseMemoryKiB = 639;  ///< conventional memory below the EBDA

/// The tables of a PC with that many CPUs (APIC IDs from 0), in order of address:
///   00400  the BIOS data area (IBM, "PC AT Technical Reference"): ports, equipment, base memory
///          at 40:13, the segment of the EBDA at 40:0E;
///   9FC00  the extended BIOS data area, with a floating pointer;
///   F5A00  another floating pointer, where who scans F0000 to FFFFF finds it, and the
///          configuration table itself;
///   F6000  the GDT that a multiboot kernel is started with: flat code at 08, flat data at 10.
/// Pointer and table follow Intel's "MultiProcessor Specification" 1.4, chapter 4. F0000 to FFFFF
/// has to be readable memory; nothing here needs it to be writable.
std::vector<Blob> firmware_tables(unsigned cpus, unsigned drives);

}  // namespace ringside::devices
