// What a device is to the rest of the machine: registers at offsets, a line, a hash.
#pragma once

#include <optional>

#include "base/types.hpp"

namespace ringside::devices {

/// A device knows neither its address nor the machine around it, nor any clock. It is a value: a
/// copy is a snapshot, so it may hold no pointer to another device.
class Device {
 public:
  virtual ~Device() = default;

  /// Reads `size` bytes (1, 2 or 4) of the register at `offset` from the device's base. Nothing
  /// means that the device refuses the access (no register, or not of that size); the CPU turns
  /// this into an access fault. A read may change the device, as on hardware.
  virtual std::optional<u32> read(u32 offset, unsigned size) = 0;

  /// Writes the register at `offset`; false if the access is refused. A value that makes no sense
  /// is the guest's business and never an error here.
  virtual bool write(u32 offset, u32 value, unsigned size) = 0;

  /// Whether the device's interrupt line is up. Lines are levels.
  virtual bool interrupt() const { return false; }

  /// A hash of the state that the guest can see or cause; no time in it.
  virtual u64 hash() const = 0;

 protected:
  Device() = default;
  Device(const Device&) = default;
  Device& operator=(const Device&) = default;
};

/// Whether an access is to one whole, aligned 32-bit register.
constexpr bool is_word(u32 offset, unsigned size) {
  return size == 4 && offset % 4 == 0;
}

}  // namespace ringside::devices
