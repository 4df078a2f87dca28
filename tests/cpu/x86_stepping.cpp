// The stepping engine: fetching, REP, debug traps, restarts, charges and counts.
#include "cpu/x86_machine.hpp"

using namespace ringside;
using namespace ringside::test::x86;
using cost::Account;
using cost::Param;

namespace {

// Maps the first megabyte to itself by the table at 0x6000, user and writable, and turns paging on.
struct Paged : TestMachine {
  explicit Paged(const char* model = "i686") : TestMachine(model) {
    put(0x5000, 0x6000 | 7);
    for (u32 page = 0; page < 256; ++page) map(page, page << 12 | 7);
    cpu.state.cr3 = 0x5000;
    cpu.state.cr0 |= cr0::kPg;
  }
  void map(u32 page, u32 entry) {
    put(0x6000 + 4 * page, entry);
    cpu.mmu().tlb.drop_all();
    cpu.entered();
  }
};

constexpr u32 kFetchesAsUser = page_fault::kUser;

}  // namespace

TEST_CASE("x86 stepping: a loop runs") {
  TestMachine m;
  m.code({0xb8, 0, 0, 0, 0, 0xb9, 100, 0, 0, 0, 0x01, 0xc8, 0xe2, 0xfc, 0x90});  // sum of 100 to 1
  m.run_to(kCode + 14);
  CHECK(m.cpu.state.r[kEax] == 5050);
  CHECK(m.cpu.direct == 202);
  CHECK(m.clock.instructions == 202);
}

TEST_CASE("x86 stepping: code may change") {
  TestMachine m;
  m.code({0x40, 0xeb, 0xfd});  // inc eax, jmp
  m.cpu.step(), m.cpu.step();
  m.code({0x48});  // dec eax
  m.cpu.step();
  CHECK(m.cpu.state.r[kEax] == 0);
}

TEST_CASE(
    "x86 stepping: an instruction over a page boundary needs both pages, a short one only its "
    "own") {
  Paged m;
  const u32 end = kCode + kPageSize;
  m.code({0x90, 0xb8, 0x44, 0x33, 0x22, 0x11}, end - 3);
  m.map((end >> 12), 0);
  m.cpu.state.eip = end - 3;
  CHECK(m.cpu.step().kind == Step::Kind::kCompleted);
  CHECK(m.cpu.step().trap == exception(kPf, 0, end));
  CHECK(m.stack(2) == std::vector<u32>{0, end - 2});

  m.enter(3);
  m.cpu.state.eip = end - 2;
  CHECK(m.cpu.step().trap == exception(kPf, kFetchesAsUser, end));
  m.enter(0);
  m.map(end >> 12, end | 7);
  m.cpu.state.eip = end - 2;
  CHECK(m.cpu.step().kind == Step::Kind::kCompleted);
  CHECK(m.cpu.state.r[kEax] == 0x11223344);
}

TEST_CASE("x86 stepping: fetches keep to the limit of CS and to 15 bytes") {
  TestMachine m;
  m.code({0xb8, 1, 2, 3, 4});
  m.cpu.state.segment(Seg::kCs).limit = kCode + 3;
  CHECK(m.trap_of({}) == exception(kGp, 0));
  m.cpu.state.segment(Seg::kCs).limit = kCode + 4;
  CHECK(m.trap_of({}) == nothing());
  m.cpu.state.eip = kCode + 5;
  CHECK(m.cpu.step().trap == exception(kGp, 0));
  TestMachine prefixes;
  for (u32 i = 0; i < 14; ++i) prefixes.code({0x66}, kCode + i);
  prefixes.code({0x90}, kCode + 14);
  CHECK(prefixes.trap_of({}) == nothing());
  prefixes.code({0x66, 0x90}, kCode + 14);
  CHECK(prefixes.trap_of({}) == exception(kGp, 0));
}

TEST_CASE("x86 stepping: a jump behind the limit faults at the jump") {
  TestMachine m;
  m.cpu.state.segment(Seg::kCs).limit = kCode + 0x10;
  CHECK(m.trap_of({0xeb, 0x0e}) == nothing());
  CHECK(m.trap_of({0xeb, 0x0f}) == exception(kGp, 0));
  CHECK(m.cpu.state.eip == kCode);
}

TEST_CASE("x86 stepping: code outside of RAM is no instruction") {
  TestMachine m;
  m.cpu.state.eip = 0xfee00000;
  CHECK(m.cpu.step().trap == exception(kUd));
}

TEST_CASE("x86 stepping: REP iterates a step at a time, interrupts come between") {
  TestMachine m;
  m.code({0xf3, 0xa4});  // rep movsb
  State& s = m.cpu.state;
  s.r[kEcx] = 3, s.r[kEsi] = 0x6000, s.r[kEdi] = 0x7000;
  s.eflags |= flag::kIf;
  m.put(0x6000, 0x00332211);
  CHECK(m.cpu.step().kind == Step::Kind::kIterated);
  CHECK(s.eip == kCode);
  CHECK(s.r[kEcx] == 2);
  CHECK(m.cpu.direct == 0);
  m.cpu.intr_line = true;
  CHECK(m.cpu.step().kind == Step::Kind::kTrapped);
  CHECK(m.stack(1)[0] == kCode);
  m.cpu.intr_line = false;
  m.code({0xcf}, TestMachine::handler(0x30));
  m.cpu.step();
  CHECK(m.cpu.step().kind == Step::Kind::kIterated);
  CHECK(m.cpu.step().kind == Step::Kind::kCompleted);
  CHECK(s.eip == kCode + 2);
  CHECK(m.word(0x7000) == 0x00332211);
  CHECK(m.cpu.direct == 2);  // and the IRET
}

TEST_CASE("x86 stepping: REP with a count of 0 does nothing, REPNE SCAS stops at its match") {
  TestMachine m;
  m.cpu.state.r[kEcx] = 0;
  m.cpu.state.eflags |= flag::kZf;
  CHECK(m.trap_of({0xf3, 0xa6}) == nothing());
  CHECK(m.cpu.state.eip == kCode + 2);
  m.code({0xf2, 0xae});
  m.cpu.state.eip = kCode;
  m.cpu.state.r[kEcx] = 10, m.cpu.state.r[kEdi] = 0x6000, m.cpu.state.r[kEax] = 0x33;
  m.put(0x6000, 0x00332211);
  m.run_to(kCode + 2);
  CHECK(m.cpu.state.r[kEdi] == 0x6003);
  CHECK(m.cpu.state.r[kEcx] == 7);
}

TEST_CASE("x86 stepping: a page fault restarts the instruction, REP where it was") {
  Paged m;
  m.map(0x51, 0);
  State& s = m.cpu.state;
  s.r[kEcx] = 8, s.r[kEdi] = 0x50ffe;
  m.code({0xf3, 0xaa});  // rep stosb
  CHECK(m.cpu.step().kind == Step::Kind::kIterated);
  CHECK(m.cpu.step().kind == Step::Kind::kIterated);
  CHECK(m.cpu.step().trap == exception(kPf, page_fault::kWrite, 0x51000));
  CHECK(s.r[kEcx] == 6);
  CHECK(s.r[kEdi] == 0x51000);
  CHECK(m.stack(2) == std::vector<u32>{page_fault::kWrite, kCode});
  // POP [mem] leaves ESP, PUSHA all registers.
  m.enter(0);
  s.r[kEbx] = 0x51000;
  CHECK(m.trap_of({0x8f, 0x03}) == exception(kPf, page_fault::kWrite, 0x51000));
  CHECK(s.r[kEsp] == kStack);
  s.r[kEsp] = 0x51010;
  CHECK(m.trap_of({0x60}) == exception(kPf, page_fault::kWrite, 0x5100c));
  CHECK(s.r[kEsp] == 0x51010);
}

TEST_CASE("x86 stepping: an access over two pages moves nothing unless both allow it") {
  Paged m;
  m.map(0x51, 0x51000 | 5);  // read-only for user
  m.enter(3);
  m.cpu.state.r[kEbx] = 0x50ffe, m.cpu.state.r[kEax] = 0x44332211;
  CHECK(m.trap_of({0x89, 0x03}) == exception(kPf, 7, 0x51000));
  CHECK(m.word(0x50ffc) == 0);
  m.map(0x51, 0x70000 | 7);
  CHECK(m.trap_of({0x89, 0x03}) == nothing());
  CHECK(m.word(0x50ffc) == 0x22110000);
  CHECK(m.word(0x70000) == 0x00004433);
  m.cpu.state.r[kEax] = 0;
  CHECK(m.trap_of({0x8b, 0x03}) == nothing());
  CHECK(m.cpu.state.r[kEax] == 0x44332211);
}

TEST_CASE("x86 stepping: a read-modify-write needs a writable page") {
  Paged m;
  m.map(0x51, 0x51000 | 5);
  m.enter(3);
  m.cpu.state.r[kEbx] = 0x51000;
  CHECK(m.trap_of({0xff, 0x03}) == exception(kPf, 7, 0x51000));  // inc [ebx]
  CHECK(m.trap_of({0x8b, 0x03}) == nothing());
}

TEST_CASE("x86 stepping: the CPU reads its tables as supervisor") {
  Paged m;
  m.map(1, 0x1000 | 3), m.map(2, 0x2000 | 3), m.map(3, 0x3000 | 3);
  m.map(kInnerStack >> 12, (kInnerStack & ~kPageMask) | 3),
      m.map((kInnerStack - 1) >> 12, ((kInnerStack - 1) & ~kPageMask) | 3);
  m.set_idt(0x40, make_gate(kKernelCode, TestMachine::handler(0x40), 0xe, 3));
  m.enter(3);
  m.code({0xcd, 0x40});
  m.cpu.step();
  CHECK(m.cpu.state.eip == TestMachine::handler(0x40));
  m.enter(3);
  CHECK(m.trap_of({0xa1, 0x00, 0x10, 0x00, 0x00}) == exception(kPf, 5, 0x1000));
}

TEST_CASE("x86 stepping: a 16-bit stack wraps within its low half") {
  TestMachine m;
  m.cpu.state.segment(Seg::kSs).access &= ~rights::kBig;
  m.cpu.state.segment(Seg::kSs).base = 0x50000;
  m.cpu.state.r[kEsp] = 0xabcd0002;
  CHECK(m.trap_of({0x66, 0x50}) == nothing());
  CHECK(m.trap_of({0x66, 0x50}) == nothing());
  CHECK(m.cpu.state.r[kEsp] == 0xabcdfffe);
}

TEST_CASE("x86 stepping: TF traps behind each instruction, not behind a load of SS") {
  TestMachine m;
  m.code({0x90, 0x8e, 0xd0, 0x90, 0x90});
  m.cpu.state.r[kEax] = kKernelData;
  m.cpu.state.eflags |= flag::kTf;
  CHECK(m.cpu.step().kind == Step::Kind::kCompleted);
  CHECK(m.cpu.interrupt_due());
  CHECK(m.cpu.step().trap == exception(kDb));
  CHECK(m.cpu.state.dr[6] == (0xffff0ff0 | 1u << 14));
  CHECK(m.stack(3) == std::vector<u32>{kCode + 1, kKernelCode, flag::kOne | flag::kTf});
  m.code({0xcf}, TestMachine::handler(kDb));
  CHECK(m.cpu.step().kind == Step::Kind::kCompleted);
  CHECK(m.cpu.step().row == row_of("mov_to_segment"));
  CHECK(m.cpu.step().kind == Step::Kind::kCompleted);
  CHECK(m.cpu.step().trap == exception(kDb));
  CHECK(m.stack(1)[0] == kCode + 4);
}

TEST_CASE("x86 stepping: breakpoints on code, which RF passes, and on data") {
  TestMachine m;
  State& s = m.cpu.state;
  m.code({0x90, 0x90, 0x89, 0x03, 0x8b, 0x03});
  s.dr[0] = kCode + 1, s.dr[1] = 0x6002, s.dr[2] = 0x6000;
  s.dr[7] = 0x400 | 1 | 4 | 0x20 | 0x1u << 20 |
            0xfu << 24;  // DR0 code, DR1 a byte written, DR2 four bytes accessed
  s.r[kEbx] = 0x6000;
  m.cpu.step();
  Step step = m.cpu.step();
  CHECK(step.trap == exception(kDb));
  CHECK((s.dr[6] & 15) == 1);
  CHECK(m.stack(1)[0] == kCode + 1);
  m.cpu.state.dr[6] = 0xffff0ff0;
  m.put(s.r[kEsp] + 8, flag::kOne | flag::kRf);
  m.code({0xcf}, TestMachine::handler(kDb));
  m.cpu.step();
  CHECK((s.eflags & flag::kRf) != 0);
  CHECK(m.cpu.step().kind == Step::Kind::kCompleted);
  CHECK((s.eflags & flag::kRf) == 0);
  m.cpu.step();  // mov [ebx], eax
  CHECK(m.cpu.step().trap == exception(kDb));
  CHECK((s.dr[6] & 15) == 6);
  CHECK(m.stack(1)[0] == kCode + 4);
  s.dr[6] = 0xffff0ff0;
  m.cpu.step();
  m.cpu.step();  // mov eax, [ebx]
  CHECK(m.cpu.step().trap == exception(kDb));
  CHECK((s.dr[6] & 15) == 4);
}

TEST_CASE("x86 stepping: devices are reached by memory and by port") {
  TestMachine m;
  m.cpu.state.r[kEbx] = 0xfee00000, m.cpu.state.r[kEcx] = 0xd0000000;
  CHECK(m.trap_of({0x8b, 0x03}) == nothing());
  CHECK(m.cpu.state.r[kEax] == 0x12345678);
  CHECK(m.trap_of({0x88, 0x03}) == nothing());
  CHECK(m.bus.writes == std::vector<std::pair<u64, u32>>{{0xfee00000, 0x78}});
  CHECK(m.trap_of({0x8b, 0x01}) == nothing());
  CHECK(m.cpu.state.r[kEax] == ~u32{0});  // nobody there
  CHECK(m.ledger.count(Account::kGuestKernel, Param::kDeviceAccess) == 3);
  CHECK(m.trap_of({0xe5, 0x70}) == nothing());
  CHECK(m.cpu.state.r[kEax] == 0x70);
  CHECK(m.ledger.count(Account::kGuestKernel, Param::kDeviceAccess) == 4);
}

TEST_CASE("x86 stepping: what instructions are charged") {
  struct {
    std::initializer_list<u8> code;
    Param param;
    u64 count;
  } const kCases[] = {
      {{0x90}, Param::kInsn, 1},
      {{0xff, 0x03}, Param::kDataAccess, 2},            // inc [ebx]
      {{0x8b, 0x43, 0x01}, Param::kMisaligned, 1},      // mov eax, [ebx + 1]
      {{0xf7, 0xe1}, Param::kMultiply, 1},              // mul ecx
      {{0xf7, 0xf1}, Param::kDivide, 1},                // div ecx
      {{0xff, 0xe3}, Param::kIndirectJump, 1},          // jmp ebx
      {{0x0f, 0x20, 0xc0}, Param::kSystemRegister, 1},  // mov eax, cr0
      {{0x9c}, Param::kSystemRegister, 1},              // pushf
      {{0xcd, 0x40}, Param::kTrapSyscall, 1},
      {{0x0f, 0x0b}, Param::kTrapFault, 1},  // ud2
  };
  for (const auto& each : kCases) {
    TestMachine m;
    m.code(each.code);
    m.cpu.state.r[kEbx] = 0x6000, m.cpu.state.r[kEcx] = 1;
    m.cpu.step();
    CAPTURE(static_cast<int>(each.param));
    CHECK(m.ledger.count(each.param) == each.count);
    const bool traps = each.param == Param::kTrapSyscall || each.param == Param::kTrapFault;
    CHECK(m.ledger.count(Param::kInsn) == !traps);
    CHECK(m.ledger.clock() == m.ledger.total());
    CHECK(m.cpu.direct == 1);
  }
  TestMachine user;
  user.enter(3);
  user.code({0x90});
  user.cpu.step();
  CHECK(user.ledger.count(Account::kGuestUser, Param::kInsn) == 1);
}

TEST_CASE("x86 stepping: a jump to itself is for ever, a loop that counts is not") {
  TestMachine m;
  m.code({0xeb, 0xfe});
  CHECK(m.cpu.step().for_ever);
  m.cpu.state.r[kEcx] = 9;
  m.code({0xe2, 0xfe});
  CHECK_FALSE(m.cpu.step().for_ever);
  m.code({0x74, 0xfe});  // jz
  CHECK_FALSE(m.cpu.step().for_ever);
  m.enter(0);
  m.cpu.state.eflags |= flag::kZf;
  CHECK(m.cpu.step().for_ever);
}

TEST_CASE("x86 stepping: effects of a step") {
  TestMachine m;
  cpu::Effects effects;
  m.cpu.record(&effects);
  m.cpu.state.r[kEcx] = 0x55;
  CHECK(m.trap_of({0x51}) == nothing());  // push ecx
  REQUIRE(effects.registers.size() == 1);
  CHECK(effects.registers[0].number == kEsp);
  REQUIRE(effects.memory.size() == 1);
  CHECK(effects.memory[0].gva.v == kStack - 4);
  CHECK(effects.memory[0].after == 0x55);
}

TEST_CASE("x86 stepping: a sensitive instruction of a de-privileged guest is announced") {
  TestMachine m;
  m.enter(1);
  m.code({0x9c, 0x90});
  CHECK(m.cpu.step().kind == Step::Kind::kCompleted);
  m.enter(1);
  m.cpu.trap_to = cpu::TrapTo::kVmm;
  CHECK(m.cpu.step().kind == Step::Kind::kSensitive);
  CHECK(m.cpu.state.eip == kCode);
  CHECK(m.cpu.step(true).kind == Step::Kind::kCompleted);
  CHECK(m.cpu.step().kind == Step::Kind::kCompleted);
}

TEST_CASE("x86 stepping: the hash covers the state") {
  TestMachine m;
  const u64 before = hash_state(m.cpu.state);
  State other = m.cpu.state;
  other.segment(Seg::kFs).limit ^= 1;
  CHECK(hash_state(other) != before);
  other = m.cpu.state;
  other.pending_debug = 1;
  CHECK(hash_state(other) != before);
  other = m.cpu.state;
  other.nmi_blocked = true;
  CHECK(hash_state(other) != before);
}
