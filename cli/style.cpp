#include "cli/style.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>

namespace ringside::cli {

namespace {

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

bool locale_is_utf8() {
  for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    std::string locale = environment(name);
    if (locale.empty()) continue;
    for (char& c : locale) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return locale.find("utf-8") != std::string::npos || locale.find("utf8") != std::string::npos;
  }
  return false;
}

unsigned width_of(int descriptor) {
  winsize size{};
  constexpr unsigned kNarrowest = 40, kWidest = 120;
  if (ioctl(descriptor, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return Style{}.width;
  return std::clamp<unsigned>(size.ws_col, kNarrowest, kWidest);
}

// Codes of the 256-colour palette, nearest to the project's colours; by Ink.
constexpr std::array<const char*, 13> kCodes = {
    "0",       "1",        "2",        "38;5;36",  "38;5;166", "38;5;185", "38;5;74",
    "38;5;32", "38;5;178", "38;5;175", "38;5;166", "38;5;36",  "38;5;245"};

}  // namespace

Style style_of(int descriptor) {
  const std::string terminal = environment("TERM");
  const bool is_terminal = isatty(descriptor) != 0;
  return {is_terminal && terminal != "dumb" && environment("NO_COLOR").empty(), locale_is_utf8(),
          is_terminal ? width_of(descriptor) : Style{}.width};
}

Ink ink_of_account(std::string_view account) {
  if (account == "guest_user") return Ink::kUser;
  if (account == "guest_kernel") return Ink::kKernel;
  if (account == "hardware") return Ink::kHardware;
  if (account == "page_walk") return Ink::kWalk;
  if (account == "vmm") return Ink::kVmm;
  if (account == "translation") return Ink::kTranslation;
  return Ink::kIdle;
}

std::string paint(const Style& style, Ink ink, std::string_view text) {
  if (!style.colour || ink == Ink::kPlain || text.empty()) return std::string(text);
  return "\033[" + std::string(kCodes[static_cast<std::size_t>(ink)]) + "m" + std::string(text) +
         "\033[0m";
}

std::size_t columns(std::string_view text) {
  // Every byte but those that continue a character begins one.
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xc0) != 0x80;
  }));
}

std::string pad_right(std::string text, std::size_t width) {
  const std::size_t taken = columns(text);
  if (taken < width) text.append(width - taken, ' ');
  return text;
}

std::string pad_left(const std::string& text, std::size_t width) {
  const std::size_t taken = columns(text);
  return taken < width ? std::string(width - taken, ' ') + text : text;
}

std::string wrap(std::string_view text, std::size_t width, std::size_t indent) {
  std::string result;
  std::size_t at = 0;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    const std::string_view word = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (word.empty()) continue;
    if (at != 0 && at + 1 + columns(word) > width) {
      result += "\n" + std::string(indent, ' ');
      at = indent;
    } else if (!result.empty()) {
      result += ' ';
      ++at;
    }
    result += word;
    at += columns(word);
  }
  return result;
}

std::string bar(const Style& style, double columns) {
  static constexpr std::array<const char*, 8> kEighths = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
  if (!style.unicode) return std::string(static_cast<std::size_t>(std::lround(columns)), '#');
  const auto eighths = static_cast<std::size_t>(std::lround(columns * 8));
  std::string text;
  for (std::size_t i = 0; i < eighths / 8; ++i) text += "█";
  return text + kEighths[eighths % 8];
}

}  // namespace ringside::cli
