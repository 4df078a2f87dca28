// Random kernels of x86 that do with descriptors, tables, flags and rings whatever comes to mind, with a handler that goes
// on somewhere else after each trap. What they change of page tables they invalidate at once, with interrupts off.
#pragma once

#include <memory>
#include <vector>

#include "cost/model.hpp"
#include "support/dice.hpp"
#include "vmm/x86/arch.hpp"

namespace ringside::test::x86 {

/// What a guest may do beside.
struct Hostility {
  u64 seed = 0;
  bool paging = true;
  bool beyond_reason = false;  ///< writes anything into page tables, and leaves protected mode
};

/// The RAM of such a guest, and what it is started with.
class HostileGuest {
 public:
  static constexpr u32 kRam = 2u << 20;

  explicit HostileGuest(const Hostility& how) : how_(how), dice_(how.seed), ram_(kRam) {
    make_tables();
    make_handler();
    for (u32 slot = 0; slot < kSlots; ++slot) make_slot(kKernel + slot * kSlotBytes, false);
    for (u32 slot = 0; slot < kSlots; ++slot) make_slot(kUser + slot * kSlotBytes, true);
  }
  const std::vector<u8>& ram() const { return ram_; }
  ringside::x86::State first_state() const;

 private:
  static constexpr u32 kGdt = 0x1000, kIdt = 0x2000, kTss = 0x3000, kLdt = 0x4000, kDirectory = 0x5000, kTable = 0x6000,
                       kKernelStack = 0x9000, kUserStack = 0xb000, kKernel = 0x10000, kUser = 0x14000, kHandler = 0x18000,
                       kStart = 0x19000, kData = 0x30000;
  static constexpr u32 kSlots = 64, kSlotBytes = 64, kLimit = 0xff;

  u32 roll(u32 sides) { return dice_.below(sides); }
  void put32(u32 at, u32 value) { store_le(&ram_[at], value); }
  void put64(u32 at, u64 value) { put32(at, static_cast<u32>(value)), put32(at + 4, static_cast<u32>(value >> 32)); }
  void emit(std::initializer_list<u32> bytes) {
    for (const u32 byte : bytes) code_.push_back(static_cast<u8>(byte));
  }
  void emit32(u32 value) { emit({value & 0xff, value >> 8 & 0xff, value >> 16 & 0xff, value >> 24}); }
  void set_eax(u32 value) { emit({0xb8}), emit32(value); }
  void push(u32 value) { emit({0x68}), emit32(value); }
  void place(u32 at) { std::copy(code_.begin(), code_.end(), ram_.begin() + at), code_.clear(); }

  u64 flat(u32 rights) const { return 0x00cf'0000'0000'ffffull | u64{rights} << 40; }
  u64 random_descriptor();
  u64 random_gate();
  u32 selector() { return dice_.pick<u32>({0x08, 0x10, 0x1b, 0x23, 0x28, 0x30, 0x38, 0x40, 0x44}) ^ (roll(3) ? 0 : roll(256)); }
  u32 data() { return kData + roll(0x200) * 4 - (roll(16) ? 0 : roll(5)); }
  u32 flags() { return 2 | (roll(2) ? 0x200 : 0) | (roll(8) ? 0 : roll(0x1000) & 0xcd5) | (roll(16) ? 0 : 0x100) | (roll(12) ? 0 : 0x3000) | (roll(16) ? 0 : 0x4000) | (roll(32) ? 0 : 0x40000); }
  u32 somewhere() { return kKernel + roll(kSlots) * kSlotBytes; }
  u32 somewhere_of(u32 ring) { return ring == 3 && roll(8) ? kUser + roll(kSlots) * kSlotBytes : somewhere(); }

  void make_tables();
  void make_handler();
  void make_slot(u32 at, bool user);
  void one_thing(bool user);
  void load_segment();
  void look_at_system();
  void go_far();
  void return_somewhere();
  void change_table();
  void change_pages();
  void change_control();
  void access_memory();
  void use_port();

  Hostility how_;
  Dice dice_;
  std::vector<u8> ram_, code_;
};

/// A machine with such a guest, in virtual time.
std::unique_ptr<ringside::x86::Machine> hostile_machine(const Hostility& how, std::unique_ptr<ringside::x86::Strategy> strategy,
                                                        bool cured);

}  // namespace ringside::test::x86
