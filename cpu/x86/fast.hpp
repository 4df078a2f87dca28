// The fast engine of x86: executes predecoded operations straight through, as long as nothing but
// plain computation, memory hits and jumps come. It stops before anything else and leaves that to
// Cpu::step(). State, cycles, counts and events are those of the stepping engine.
//
// It runs 32-bit code in flat segments (CS, SS, DS and ES from 0 to 4 GiB; FS and GS may be
// others), with no debug feature on. All other code is stepped.
#pragma once

#include "cpu/x86/code_page.hpp"
#include "cpu/x86/cpu.hpp"

namespace ringside::x86 {

class FastEngine {
 public:
  /// Prices are those of the CPU's ledger; they may not change later.
  explicit FastEngine(Cpu& cpu);

  /// Executes instructions for at most `budget` time units and returns the number of steps. No
  /// interrupt may be due. Stops early where Cpu::step() has to go on.
  u64 run(i64 budget);

  /// Forgets predecoded code, after memory was replaced.
  void reset() { cache_.drop_all(); }
  /// Forgets what was made of translated units, after those were replaced by a copy.
  void reset_units() { cache_.drop_units(); }

  /// From now on run() stops before instructions at these addresses, in any page that they may
  /// name.
  void set_stops(const std::vector<u32>& addresses) { cache_.set_stops(addresses); }

  /// The same before instructions that write this general register; kNoRegister for none.
  void set_stop_register(u32 number) { cache_.set_stop_register(number); }

  /// Cycles that one step can take at the most in here.
  u64 dearest_instruction() const { return dearest_; }

 private:
  bool can_run() const;
  bool find_code(fast::Context& context);
  void run_slice(fast::Context& context, i64 slice);
  u64 account(const fast::Context& context);

  Cpu& cpu_;
  fast::DecodeCache cache_;
  u64 dearest_;
};

}  // namespace ringside::x86
