// The fast engine: executes predecoded operations straight through, as long as nothing but plain
// computation, memory hits and jumps come. It stops before anything else and leaves that to Cpu::step().
// State, cycles, counts and events are those of the stepping engine.
#pragma once

#include "cpu/code_page.hpp"
#include "cpu/cpu.hpp"

namespace ringside::cpu {

namespace fast {
/// What the handlers share.
struct Context {
  mmu::TlbTags* tags;   ///< of the current mode
  u32 page_address;     ///< gva of the page that is executed
  CodePage* page;
  DecodeCache* cache;
  u64 fetch_lookups;    ///< times the TLB was asked for a page of instructions
  // Where the engine stopped.
  u32 pc;
  i64 left;
  u64 counts;
  bool out_of_time;     ///< stopped at the end of the slice, not for the exact engine
#ifdef RINGSIDE_DISPATCH_LOOP
  Handler handler;
  const Op* op;
  u32 last;
  void set_next(Handler next_handler, const Op* next, i64 l, u64 c, u32 value) {
    handler = next_handler, op = next, left = l, counts = c, last = value;
  }
#endif
};
}  // namespace fast

class FastEngine {
 public:
  /// Prices are those of the CPU's ledger; they may not change later.
  explicit FastEngine(Cpu& cpu);

  /// Executes instructions for at most `budget` time units and returns how many completed. No interrupt may
  /// be due. Stops early where Cpu::step() has to go on.
  u64 run(i64 budget);

  /// Forgets predecoded code, after memory was replaced.
  void reset() { cache_.drop_all(); }
  /// Forgets what was made of translated units, after those were replaced by a copy.
  void reset_units() { cache_.drop_units(); }

  /// From now on run() stops before instructions at these addresses, in any page that they may name.
  void set_stops(const std::vector<u32>& addresses) { cache_.set_stops(addresses); }

  /// The same before instructions that write this register (1 to 31); 0 for none.
  void set_stop_register(u32 number) { cache_.set_stop_register(number); }

  /// Cycles that one instruction can take at the most in here.
  u64 dearest_instruction() const { return dearest_; }

 private:
  bool find_code(fast::Context& context);
  bool tags_of_supervisor() const;
  void run_slice(fast::Context& context, i64 slice);
  u64 account(const fast::Context& context);

  Cpu& cpu_;
  fast::DecodeCache cache_;
  u64 dearest_;
};

}  // namespace ringside::cpu
