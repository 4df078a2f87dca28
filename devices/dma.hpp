// How devices reach memory.
#pragma once

#include <span>

#include "base/types.hpp"

namespace ringside::devices {

/// Names the device that does DMA, for whoever decides what it may reach.
enum class DeviceId : u8 { kDisk };

/// The one way from a device to memory. Addresses are what the device was told by its driver:
/// guest-physical. Both give false, and move nothing, where a part of the range is no RAM or may
/// not be reached.
class DmaPort {
 public:
  virtual ~DmaPort() = default;
  /// Memory to device.
  virtual bool read(DeviceId device, Gpa from, std::span<u8> to) = 0;
  /// Device to memory.
  virtual bool write(DeviceId device, Gpa to, std::span<const u8> from) = 0;
};

}  // namespace ringside::devices
