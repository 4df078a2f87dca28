// The hypercall interface in numbers: docs/hypercalls.md.
#pragma once

#include <array>
#include <optional>

#include "base/types.hpp"

namespace ringside::strategies::pv {

inline constexpr u32 kVersion = 1;
inline constexpr u32 kFeatures = 0b111;  ///< batches, block ring, event mask

/// Errors, as a0 has them.
enum class Error : i32 {
  kNone = 0,
  kNoCall = -1,
  kInvalid = -2,
  kFault = -3,
  kType = -4,
  kState = -5,
  kLimit = -6,
  kEntry = -7,
};
constexpr u32 code(Error error) { return static_cast<u32>(static_cast<i32>(error)); }

/// Arguments a0 to a3, and what a call leaves in a0: nothing where it does not return.
using Arguments = std::array<u32, 4>;
using Answer = std::optional<u32>;

inline constexpr u32 kRegisterA0 = 10, kRegisterA1 = 11, kRegisterA7 = 17;

inline constexpr u32 kMaxTraps = 33, kMaxUpdates = 512, kMaxBytes = 4096, kMaxPairs = 4096;

/// The start map's windows.
inline constexpr u32 kP2mWindow = 0xf0000000, kM2pWindow = 0xf0400000;

/// Words of the shared page.
inline constexpr u32 kPending = 0x800, kEnabled = 0x804, kMask = 0x808, kSavedSr = 0x80c;

/// Sources of events.
enum class Source : u8 { kTimer, kConsole, kBlock, kSelf };
inline constexpr u32 kSources = 4, kPorts = 32;

/// Words of the block ring.
inline constexpr u32 kRingRequests = 0, kRingResponses = 4, kRingSlots = 64, kRingSlotBytes = 32, kRingLength = 32;
inline constexpr u32 kBlockRead = 1, kBlockWrite = 2, kMaxSectors = 8, kSectorBytes = 512;

}  // namespace ringside::strategies::pv
