// What is measured: five programs on both sides, and what it takes to start, to run and to hold a
// small guest.
#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"
#include "base/types.hpp"

namespace ringside::bench {

struct Settings {
  std::string isa = "zisa";  ///< or "x86": the five programs alone, as multiboot kernels
  std::string ringside = "build/ringside";  ///< the program to measure
  std::string programs = "build/bench";     ///< folder of the linked programs
  std::string qemu;                         ///< empty: that of the ISA, by its usual name
  std::vector<std::string> only;            ///< names of programs; empty: all
  unsigned repeats = 5;
  unsigned percent = 100;  ///< of a program's default rounds
  bool json = false;
};

/// The times of one side, in seconds of host CPU time, one for each repetition.
struct Side {
  std::vector<double> full, empty;  ///< of runs with all rounds and with none
  /// Best full run less best empty one: what the rounds took.
  double seconds() const;
};

struct Program {
  std::string name;
  std::string console;   ///< what it printed; the same on both sides
  u64 instructions = 0;  ///< of the rounds: full run less empty one, as Ringside counts them
  Side ringside, qemu;
  u64 resident_bytes = 0;  ///< of Ringside, at its peak
  double mips(const Side& side) const {
    return static_cast<double>(instructions) / side.seconds() / 1e6;
  }
  double ratio() const { return qemu.seconds() / ringside.seconds(); }
};

/// A strategy with one guest.
struct StrategySpeed {
  std::string strategy, guest;
  u64 count = 0;  ///< of instructions or exits, full run less empty one
  Side side;
  double per_second() const { return static_cast<double>(count) / side.seconds(); }
};

struct Measured {
  std::vector<Program> programs;
  double geometric_mean = 0;  ///< of the ratios
  // The rest is measured on Z-ISA alone.
  std::vector<double>
      back;  ///< wall seconds of one `back` of the debugger, 100 million instructions in
  std::vector<double> hello;              ///< wall seconds of zos printing hello, from start to end
  u64 resident_bytes = 0;                 ///< the most that any run held
  std::vector<StrategySpeed> user_bound;  ///< instructions of user code; the first is bare
  std::vector<StrategySpeed> exits;       ///< exits and what is done about them
};

/// The QEMU to measure against, and the folder's names of the programs for each side end so.
struct Opponent {
  const char *qemu, *ours, *theirs;
};
Opponent opponent(const Settings& settings);

/// RAM of the guests measured: the same for both sides.
inline constexpr u64 kGuestRam = 16u << 20;

/// Runs everything, alternating between the sides. An error where a program is missing, ends badly,
/// or prints different checksums on the two sides.
Result<Measured> measure(const Settings& settings);

}  // namespace ringside::bench
