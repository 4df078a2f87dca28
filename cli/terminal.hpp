// The user's terminal and standard input.
#pragma once

#include <optional>
#include <string>

#include "base/result.hpp"

namespace ringside::cli {

bool stdin_is_terminal();
bool stderr_is_terminal();

/// All of standard input, where it is no terminal: empty where it is closed. A pipe that stays
/// silent for two seconds is named on stderr, so that nobody waits without knowing for what.
Result<std::string> read_piped_input();

/// While one lives, keys come to us one by one and are not echoed: the guest does that. The
/// terminal is restored in its destructor, and by any signal that ends the program.
class RawTerminal {
 public:
  RawTerminal();
  ~RawTerminal();
  RawTerminal(const RawTerminal&) = delete;
  RawTerminal& operator=(const RawTerminal&) = delete;

  /// Keys that were pressed, after waiting for at most so many milliseconds (-1: for ever). Nothing
  /// once the terminal is gone; empty if no key was pressed.
  std::optional<std::string> keys(int wait_ms);
};

/// Counts Ctrl+C while one lives; the third ends the program at once.
class InterruptWatch {
 public:
  InterruptWatch();
  ~InterruptWatch();
  InterruptWatch(const InterruptWatch&) = delete;
  InterruptWatch& operator=(const InterruptWatch&) = delete;
  static bool interrupted();
};

}  // namespace ringside::cli
