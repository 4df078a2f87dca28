#include "devices/pc/display.hpp"

#include "base/hash.hpp"

namespace ringside::devices {
namespace {

enum Port : unsigned { kMiscellaneous = 0x0C, kCrtcIndex = 0x14, kCrtcData = 0x15, kStatus = 0x1A };
constexpr unsigned kStartHigh = 12, kStartLow = 13;
constexpr u8 kColour = 0x67;       // ports at 3Dxh, 80 columns, 400 lines
constexpr u8 kRetraceBits = 0x09;  // display disabled, vertical retrace

char printable(u8 c) {
  if (c == 0) return ' ';
  return c >= 0x20 && c < 0x7f ? static_cast<char>(c) : '?';
}

}  // namespace

u8 Display::read(unsigned port) {
  switch (port) {
    case kMiscellaneous:
      return kColour;
    case kCrtcIndex:
      return index_;
    case kCrtcData:
      return index_ < kCrtcRegisters ? crtc_[index_] : 0;
    case kStatus:
      retrace_ = !retrace_;
      return retrace_ ? kRetraceBits : 0;
    default:
      return 0;
  }
}

void Display::write(unsigned port, u8 value) {
  if (port == kCrtcIndex) index_ = value;
  if (port == kCrtcData && index_ < kCrtcRegisters) crtc_[index_] = value;
}

std::string Display::screen(std::span<const u8> text_memory) const {
  const std::size_t start = crtc_[kStartHigh] * 256u + crtc_[kStartLow];
  std::string screen;
  for (unsigned row = 0; row < kRows; ++row) {
    for (unsigned column = 0; column < kColumns; ++column) {
      const std::size_t at = 2 * (start + row * kColumns + column) % kTextSize;
      screen += at < text_memory.size() ? printable(text_memory[at]) : ' ';
    }
    screen.resize(screen.find_last_not_of(' ') + 1);
    screen += '\n';
  }
  screen.resize(screen.find_last_not_of('\n') + 1);
  return screen.empty() ? screen : screen + '\n';
}

u64 Display::hash() const {
  return hash_bytes(crtc_.data(), crtc_.size(), index_ | u64{retrace_} << 8);
}

}  // namespace ringside::devices
