// A PC to try: the platform, a time that a test moves on, and shorthands for what kernels do.
#pragma once

#include <string_view>

#include "devices/pc_platform.hpp"

namespace pc {

using namespace ringside;
using namespace ringside::devices;

inline constexpr u64 kMillisecond = 1'000'000;  ///< at the configuration's 1 GHz

struct Pc {
  PcPlatform platform;
  u64 now = 0;

  explicit Pc(PcPlatform::Config config = {}) : platform(config) {}

  u32 in(u16 port, unsigned bytes = 1) { return platform.in(port, bytes, now); }
  void out(u16 port, u32 value, unsigned bytes = 1) { platform.out(port, value, bytes, now); }
  void outs(u16 port, std::initializer_list<u32> values) {
    for (u32 value : values) out(port, value);
  }

  u32 lapic(u32 offset) { return platform.read(Gpa{LocalApic::kDefaultBase + offset}, 4, now); }
  void lapic(u32 offset, u32 value) {
    platform.write(Gpa{LocalApic::kDefaultBase + offset}, value, 4, now);
  }
  u32 ioapic(u32 index) {
    platform.write(Gpa{IoApic::kBase}, index, 4, now);
    return platform.read(Gpa{IoApic::kBase + 0x10}, 4, now);
  }
  void ioapic(u32 index, u32 value) {
    platform.write(Gpa{IoApic::kBase}, index, 4, now);
    platform.write(Gpa{IoApic::kBase + 0x10}, value, 4, now);
  }

  /// Lets time pass, from event to event.
  void wait(u64 units) {
    const u64 until = now + units;
    for (auto next = platform.next_event(); next && *next <= until; next = platform.next_event()) {
      now = std::max(now, *next);
      platform.advance(now);
    }
    now = until;
  }

  /// Lets time pass and takes each interrupt at once; `eoi` is called with its vector. Gives how
  /// many there were.
  template <class Eoi>
  unsigned serve(u64 units, Eoi eoi) {
    const u64 until = now + units;
    unsigned served = 0;
    for (;;) {
      for (; platform.pending(); ++served) eoi(platform.acknowledge());
      const auto next = platform.next_event();
      if (!next || *next > until) break;
      now = std::max(now, *next);
      platform.advance(now);
    }
    now = until;
    return served;
  }

  /// What xv6 and JOS do: vectors from 20h, automatic EOI off, all masked but `open`.
  void initialise_pics(u16 open, u8 icw4 = 0x01) {
    out(0x20, 0x11), outs(0x21, {0x20, 0x04, icw4});
    out(0xA0, 0x11), outs(0xA1, {0x28, 0x02, 0x01});
    outs(0x20, {0x68, 0x0a}), outs(0xA0, {0x68, 0x0a});
    out(0x21, ~open & 0xff), out(0xA1, ~open >> 8 & 0xff);
  }

  /// Counter 0 as a rate generator (mode 2) or square wave (3).
  void start_pit(unsigned mode, u16 count) {
    out(0x43, 0x30 | mode << 1), outs(0x40, {count & 0xffu, u32{count} >> 8});
  }
};

}  // namespace pc
