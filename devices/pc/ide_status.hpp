// Bits of the status and error registers (ATA-2, sections 7.2.13 and 7.2.9).
#pragma once

#include "base/types.hpp"

namespace ringside::devices {

enum IdeStatus : u8 {
  kBusy = 0x80,
  kReady = 0x40,
  kSeekDone = 0x10,
  kDataRequest = 0x08,
  kError = 0x01,
  kIdle = kReady | kSeekDone,
};

enum IdeError : u8 { kNoError = 0, kAborted = 0x04, kNotFound = 0x10 };

}  // namespace ringside::devices
