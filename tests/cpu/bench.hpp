// A CPU with a little memory and no devices, on which single instructions are tried.
#pragma once

#include <memory>

#include "cpu/fast.hpp"

namespace ringside::test {

/// One device with one register of a byte.
struct OneDevice final : cpu::Bus {
  static constexpr u64 kAddress = 0x10000000;
  u32 content = 0x5a;
  bool read(Hpa address, unsigned bytes, u32& value) override {
    if (address.v != kAddress || bytes != 1) return false;
    value = content & 0xff;
    return true;
  }
  bool write(Hpa address, unsigned bytes, u32 value) override {
    if (address.v != kAddress || bytes != 1) return false;
    content = value & 0xff;
    return true;
  }
};

/// Everything of a CPU, in the order in which it has to be made.
struct Bench {
  static constexpr u64 kBase = 0x80000000, kSize = 1u << 20;
  explicit Bench(std::string_view isa = "zisa-v", bool virtual_time = false)
      : ledger(*cost::preset("textbook")),
        clock{&ledger, virtual_time, 0},
        memory({kBase}, kSize),
        cpu(0, *cpu::Variant::named(isa), memory, ledger, clock, bus),
        fast(cpu) {}

  cost::Ledger ledger;
  cpu::Clock clock;
  mmu::Memory memory;
  OneDevice bus;
  cpu::Cpu cpu;
  cpu::FastEngine fast;
};

}  // namespace ringside::test
