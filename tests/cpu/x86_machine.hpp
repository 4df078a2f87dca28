// An x86 CPU with RAM, flat segments of rings 0 and 3, a TSS and an IDT, for tests of system-level
// behaviour.
#pragma once

#include <initializer_list>
#include <vector>

#include "catch.hpp"
#include "cost/model.hpp"
#include "cpu/x86/cpu.hpp"

namespace ringside::test::x86 {

using namespace ringside::x86;

/// Where things lie, and which selectors there are.
inline constexpr u32 kGdt = 0x1000, kIdt = 0x2000, kTss = 0x3000, kLdt = 0x4000;
inline constexpr u32 kCode = 0x10000, kHandlers = 0x18000, kStack = 0x20000, kInnerStack = 0x28000,
                     kUserStack = 0x30000;
inline constexpr u16 kKernelCode = 0x08, kKernelData = 0x10, kUserCode = 0x1b, kUserData = 0x23,
                     kTssSelector = 0x28;
/// Free slots of the GDT from here on.
inline constexpr u16 kFree = 0x40;
inline constexpr u32 kGdtLimit = 0xff;

/// Bytes of access rights: present, DPL 0.
inline constexpr u32 kCodeRights = 0x9a, kDataRights = 0x92, kDpl3 = 0x60;

/// A descriptor with byte granularity, 32-bit.
constexpr u64 make_descriptor(u32 base, u32 limit, u32 rights, u32 flags = 4) {
  const u64 low = (limit & 0xffff) | (base & 0xffff) << 16;
  const u64 high =
      (base >> 16 & 0xff) | rights << 8 | (limit & 0xf0000) | flags << 20 | (base & 0xff000000);
  return high << 32 | low;
}
/// Base 0, 4 GiB.
constexpr u64 make_flat(u32 rights) {
  return make_descriptor(0, 0xfffff, rights, 0xc);
}
/// Types: 0xe interrupt gate, 0xf trap gate, 6 and 7 the 16-bit ones, 0xc call gate, 5 task gate.
constexpr u64 make_gate(u16 selector, u32 offset, u32 type, unsigned dpl = 0,
                        unsigned parameters = 0) {
  const u64 low = (offset & 0xffff) | u32{selector} << 16;
  const u64 high = (offset & 0xffff0000) | (0x80u | dpl << 5 | type) << 8 | parameters;
  return high << 32 | low;
}

struct TestBus final : Bus {
  bool read(Hpa address, unsigned, u32& value) override {
    reads.push_back(address.v);
    value = 0x12345678;
    return address.v == 0xfee00000;
  }
  bool write(Hpa address, unsigned, u32 value) override {
    writes.push_back({address.v, value});
    return true;
  }
  u32 in(u16 port, unsigned) override { return port; }
  void out(u16 port, unsigned, u32 value) override { ports.push_back({port, value}); }
  u8 acknowledge_interrupt() override { return vector; }

  u8 vector = 0x30;
  std::vector<u64> reads;
  std::vector<std::pair<u64, u32>> writes, ports;
};

struct TestMachine {
  explicit TestMachine(const char* model = "i686")
      : cpu(0, *find_model(model), memory, ledger, clock, bus) {
    set_gdt(kKernelCode, make_flat(kCodeRights));
    set_gdt(kKernelData, make_flat(kDataRights));
    set_gdt(kUserCode, make_flat(kCodeRights | kDpl3));
    set_gdt(kUserData, make_flat(kDataRights | kDpl3));
    set_gdt(kTssSelector, make_descriptor(kTss, 0x80, 0x8b, 0));
    for (unsigned vector = 0; vector < 256; ++vector)
      set_idt(vector, make_gate(kKernelCode, handler(vector), 0xe));
    put(kTss + 4, kInnerStack), put(kTss + 8, kKernelData);
    memory.write<u16>({kTss + 0x66}, 0x68);
    State& s = cpu.state;
    s.cr0 |= cr0::kPe;
    s.gdtr = {kGdt, kGdtLimit}, s.idtr = {kIdt, 0x7ff};
    s.tr = {kTssSelector, kTss, 0x80, 0x8b};
    enter(0);
  }

  static constexpr u32 handler(unsigned vector) { return kHandlers + 16 * vector; }
  void set_gdt(u16 selector, u64 value) { put64(kGdt + (selector & ~7u), value); }
  void set_idt(unsigned vector, u64 value) { put64(kIdt + 8 * vector, value); }
  void put(u32 at, u32 value) { memory.write<u32>({at}, value); }
  void put64(u32 at, u64 value) {
    put(at, static_cast<u32>(value)), put(at + 4, static_cast<u32>(value >> 32));
  }
  u32 word(u32 at) const { return memory.read<u32>({at}); }

  /// Flat segments of a ring, EIP at kCode, an empty stack.
  void enter(unsigned ring) {
    State& s = cpu.state;
    const bool user = ring != 0;
    const u32 dpl = ring << rights::kDplShift;
    s.segment(Seg::kCs) = {user ? kUserCode : kKernelCode, 0, ~u32{0}, 0xc09b | dpl};
    for (const Seg each : {Seg::kSs, Seg::kDs, Seg::kEs, Seg::kFs, Seg::kGs})
      s.segment(each) = {user ? kUserData : kKernelData, 0, ~u32{0}, 0xc093 | dpl};
    s.cpl = static_cast<u8>(ring);
    s.eip = kCode;
    s.r[kEsp] = user ? kUserStack : kStack;
    cpu.entered();
  }
  /// Puts bytes at an address, kCode if nothing is said.
  void code(std::initializer_list<u8> bytes, u32 at = kCode) {
    for (const u8 byte : bytes) memory.write<u8>({at++}, byte);
  }
  /// Steps until it halts in front of EIP `until`, at most 1000 times.
  Step run_to(u32 until) {
    Step last;
    for (int i = 0; i < 1000 && cpu.state.eip != until; ++i) last = cpu.step();
    CHECK(cpu.state.eip == until);
    return last;
  }
  /// The trap of one instruction, undelivered; vector 255 if there was none.
  Trap trap_of(std::initializer_list<u8> bytes) {
    code(bytes);
    cpu.state.eip = kCode;
    cpu.entered();
    cpu.trap_to = cpu::TrapTo::kVmm;
    const Step step = cpu.step(true);
    cpu.trap_to = cpu::TrapTo::kVector;
    return step.kind == Step::Kind::kTrapped ? step.trap : Trap{255};
  }
  /// Words of the stack, from its top.
  std::vector<u32> stack(unsigned count) const {
    std::vector<u32> words;
    for (unsigned i = 0; i < count; ++i) words.push_back(word(cpu.state.r[kEsp] + 4 * i));
    return words;
  }

  cost::Ledger ledger{*cost::preset("textbook")};
  mmu::Memory memory{{0}, 1u << 20};
  cpu::Clock clock{&ledger};
  TestBus bus;
  Cpu cpu;
};

constexpr Trap exception(Vector vector) {
  return {vector, false, 0, 0, Trap::Kind::kException, 0};
}
constexpr Trap exception(Vector vector, u32 code, u32 address = 0) {
  return {vector, true, code, address, Trap::Kind::kException, 0};
}
constexpr Trap nothing() {
  return {255};
}

}  // namespace ringside::test::x86

namespace Catch {
template <>
struct StringMaker<ringside::x86::Trap> {
  static std::string convert(const ringside::x86::Trap& trap) {
    return "vector " + std::to_string(trap.vector) +
           (trap.has_code ? " code " + std::to_string(trap.code) : "") + " address " +
           std::to_string(trap.address) + " kind " + std::to_string(static_cast<int>(trap.kind));
  }
};
}  // namespace Catch
