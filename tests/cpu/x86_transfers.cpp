// Far jumps, calls and returns (Intel SDM volume 2: JMP, CALL, RET; volume 3, section 5.8).
#include "cpu/x86_machine.hpp"

using namespace ringside;
using namespace ringside::test::x86;

namespace {

constexpr u16 kHere = kFree, kGate = kFree + 8, kOther = kFree + 16;
constexpr u32 kTarget = 0x14000;

// jmp or call selector:kTarget
Trap transfer(TestMachine& m, u8 opcode, u16 selector) {
  return m.trap_of(
      {opcode, 0x00, 0x40, 0x01, 0x00, static_cast<u8>(selector), static_cast<u8>(selector >> 8)});
}
constexpr u8 kJump = 0xea, kCall = 0x9a;

}  // namespace

TEST_CASE("x86 transfers: which code segments a far jump and a far call reach") {
  struct {
    const char* what;
    unsigned ring;
    u16 selector;
    u64 descriptor;
    Trap expected;
  } const kCases[] = {
      {"null", 0, 0, 0, exception(kGp, 0)},
      {"beyond the table", 0, 0x108, 0, exception(kGp, 0x108)},
      {"data", 0, kHere, make_flat(kDataRights), exception(kGp, kHere)},
      {"an LDT", 0, kHere, make_flat(0x82), exception(kGp, kHere)},
      {"an interrupt gate", 0, kHere, make_gate(kKernelCode, 0, 0xe), exception(kGp, kHere)},
      {"same ring", 0, kHere, make_flat(kCodeRights), nothing()},
      {"same ring, RPL 3", 0, kHere | 3, make_flat(kCodeRights), exception(kGp, kHere)},
      {"same ring, RPL 0, at CPL 3", 3, kHere, make_flat(kCodeRights | kDpl3), nothing()},
      {"outer ring", 0, kHere, make_flat(kCodeRights | kDpl3), exception(kGp, kHere)},
      {"inner ring", 3, kHere, make_flat(kCodeRights), exception(kGp, kHere)},
      {"absent", 0, kHere, make_flat(0x1a), exception(kNp, kHere)},
      {"conforming of an inner ring", 3, kHere, make_flat(0x9e), nothing()},
      {"conforming of an outer ring", 0, kHere, make_flat(0xfe), exception(kGp, kHere)},
      {"too small", 0, kHere, make_descriptor(0, 0x13fff, kCodeRights), exception(kGp, 0)},
      {"just large enough", 0, kHere, make_descriptor(0, 0x14000, kCodeRights), nothing()},
      {"a task gate", 0, kHere, make_gate(kTssSelector, 0, 5), exception(kUd)},
      {"a task gate of ring 0", 3, kHere, make_gate(kTssSelector, 0, 5), exception(kGp, kHere)},
  };
  for (const auto& each : kCases) {
    for (const u8 opcode : {kJump, kCall}) {
      INFO(each.what);
      TestMachine m;
      m.set_gdt(kHere, each.descriptor);
      m.enter(each.ring);
      const State before = m.cpu.state;
      CHECK(transfer(m, opcode, each.selector) == each.expected);
      const State& now = m.cpu.state;
      if (!(each.expected == nothing())) {
        CHECK(now == before);
        continue;
      }
      CHECK(now.eip == kTarget);
      CHECK(now.cpl == each.ring);
      CHECK(now.segment(Seg::kCs).selector == (kHere | each.ring));
      if (opcode == kCall) {
        const u32 old_cs = before.segment(Seg::kCs).selector;
        CHECK(m.stack(2) == std::vector<u32>{kCode + 7, old_cs});
      }
    }
  }
}

TEST_CASE("x86 transfers: what is left out of the subset can be named") {
  TestMachine m;
  m.set_gdt(kHere, make_gate(kTssSelector, 0, 5));
  CHECK(transfer(m, kJump, kHere) == exception(kUd));
  REQUIRE(m.cpu.refused());
  CHECK(m.cpu.refused()->feature == LeftOut::kTaskSwitch);
}

TEST_CASE("x86 transfers: a call gate to an inner ring changes stacks and copies parameters") {
  TestMachine m;
  m.set_gdt(kGate, make_gate(kKernelCode, kTarget, 0xc, 3, 2));
  m.enter(3);
  m.cpu.state.r[kEsp] -= 8;
  m.put(m.cpu.state.r[kEsp], 111), m.put(m.cpu.state.r[kEsp] + 4, 222);
  CHECK(transfer(m, kCall, kGate | 3) == nothing());
  CHECK(m.cpu.state.cpl == 0);
  CHECK(m.cpu.state.eip == kTarget);
  CHECK(m.cpu.state.segment(Seg::kSs).selector == kKernelData);
  CHECK(m.stack(6) == std::vector<u32>{kCode + 7, kUserCode, 111, 222, kUserStack - 8, kUserData});

  m.code({0xca, 0x08, 0x00}, kTarget);  // retf 8
  m.cpu.step();
  CHECK(m.cpu.state.cpl == 3);
  CHECK(m.cpu.state.eip == kCode + 7);
  CHECK(m.cpu.state.r[kEsp] == kUserStack);
  CHECK(m.cpu.state.segment(Seg::kSs).selector == kUserData);
}

TEST_CASE("x86 transfers: a 16-bit call gate pushes words") {
  TestMachine m;
  m.set_gdt(kGate, make_gate(kKernelCode, 0x4000, 4, 3, 1));
  m.enter(3);
  m.cpu.state.r[kEsp] -= 2;
  m.memory.write<u16>({m.cpu.state.r[kEsp]}, 0xabcd);
  CHECK(transfer(m, kCall, kGate | 3) == nothing());
  CHECK(m.cpu.state.eip == 0x4000);
  CHECK(m.cpu.state.r[kEsp] == kInnerStack - 10);
  CHECK(m.stack(2) == std::vector<u32>{u32{kUserCode} << 16 | ((kCode + 7) & 0xffff), 0xfffeabcd});
}

TEST_CASE("x86 transfers: the checks of a call gate") {
  struct {
    const char* what;
    u8 opcode;
    unsigned ring;
    u16 rpl;
    u64 gate, target;
    Trap expected;
  } const kCases[] = {
      {"gate of ring 0 at CPL 3", kCall, 3, 0, make_gate(kKernelCode, kTarget, 0xc), 0,
       exception(kGp, kGate)},
      {"gate of ring 0 by RPL 3", kCall, 0, 3, make_gate(kKernelCode, kTarget, 0xc), 0,
       exception(kGp, kGate)},
      {"absent", kCall, 0, 0, make_gate(kKernelCode, kTarget, 0xc) & ~(u64{0x8000} << 32), 0,
       exception(kNp, kGate)},
      {"to nothing", kCall, 0, 0, make_gate(0, kTarget, 0xc), 0, exception(kGp, 0)},
      {"to data", kCall, 0, 0, make_gate(kOther, kTarget, 0xc), make_flat(kDataRights),
       exception(kGp, kOther)},
      {"outwards", kCall, 0, 0, make_gate(kUserCode, kTarget, 0xc), 0,
       exception(kGp, kUserCode & ~3u)},
      {"to absent code", kCall, 0, 0, make_gate(kOther, kTarget, 0xc), make_flat(0x1a),
       exception(kNp, kOther)},
      {"jump inwards", kJump, 3, 0, make_gate(kKernelCode, kTarget, 0xc, 3), 0,
       exception(kGp, kKernelCode)},
      {"jump at the same level", kJump, 0, 0, make_gate(kKernelCode, kTarget, 0xc), 0, nothing()},
      {"to conforming code", kJump, 3, 3, make_gate(kOther, kTarget, 0xc, 3), make_flat(0x9e),
       nothing()},
      {"behind the limit", kCall, 0, 0, make_gate(kOther, kTarget, 0xc),
       make_descriptor(0, 9, kCodeRights), exception(kGp, 0)},
  };
  for (const auto& each : kCases) {
    INFO(each.what);
    TestMachine m;
    m.set_gdt(kGate, each.gate);
    m.set_gdt(kOther, each.target);
    m.enter(each.ring);
    CHECK(transfer(m, each.opcode, kGate | each.rpl) == each.expected);
    CHECK(m.cpu.state.cpl == each.ring);
  }
}

TEST_CASE(
    "x86 transfers: RETF to an outer ring checks what it pops and drops privileged segments") {
  struct {
    const char* what;
    u16 code, stack;
    Trap expected;
  } const kCases[] = {
      {"code and stack of ring 3", kUserCode, kUserData, nothing()},
      {"null code", 3, kUserData, exception(kGp, 0)},
      {"data as code", kUserData, kUserData, exception(kGp, kUserData & ~3u)},
      {"code of ring 0 by RPL 3", kKernelCode | 3, kUserData, exception(kGp, kKernelCode)},
      {"null stack", kUserCode, 3, exception(kGp, 0)},
      {"stack of ring 0", kUserCode, kKernelData, exception(kGp, kKernelData)},
      {"stack by RPL 0", kUserCode, kUserData & ~3u, exception(kGp, kUserData & ~3u)},
      {"absent stack", kUserCode, kOther | 3, exception(kSs, kOther)},
      {"absent code", kHere | 3, kUserData, exception(kNp, kHere)},
  };
  for (const auto& each : kCases) {
    INFO(each.what);
    TestMachine m;
    m.set_gdt(kHere, make_flat(0x7a)), m.set_gdt(kOther, make_flat(0x72));
    m.cpu.state.segment(Seg::kEs) = {kUserData, 0, ~u32{0}, 0xc0f3};
    m.cpu.state.segment(Seg::kFs) = {kHere, 0, ~u32{0}, 0xc09f};
    const u32 frame[] = {kTarget, each.code, kUserStack, each.stack};
    m.cpu.state.r[kEsp] -= 16;
    for (unsigned i = 0; i < 4; ++i) m.put(m.cpu.state.r[kEsp] + 4 * i, frame[i]);
    const State before = m.cpu.state;
    CHECK(m.trap_of({0xcb}) == each.expected);
    const State& now = m.cpu.state;
    if (!(each.expected == nothing())) {
      CHECK(now == before);
      continue;
    }
    CHECK(now.cpl == 3);
    CHECK(now.r[kEsp] == kUserStack);
    CHECK_FALSE(now.segment(Seg::kDs).usable());
    CHECK(now.segment(Seg::kEs).usable());
    CHECK(now.segment(Seg::kFs).usable());
  }
}

TEST_CASE("x86 transfers: no return leads inwards") {
  TestMachine m;
  m.enter(3);
  m.cpu.state.r[kEsp] -= 8;
  m.put(m.cpu.state.r[kEsp], kTarget), m.put(m.cpu.state.r[kEsp] + 4, kKernelCode);
  CHECK(m.trap_of({0xcb}) == exception(kGp, kKernelCode));
}

TEST_CASE("x86 transfers: real mode") {
  TestMachine m;
  m.cpu.state.cr0 &= ~cr0::kPe;
  m.cpu.state.segment(Seg::kCs).access = 0x009b;
  m.cpu.state.segment(Seg::kCs).limit = 0xffff;
  m.cpu.state.segment(Seg::kCs).base = kCode;
  m.cpu.state.eip = 0;
  m.code({0xea, 0x10, 0x00, 0x80, 0x12});  // jmp 1280:0010
  m.cpu.step();
  CHECK(m.cpu.state.segment(Seg::kCs).base == 0x12800);
  CHECK(m.cpu.state.eip == 0x10);
}
