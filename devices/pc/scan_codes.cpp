// From characters to the keys of a US keyboard.
#include <string>

#include "devices/pc/keyboard.hpp"

namespace ringside::devices {
namespace {

constexpr u8 kControl = 0x1d, kLeftShift = 0x2a, kBreak = 0x80;

/// What the keys of scan codes 1 to 57 give, plain and with shift; a blank where none gives text.
constexpr std::string_view kPlain =
    "\x1b"
    "1234567890-=\b\tqwertyuiop[]\n asdfghjkl;'` \\zxcvbnm,./ *  ";
constexpr std::string_view kShifted =
    "\x1b"
    "!@#$%^&*()_+\b\tQWERTYUIOP{}\n ASDFGHJKL:\"~ |ZXCVBNM<>? *  ";
static_assert(kPlain.size() == 57 + 0 && kShifted.size() == kPlain.size());
constexpr u8 kSpaceKey = 57;

/// The key that gives `c`; 0 if none of `keys` does.
u8 key_of(std::string_view keys, char c) {
  if (c == ' ') return kSpaceKey;
  const auto found = keys.find(c);
  return found == std::string_view::npos ? u8{0} : static_cast<u8>(found + 1);
}

std::string press(u8 key) {
  return {static_cast<char>(key), static_cast<char>(key | kBreak)};
}

std::string press_with(u8 modifier, u8 key) {
  return static_cast<char>(modifier) + press(key) + static_cast<char>(modifier | kBreak);
}

std::string keys_for(char c) {
  if (c == '\r') c = '\n';
  if (c == '\x7f') c = '\b';
  if (const u8 key = key_of(kPlain, c)) return press(key);
  if (const u8 key = key_of(kShifted, c)) return press_with(kLeftShift, key);
  if (c > 0 && c < 27) return press_with(kControl, key_of(kPlain, static_cast<char>('a' + c - 1)));
  return {};
}

}  // namespace

std::string scan_codes(std::string_view text) {
  std::string codes;
  for (char c : text) codes += keys_for(c);
  return codes;
}

}  // namespace ringside::devices
