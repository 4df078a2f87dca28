// The text display as far as software without a VGA BIOS uses it.
#pragma once

#include <array>
#include <span>
#include <string>

#include "base/types.hpp"

namespace ringside::devices {

/// The VGA's ports 3C0h to 3DFh (IBM, "Personal System/2 and Personal Computer: Hardware Interface
/// Technical Reference", "Video Subsystem"). The CRT controller's registers keep what was written;
/// the other ports take everything. The text itself is the machine's RAM at kTextBase.
class Display {
 public:
  static constexpr u64 kTextBase = 0xB8000, kTextSize = 0x8000;
  static constexpr unsigned kColumns = 80, kRows = 25;

  /// Ports by their distance from 3C0h.
  u8 read(unsigned port);
  void write(unsigned port, u8 value);

  /// The screen that `text_memory` (from kTextBase, characters and attributes in turn) shows: rows
  /// without the blanks at their ends, each ended by a newline, down to the last that is not empty.
  /// Bytes that are no ASCII become blanks or question marks.
  std::string screen(std::span<const u8> text_memory) const;

  /// A register of the CRT controller; 14 and 15 are the cursor's place.
  u8 crtc(unsigned index) const { return crtc_[index]; }
  u64 hash() const;

 private:
  static constexpr unsigned kCrtcRegisters = 25;
  std::array<u8, kCrtcRegisters> crtc_{};
  u8 index_ = 0;
  bool retrace_ = false;  ///< changes with each look, so that who waits for it goes on
};

}  // namespace ringside::devices
