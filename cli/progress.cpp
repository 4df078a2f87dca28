#include "cli/progress.hpp"

#include <fmt/format.h>

#include <cstdio>

#include "cli/numbers.hpp"
#include "cli/terminal.hpp"

namespace ringside::cli {

Progress::Progress(std::string label, bool on)
    : label_(std::move(label)), on_(on && stderr_is_terminal()) {}

void Progress::begin(const std::string& label) {
  label_ = label;
  start_ = shown_ = Clock::now();
  write(label_ + " ...");
}

bool Progress::due() {
  const auto time = Clock::now();
  if (time - start_ < std::chrono::seconds(2) || time - shown_ < std::chrono::milliseconds(200))
    return false;
  shown_ = time;
  return true;
}

void Progress::show(u64 done, u64 of) {
  if (due()) write(fmt::format("{}: {} of {}", label_, grouped(done), grouped(of)));
}

void Progress::show(const session::Session::Progress& now) {
  if (!due()) return;
  const double seconds = std::chrono::duration<double>(shown_ - start_).count();
  write(fmt::format(
      "{}{} million instructions, {} million cycles, {:.0f} million instructions a second",
      label_.empty() ? "" : label_ + ": ", grouped(now.instructions / 1000000),
      grouped(now.cycles / 1000000), static_cast<double>(now.instructions) / seconds / 1e6));
}

void Progress::write(const std::string& text) {
  if (!on_) return;
  fmt::print(stderr, "\r\033[K{}", text);
  std::fflush(stderr);
  visible_ = true;
}

void Progress::clear() {
  if (visible_) fmt::print(stderr, "\r\033[K");
  visible_ = false;
}

}  // namespace ringside::cli
