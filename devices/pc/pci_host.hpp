// PCI configuration space with a host bridge and nothing else.
#pragma once

#include "base/types.hpp"

namespace ringside::devices {

/// Configuration mechanism #1 (PCI Local Bus Specification 2.1, section 3.7.4.1): an address at
/// CF8h, data at CFCh. Bus 0, device 0 is Intel's 82441FX (i440fx); where no device is, reads give
/// ones.
class PciHost {
 public:
  void select(u32 address) { address_ = address & 0x80ff'fffc; }
  u32 address() const { return address_; }

  /// The register selected.
  u32 read() const;

 private:
  static constexpr u32 kEnable = 0x8000'0000;
  u32 address_ = 0;
};

inline u32 PciHost::read() const {
  if (!(address_ & kEnable) || (address_ & 0x00ff'ff00) != 0) return 0xffff'ffff;
  switch (address_ & 0xfc) {
    case 0x00:
      return 0x1237'8086;  // device and vendor
    case 0x04:
      return 0x0000'0006;  // command: memory, bus master
    case 0x08:
      return 0x0600'0002;  // class: host bridge; revision 2
    default:
      return 0;
  }
}

}  // namespace ringside::devices
