// The hypercall interface in numbers, as far as it is the same on all ISAs: docs/hypercalls.md.
#pragma once

#include <array>
#include <optional>

#include "base/types.hpp"

namespace ringside::strategies::pv {

inline constexpr u32 kVersion = 1;
inline constexpr u32 kFeatures = 0b111;  ///< batches, block ring, event mask

/// Errors, as the register of results has them.
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

/// Arguments, and what a call leaves in the register of results: nothing where it does not return.
using Arguments = std::array<u32, 4>;
using Answer = std::optional<u32>;

inline constexpr u32 kMaxUpdates = 512, kMaxBytes = 4096, kMaxPairs = 4096;

/// The start map's windows.
inline constexpr u32 kP2mWindow = 0xf0000000, kM2pWindow = 0xf0400000;

/// Words of the shared page; from kSaved on what a trap saves, as the ISA has it.
inline constexpr u32 kPending = 0x800, kEnabled = 0x804, kMask = 0x808, kSaved = 0x80c;

/// Sources of events.
enum class Source : u8 { kTimer, kConsole, kBlock, kSelf };
inline constexpr u32 kSources = 4, kPorts = 32;

/// Words of the block ring.
inline constexpr u32 kRingRequests = 0, kRingResponses = 4, kRingSlots = 64, kRingSlotBytes = 32, kRingLength = 32;
inline constexpr u32 kBlockRead = 1, kBlockWrite = 2, kMaxSectors = 8, kSectorBytes = 512;

/// A request of the ring.
struct BlockRequest {
  u32 slot = 0;
  Error error = Error::kNone;  ///< found when it was taken
  u32 command = 0, drive = 0, sector = 0, count = 0;
  Gpa address{};
  bool holds_page = false;     ///< as writable
};

/// A handler of the guest's, and whether user code may ask for it by an instruction (x86: INT n).
struct Handler {
  u32 address = 0;
  bool user = false;
};

/// A pinned address space; on an ISA where one root serves kernel and user, `user` is the same.
struct Space {
  Gpa kernel, user;
  u8 levels = 2;
};

}  // namespace ringside::strategies::pv
