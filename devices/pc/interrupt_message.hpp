// What travels between the APICs.
#pragma once

#include "base/types.hpp"

namespace ringside::devices {

/// An interrupt message on the APIC bus (Intel SDM volume 3, section 10.6.1; the redirection
/// entries of the 82093AA have the same fields).
struct InterruptMessage {
  enum Delivery : u8 {
    kFixed = 0,
    kLowestPriority = 1,
    kSmi = 2,
    kNmi = 4,
    kInit = 5,
    kStartup = 6,
    kExtInt = 7
  };
  enum class To : u8 { kDestination, kSelf, kAll, kOthers };

  u8 vector = 0;
  Delivery delivery = kFixed;
  bool logical = false;  ///< how to read `destination`
  u8 destination = 0;
  bool level = false;  ///< level-triggered: the EOI is broadcast
  To to = To::kDestination;
};

}  // namespace ringside::devices
