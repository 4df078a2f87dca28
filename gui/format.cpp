#include "gui/format.hpp"

#include <fmt/format.h>

#include <utility>

namespace ringside::gui {

namespace {
constexpr const char* kThinSpace = "\u202f";
}

std::string grouped(u64 number) {
  const std::string digits = std::to_string(number);
  std::string out;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    if (i != 0 && (digits.size() - i) % 3 == 0) out += kThinSpace;
    out += digits[i];
  }
  return out;
}

std::string hex(u64 number) { return fmt::format("{:08x}", number); }
std::string hex_short(u64 number) { return fmt::format("{:#x}", number); }

std::string counted(u64 number, const std::string& unit) {
  return grouped(number) + " " + unit + (number == 1 ? "" : "s");
}

std::string share(u64 part, u64 whole) {
  if (whole == 0) return "-";
  const double percent = 100.0 * static_cast<double>(part) / static_cast<double>(whole);
  if (part != 0 && percent < 0.1) return "<0.1 %";
  return fmt::format("{:.1f} %", percent);
}

std::string rounded(double number) {
  for (const auto& [unit, name] : {std::pair{1e9, "G"}, {1e6, "M"}, {1e3, "k"}})
    if (number >= unit) return fmt::format("{:.1f}\u202f{}", number / unit, name);
  return fmt::format("{:.0f}", number);
}

}  // namespace ringside::gui
