// Random x86 programs for both engines, held against each other.
#pragma once

#include <fmt/format.h>

#include <memory>

#include "cpu/x86/fast.hpp"
#include "support/dice.hpp"
#include "x86_machine.hpp"

namespace ringside::test::x86 {

/// What a random program may do.
struct Wild {
  u64 seed = 0;
  bool paging = false;
  unsigned ring = 0;
  u32 tick = 0;  ///< mean cycles between interrupts, 0 for none
  bool virtual_time = false;
};

/// Code and data lie in RAM's upper part; with paging on, other linear addresses lead there too.
inline constexpr u32 kCodePages = 4, kData = 0x40000, kDirectory = 0x5000, kPages = 0x6000,
                     kRam = 1u << 20;

/// Random code: instructions of all kinds, mostly on small displacements, jumps mostly near.
class RandomCode {
 public:
  explicit RandomCode(test::Dice& dice) : dice_(dice) {}
  std::vector<u8> make(u32 bytes) {
    while (out_.size() < bytes) instruction();
    return out_;
  }

 private:
  u32 roll(u32 sides) { return static_cast<u32>(dice_.below(sides)); }
  void put(std::initializer_list<u32> bytes) {
    for (const u32 byte : bytes) out_.push_back(static_cast<u8>(byte));
  }
  void word(u32 value) { put({value, value >> 8, value >> 16, value >> 24}); }
  void any_word() { word(roll(2) ? roll(64) - 32 : static_cast<u32>(dice_.next())); }
  // A place for `reg`: register, or memory near a register's value.
  void place(u32 reg, bool memory_only = false) {
    const u32 mod = roll(memory_only ? 3 : 4), rm = roll(8), field = reg << 3;
    if (mod == 3) return put({0xc0 | field | rm});
    if (mod == 0 && rm == 5) return put({field | rm}), word(kData + roll(0x8000));
    put({mod << 6 | field | rm});
    const u32 base = roll(8);
    if (rm == 4) put({roll(4) << 6 | roll(8) << 3 | base});
    if (mod == 1) put({roll(256)});
    if (mod == 2 || (mod == 0 && rm == 4 && base == 5)) word(kData + roll(0x8000));
  }
  void instruction() {
    if (roll(40) == 0)
      put({dice_.pick<u32>({0x26, 0x2e, 0x36, 0x3e, 0x64, 0x65, 0x66, 0x67, 0xf0})});
    switch (roll(26)) {
      case 0:
      case 1:
      case 2:
      case 3:
        return put({roll(8) * 8 + roll(4)}), place(roll(8));
      case 4:
      case 5:
        return put({0x83}), place(roll(8)), put({roll(256)});
      case 6:
        return put({0x81}), place(roll(8)), any_word();
      case 7:
      case 8:
        return put({0x88 + roll(4)}), place(roll(8));
      case 9:
        return put({0x40 + roll(16)});
      case 10:
        return put({0x50 + roll(16)});
      case 11:
        return put({0xb8 + roll(8)}), any_word();
      case 12:
        return put({0x0f, 0xb6 + roll(2) + 8 * roll(2)}), place(roll(8));
      case 13:
        return shift();
      case 14:
        return put({0xf6 + roll(2)}), place(2 + roll(6));
      case 15:
        return put({0x84 + roll(2)}), place(roll(8));
      case 16:
      case 17:
      case 18:
        return put({0x70 + roll(16), roll(60) - 20});
      case 19:
        return two_bytes();
      case 20:
        return put({0x8d}), place(roll(8), true);
      case 21:
        return string();
      case 22:
        return call();
      case 23:
        return put({0xc7}), place(0), any_word();
      case 24:
        return put({0x80}), place(roll(8)), put({roll(256)});
      default:
        return rare();
    }
  }
  void shift() {
    const bool by_immediate = roll(2);
    put({(by_immediate ? 0xc0 : 0xd0 + 2 * roll(2)) + roll(2)}), place(roll(8));
    if (by_immediate) put({roll(40)});
  }
  void two_bytes() {
    switch (roll(8)) {
      case 0:
        return put({0x0f, 0x90 + roll(16)}), place(0);
      case 1:
        return put({0x0f, 0x40 + roll(16)}), place(roll(8));
      case 2:
        return put({0x0f, 0xaf}), place(roll(8));
      case 3:
        return put({0x0f, dice_.pick<u32>({0xa3, 0xab, 0xb3, 0xbb, 0xbc, 0xbd})}), place(roll(8));
      case 4:
        return put({0x0f, dice_.pick<u32>({0xa4, 0xac})}), place(roll(8)), put({roll(32)});
      case 5:
        return put({0x0f, dice_.pick<u32>({0xb0, 0xb1, 0xc0, 0xc1})}), place(roll(8));
      case 6:
        return put({0x0f, 0x80 + roll(16)}), word(roll(200) - 60);
      default:
        return put({0x0f, 0xc8 + roll(8)});
    }
  }
  void string() {
    put({0xb9}), word(roll(40));  // a count that ends soon
    if (roll(3)) put({0xbf}), word(kData + roll(0x8000));
    if (roll(3)) put({0xbe}), word(kData + roll(0x8000));
    if (roll(8) == 0) put({0xfc + roll(2)});
    if (roll(3)) put({0xf2 + roll(2)});
    put({dice_.pick<u32>({0xa4, 0xa5, 0xa6, 0xa7, 0xaa, 0xab, 0xac, 0xad, 0xae, 0xaf})});
  }
  void call() {
    switch (roll(6)) {
      case 0:
        return put({0xc3});
      case 1:
        return put({0xe8}), word(roll(400) - 200);
      case 2:
        return put({0xe9}), word(roll(0x3000) - 0x1800);
      case 3:
        return put({0xeb, roll(60) - 20});
      case 4:
        return put({0xff}), place(2 + 2 * roll(3));
      default:
        return put({0xe0 + roll(4), roll(60) - 20});
    }
  }
  void rare() {
    constexpr u32 kOneByte[] = {0x27, 0x2f, 0x37, 0x3f, 0x60, 0x61, 0x90, 0x98, 0x99, 0x9c,
                                0x9d, 0x9e, 0x9f, 0xc9, 0xcc, 0xd6, 0xd7, 0xf5, 0xf8, 0xf9,
                                0xfa, 0xfb, 0xfc, 0x06, 0x1e, 0xce, 0xfc, 0xf5, 0x98, 0x99};
    switch (roll(9)) {
      case 0:
        return put({0x69}), place(roll(8)), any_word();
      case 1:
        return put({0x6b}), place(roll(8)), put({roll(256)});
      case 2:
        return put({0x68}), any_word();
      case 3:
        return put({0x86 + roll(2)}), place(roll(8));
      case 4:
        return put({0xc8, roll(32), 0, roll(3)});
      case 5:
        return put({0xd4 + roll(2), roll(12)});
      case 6:
        return put({roll(2) ? 0x62u : 0x8fu}), place(0, true);
      case 7:
        return put({0xfe}), place(roll(2));
      default:
        return put({kOneByte[roll(std::size(kOneByte))]});
    }
  }

  test::Dice& dice_;
  std::vector<u8> out_;
};

/// A machine with a random program. Whatever goes wrong leads to a handler that goes on somewhere
/// in the code.
struct RandomMachine : TestMachine {
  explicit RandomMachine(const Wild& wild) : dice_(wild.seed), tick_(wild.tick) {
    clock.virtual_time = wild.virtual_time;
    const auto bytes = RandomCode(dice_).make(kCodePages * kPageSize - 64);
    for (u32 i = 0; i < bytes.size(); ++i) memory.write<u8>({kCode + i}, bytes[i]);
    for (u32 at = kData; at < kRam; at += 4) put(at, static_cast<u32>(dice_.next()));
    for (unsigned vector = 0; vector < 256; ++vector) make_handler(vector);
    enter(wild.ring);
    for (unsigned i = 0; i < kGprs; ++i)
      if (i != kEsp) cpu.state.r[i] = kData + static_cast<u32>(dice_.below(0x8000));
    cpu.state.eflags |= wild.tick ? flag::kIf : 0;
    if (wild.paging) turn_paging_on(wild.ring == 3);
    next_tick();
  }

  /// Cycles until the timer's interrupt, if there is one.
  i64 time_left() const {
    return tick_ == 0 ? i64{1} << 40 : static_cast<i64>(due_) - static_cast<i64>(ledger.clock());
  }
  /// One step of the exact engine, with the timer.
  void step() {
    if (tick_ != 0 && ledger.clock() >= due_) cpu.intr_line = true;
    const Step step = cpu.step();
    halted = halted || step.triple_fault || cpu.state.halted;
    if (step.kind != Step::Kind::kTrapped) return;
    ++traps[step.trap.vector];
    if (step.trap.kind == Trap::Kind::kInterrupt) cpu.intr_line = false, next_tick();
  }
  bool halted = false;
  std::array<u32, 256> traps{};

 private:
  // Puts a fresh address, registers that lead to memory, and flags without traps on the stack, and
  // returns.
  void make_handler(unsigned vector) {
    u32 at = handler_at(vector);
    const auto emit = [&](std::initializer_list<u32> bytes) {
      for (const u32 byte : bytes) memory.write<u8>({at++}, static_cast<u8>(byte));
    };
    const auto emit_word = [&](u32 value) { emit({value, value >> 8, value >> 16, value >> 24}); };
    set_idt(vector, make_gate(kKernelCode, at, 0xe, 3));
    if (vector >= 0x20) return emit({0xcf});
    if (has_error_code(static_cast<u8>(vector))) emit({0x83, 0xc4, 4});
    emit({0xc7, 0x04, 0x24}),
        emit_word(kCode + static_cast<u32>(dice_.below(kCodePages * kPageSize - 256)));
    emit({0x81, 0x64, 0x24, 8}), emit_word(~(flag::kTf | flag::kNt | flag::kAc | flag::kDf));
    emit({0xbb}), emit_word(kData + static_cast<u32>(dice_.below(0x8000)));
    emit({0xbd}), emit_word(kData + static_cast<u32>(dice_.below(0x8000)));
    emit({0xcf});
  }
  static constexpr u32 handler_at(unsigned vector) { return kHandlers + 64 * vector; }

  // The first 4 MiB but for tables and handlers are writable data; all other regions show the same
  // pages.
  void turn_paging_on(bool user) {
    for (u32 i = 0; i < 1024; ++i) put(kDirectory + 4 * i, kPages | 7);
    for (u32 i = 0; i < 1024; ++i) {
      const u32 frame = i < kRam / kPageSize ? i : kData / kPageSize + i % 64;
      const u32 lot = static_cast<u32>(dice_.below(40));
      const u32 flags = i < kRam / kPageSize / 4 ? 7
                        : lot == 0               ? 0
                        : lot == 1               ? 5
                        : lot == 2 && user       ? 3
                                                 : 7;
      put(kPages + 4 * i, frame * kPageSize | flags);
    }
    cpu.state.cr3 = kDirectory;
    cpu.state.cr0 |= cr0::kPg | cr0::kWp;
  }
  void next_tick() { due_ = ledger.clock() + 1 + (tick_ ? dice_.below(2 * tick_) : 0); }

  test::Dice dice_;
  u32 tick_;
  u64 due_ = 0;
};

/// Takes a random machine so many steps on by both engines, to where both stand at the same step.
class FastRun {
 public:
  explicit FastRun(const Wild& wild) : machine(wild), fast(machine.cpu) {}
  RandomMachine machine;
  FastEngine fast;
  u64 by_fast = 0;

  void advance(u64 steps) {
    while (steps != 0 && !machine.halted) {
      const i64 budget = std::min<i64>(static_cast<i64>(steps), machine.time_left());
      if (!machine.cpu.interrupt_due() && budget > 0 && machine.cpu.fetch_cached()) {
        const u64 done = fast.run(budget);
        by_fast += done, steps -= done;
      }
      if (steps != 0) machine.step(), --steps;
    }
  }
};

/// Empty if both machines stand alike; else what differs.
inline std::string difference(const RandomMachine& a, const RandomMachine& b, bool memory_too) {
  const State &sa = a.cpu.state, &sb = b.cpu.state;
  if (sa.eip != sb.eip) return fmt::format("eip {:#x} and {:#x}", sa.eip, sb.eip);
  for (unsigned i = 0; i < kGprs; ++i)
    if (sa.r[i] != sb.r[i])
      return fmt::format("register {}: {:#x} and {:#x} at {:#x}", i, sa.r[i], sb.r[i], sa.eip);
  if (sa.eflags != sb.eflags)
    return fmt::format("eflags {:#x} and {:#x} at {:#x}", sa.eflags, sb.eflags, sa.eip);
  if (!(sa == sb)) return fmt::format("state at {:#x}", sa.eip);
  for (unsigned p = 0; p < cost::kParams; ++p)
    for (unsigned account = 0; account < cost::kAccounts; ++account) {
      const u64 na =
          a.ledger.count(static_cast<cost::Account>(account), static_cast<cost::Param>(p));
      const u64 nb =
          b.ledger.count(static_cast<cost::Account>(account), static_cast<cost::Param>(p));
      if (na != nb)
        return fmt::format("account {} parameter {}: {} and {} at {:#x}", account, p, na, nb,
                           sa.eip);
    }
  if (a.clock.instructions != b.clock.instructions || a.cpu.direct != b.cpu.direct)
    return fmt::format("instructions {} and {}", a.clock.instructions, b.clock.instructions);
  const auto &ta = a.cpu.mmu().tlb, &tb = b.cpu.mmu().tlb;
  if (!(ta.counts == tb.counts))
    return fmt::format("TLB hits {} and {}, misses {} and {} at {:#x}", ta.counts.hits,
                       tb.counts.hits, ta.counts.misses, tb.counts.misses, sa.eip);
  if (!(ta.entries() == tb.entries())) return "entries of the TLB";
  if (memory_too && !std::equal(a.memory.at({0}), a.memory.at({0}) + kRam, b.memory.at({0})))
    return "memory";
  return "";
}

}  // namespace ringside::test::x86
