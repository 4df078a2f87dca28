// Delivery through the IDT, double faults and IRET (Intel SDM volume 3, chapter 6).
#include "cpu/x86_machine.hpp"

using namespace ringside;
using namespace ringside::test::x86;

namespace {

constexpr u16 kHere = kFree;
constexpr u32 kFlags = flag::kOne | flag::kCf;

// int 0x40
void call_interrupt(TestMachine& m) {
  m.code({0xcd, 0x40});
  m.cpu.state.eflags = kFlags | flag::kIf;
}

}  // namespace

TEST_CASE("x86 interrupts: gates by kind and width") {
  struct {
    u32 type;
    bool masks;
    unsigned width;
  } const kCases[] = {{0xe, true, 4}, {0xf, false, 4}, {6, true, 2}, {7, false, 2}};
  for (const auto& each : kCases) {
    TestMachine m;
    m.set_idt(0x40, make_gate(kKernelCode, 0x8123, each.type));
    call_interrupt(m);
    m.cpu.state.eflags |= flag::kTf | flag::kNt;
    const Step step = m.cpu.step();
    CHECK(step.trap == Trap{0x40, false, 0, 0, Trap::Kind::kSoftware, 2});
    const State& s = m.cpu.state;
    CHECK(s.eip == 0x8123);
    CHECK(s.eflags == (kFlags | (each.masks ? 0 : flag::kIf)));
    CHECK(s.r[kEsp] == kStack - 3 * each.width);
    const u32 pushed = kFlags | flag::kIf | flag::kTf | flag::kNt;
    if (each.width == 4)
      CHECK(m.stack(3) == std::vector<u32>{kCode + 2, kKernelCode, pushed});
    else
      CHECK(m.stack(1) == std::vector<u32>{u32{kKernelCode} << 16 | ((kCode + 2) & 0xffff)});
  }
}

TEST_CASE("x86 interrupts: from ring 3 the stack comes from the TSS, and IRET goes back") {
  TestMachine m;
  m.set_idt(0x40, make_gate(kKernelCode, TestMachine::handler(0x40), 0xe, 3));
  m.enter(3);
  call_interrupt(m);
  m.cpu.step();
  const State& s = m.cpu.state;
  CHECK(s.cpl == 0);
  CHECK(s.segment(Seg::kCs).selector == kKernelCode);
  CHECK(s.segment(Seg::kSs).selector == kKernelData);
  CHECK(s.r[kEsp] == kInnerStack - 20);
  CHECK(m.stack(5) ==
        std::vector<u32>{kCode + 2, kUserCode, kFlags | flag::kIf, kUserStack, kUserData});
  m.cpu.state.segment(Seg::kDs) = {kKernelData, 0, ~u32{0}, 0xc093};
  m.code({0xcf}, TestMachine::handler(0x40));
  m.cpu.step();
  CHECK(s.cpl == 3);
  CHECK(s.eip == kCode + 2);
  CHECK(s.r[kEsp] == kUserStack);
  CHECK(s.eflags == (kFlags | flag::kIf));
  CHECK_FALSE(s.segment(Seg::kDs).usable());
  CHECK(s.segment(Seg::kEs).usable());
}

TEST_CASE("x86 interrupts: what is wrong with a gate comes in place of the interrupt") {
  constexpr u32 kCode40 = 0x40 * 8 + 2;
  const u64 absent = ~(u64{0x8000} << 32);
  struct {
    const char* what;
    unsigned ring;
    u64 gate, target;  // target at kHere
    u8 vector;
    u32 code;
  } const kCases[] = {
      {"not a gate", 0, make_flat(kDataRights), 0, kGp, kCode40},
      {"a call gate", 0, make_gate(kKernelCode, 0, 0xc), 0, kGp, kCode40},
      {"of ring 0 at CPL 3", 3, make_gate(kKernelCode, 0, 0xe), 0, kGp, kCode40},
      {"absent", 0, make_gate(kKernelCode, 0, 0xe) & absent, 0, kNp, kCode40},
      {"absent and of ring 0 at CPL 3", 3, make_gate(kKernelCode, 0, 0xe) & absent, 0, kGp,
       kCode40},
      {"to null", 0, make_gate(3, 0, 0xe), 0, kGp, 0},
      {"beyond the GDT", 0, make_gate(0x108, 0, 0xe), 0, kGp, 0x108},
      {"to data", 0, make_gate(kHere, 0, 0xe), make_flat(kDataRights), kGp, kHere},
      {"to an outer ring", 0, make_gate(kUserCode, 0, 0xe), 0, kGp, kUserCode & ~3u},
      {"to absent code", 0, make_gate(kHere, 0, 0xe), make_flat(0x1a), kNp, kHere},
      {"behind the limit", 0, make_gate(kHere, 0x1000, 0xe), make_descriptor(0, 0xfff, kCodeRights),
       kGp, 0},
  };
  for (const auto& each : kCases) {
    INFO(each.what);
    TestMachine m;
    m.set_idt(0x40, each.gate);
    m.set_gdt(kHere, each.target);
    m.enter(each.ring);
    call_interrupt(m);
    const Step step = m.cpu.step();
    CHECK_FALSE(step.triple_fault);
    CHECK(m.cpu.state.eip == TestMachine::handler(each.vector));
    CHECK(m.stack(2) == std::vector<u32>{each.code, kCode});
  }
}

TEST_CASE("x86 interrupts: beyond the IDT's limit") {
  TestMachine m;
  m.cpu.state.idtr.limit = 0x40 * 8 + 6;
  call_interrupt(m);
  m.cpu.step();
  CHECK(m.stack(1) == std::vector<u32>{0x40 * 8 + 2});
}

TEST_CASE(
    "x86 interrupts: the external bit tells an interrupt's failed delivery from an instruction's") {
  TestMachine m;
  m.set_idt(0x40, 0);
  m.bus.vector = 0x40;
  m.code({0x90});
  m.cpu.state.eflags |= flag::kIf;
  m.cpu.intr_line = true;
  const Step step = m.cpu.step();
  CHECK(step.trap == Trap{0x40, false, 0, 0, Trap::Kind::kInterrupt, 0});
  CHECK(m.stack(2) == std::vector<u32>{0x40 * 8 + 3, kCode});
}

TEST_CASE("x86 interrupts: faults of the stack in the TSS") {
  struct {
    const char* what;
    u16 stack;
    u64 descriptor;  // at kHere
    u32 tss_limit;
    u8 vector;
    u32 code;
  } const kCases[] = {
      {"TSS too small", kKernelData, 0, 8, kTs, kTssSelector},
      {"just large enough", kKernelData, 0, 9, 0x40, 0},
      {"null", 0, 0, 0x67, kTs, 0},
      {"beyond the GDT", 0x108, 0, 0x67, kTs, 0x108},
      {"by RPL 3", kKernelData | 3, 0, 0x67, kTs, kKernelData},
      {"of ring 3", kUserData, 0, 0x67, kTs, kUserData & ~3u},
      {"code", kKernelCode, 0, 0x67, kTs, kKernelCode},
      {"absent", kHere, make_flat(0x12), 0x67, kSs, kHere},
      {"too small a stack", kHere, make_descriptor(0, kInnerStack - 21, kDataRights), 0x67, kSs,
       kHere},
  };
  for (const auto& each : kCases) {
    INFO(each.what);
    TestMachine m;
    m.set_idt(0x40, make_gate(kKernelCode, TestMachine::handler(0x40), 0xe, 3));
    // The fault's own handler needs no other stack: it is conforming.
    m.set_gdt(kHere + 8, make_flat(0x9e));
    for (const u8 vector : {kTs, kSs})
      m.set_idt(vector, make_gate(kHere + 8, TestMachine::handler(vector), 0xe, 3));
    m.set_gdt(kHere, each.descriptor);
    m.put(kTss + 8, each.stack);
    m.cpu.state.tr.limit = each.tss_limit;
    m.enter(3);
    call_interrupt(m);
    m.cpu.step();
    CHECK(m.cpu.state.eip == TestMachine::handler(each.vector));
    if (each.vector == 0x40) continue;
    CHECK(m.cpu.state.cpl == 3);
    CHECK(m.stack(2) == std::vector<u32>{each.code, kCode});
  }
}

TEST_CASE("x86 interrupts: EFLAGS of a fault has RF set, of an interrupt not") {
  TestMachine m;
  m.code({0x0f, 0x0b});  // ud2
  m.cpu.step();
  CHECK(m.stack(3) == std::vector<u32>{kCode, kKernelCode, flag::kOne | flag::kRf});
  CHECK((m.cpu.state.eflags & flag::kRf) == 0);
  TestMachine other;
  call_interrupt(other);
  other.cpu.step();
  CHECK(other.stack(3)[2] == (kFlags | flag::kIf));
}

TEST_CASE("x86 interrupts: every exception with an error code pushes one") {
  TestMachine m;
  m.cpu.state.segment(Seg::kDs) = Segment{};
  m.code({0xa1, 0, 0, 0, 0});
  m.cpu.step();
  CHECK(m.stack(2) == std::vector<u32>{0, kCode});
  TestMachine divide;
  divide.code({0xf7, 0xf1});
  divide.cpu.step();
  CHECK(divide.cpu.state.eip == TestMachine::handler(kDe));
  CHECK(divide.stack(2) == std::vector<u32>{kCode, kKernelCode});
  for (unsigned vector = 0; vector < 32; ++vector) {
    const bool has = vector == 8 || (vector >= 10 && vector <= 14) || vector == 17;
    CHECK(has_error_code(static_cast<u8>(vector)) == has);
  }
}

TEST_CASE("x86 interrupts: INT3 and INTO return behind themselves, BOUND and INTO's absence") {
  TestMachine m;
  m.code({0xcc});
  CHECK(m.cpu.step().trap == Trap{kBp, false, 0, 0, Trap::Kind::kSoftware, 1});
  CHECK(m.stack(1)[0] == kCode + 1);
  TestMachine into;
  into.code({0xce, 0xce});
  CHECK(into.cpu.step().kind == Step::Kind::kCompleted);
  into.cpu.state.eflags |= flag::kOf;
  CHECK(into.cpu.step().trap.vector == kOf);
  CHECK(into.stack(1)[0] == kCode + 2);
  TestMachine bound;
  bound.code({0x62, 0x03});  // bound eax, [ebx]
  bound.cpu.state.r[kEax] = 5, bound.cpu.state.r[kEbx] = 0x6000;
  bound.put64(0x6000, u64{4} << 32);
  bound.cpu.step();
  CHECK(bound.cpu.state.eip == TestMachine::handler(kBr));
  CHECK(bound.stack(1)[0] == kCode);
  TestMachine user;  // their gates are held against CPL as well
  user.enter(3);
  user.code({0xcc});
  user.cpu.step();
  CHECK(user.cpu.state.eip == TestMachine::handler(kGp));
  CHECK(user.stack(2) == std::vector<u32>{kBp * 8 + 2, kCode});
}

TEST_CASE("x86 interrupts: INT1 is #DB behind itself, asks no gate's level and leaves DR6 alone") {
  TestMachine m;
  m.enter(3);
  m.cpu.state.dr[6] = 0xffff0ff0;
  m.code({0xf1});
  const Step step = m.cpu.step();
  CHECK(step.trap == Trap{kDb, false, 0, 0, Trap::Kind::kPrivileged, 1});
  CHECK(m.cpu.state.eip == TestMachine::handler(kDb));
  CHECK(m.cpu.state.cpl == 0);
  CHECK(m.stack(1)[0] == kCode + 1);
  CHECK((m.stack(3)[2] & flag::kRf) == 0);
  CHECK(m.cpu.state.dr[6] == 0xffff0ff0);
  // For what fails in its delivery it counts as an event from outside (SDM volume 3, section 6.13).
  TestMachine absent;
  absent.set_idt(kDb, 0);
  absent.code({0xf1});
  absent.cpu.step();
  CHECK(absent.cpu.state.eip == TestMachine::handler(kGp));
  CHECK(absent.stack(2) == std::vector<u32>{kDb * 8 + 3, kCode});
}

TEST_CASE("x86 interrupts: which two exceptions make a double fault") {
  const u8 contributory[] = {kDe, kTs, kNp, kSs, kGp}, benign[] = {kDb, kBp, kOf, kBr, kUd, kNm};
  const auto doubled = [](u8 first, u8 second) {
    const auto both = combined({first}, {second});
    return both && both->vector == kDf && both->has_code && both->code == 0;
  };
  for (const u8 a : contributory) {
    for (const u8 b : contributory) CHECK(doubled(a, b));
    CHECK_FALSE(doubled(a, kPf));
    CHECK(doubled(kPf, a));
    for (const u8 b : benign) CHECK_FALSE((doubled(a, b) || doubled(b, a)));
    CHECK_FALSE(combined({kDf}, {a}).has_value());
    CHECK(combined({0x40, false, 0, 0, Trap::Kind::kInterrupt, 0}, {a})->vector == a);
    CHECK(combined({kDe, false, 0, 0, Trap::Kind::kSoftware, 2}, {a})->vector == a);
  }
  CHECK(doubled(kPf, kPf));
  CHECK_FALSE(combined({kDf}, {kPf}).has_value());
}

TEST_CASE("x86 interrupts: a double fault and a triple fault") {
  TestMachine m;
  m.set_idt(kGp, 0);
  m.cpu.state.segment(Seg::kDs) = Segment{};
  m.code({0xa1, 0, 0, 0, 0});
  Step step = m.cpu.step();
  CHECK(step.trap == exception(kGp, 0));
  CHECK_FALSE(step.triple_fault);
  CHECK(m.cpu.state.eip == TestMachine::handler(kDf));
  CHECK(m.stack(2) == std::vector<u32>{0, kCode});

  TestMachine worse;
  worse.cpu.state.idtr.limit = 0;
  worse.code({0x0f, 0x0b});
  const State before = worse.cpu.state;
  step = worse.cpu.step();
  CHECK(step.triple_fault);
  CHECK(worse.cpu.state == before);
  // #UD, then #GP for its gate, then #GP for that of the other #GP: the double fault's gate.
  const Undelivered& chain = worse.cpu.undelivered;
  REQUIRE(chain.count == 4);
  CHECK(chain.faults[0] == exception(kUd));
  CHECK(chain.faults[1] == exception(kGp, 8 * kUd | 3));
  CHECK(chain.faults[2] == exception(kGp, 8 * kGp | 3));
  CHECK(chain.faults[3] == exception(kGp, 8 * kDf | 3));
}

TEST_CASE("x86 interrupts: an instruction that the subset or the model leaves out is told from one that is none") {
  TestMachine m;
  for (const auto& [code, refused] : std::initializer_list<std::pair<std::array<u8, 4>, bool>>{
           {{0xd9, 0xee}, true},               // FLDZ
           {{0x0f, 0x77}, true},               // EMMS
           {{0x0f, 0x58, 0xc1}, true},         // ADDPS
           {{0x0f, 0x0b}, false},              // UD2
           {{0x8c, 0xf8}, false}}) {           // MOV from a segment register that is none
    m.cpu.take_refused();
    CHECK(m.trap_of({code[0], code[1], code[2], code[3]}) == exception(kUd));
    CHECK(m.cpu.refused().has_value() == refused);
    if (refused) CHECK(m.cpu.refused()->eip == kCode);
  }
}

TEST_CASE("x86 interrupts: IRET by privilege, what it may change in EFLAGS") {
  for (unsigned n = 0; n < 16; ++n) {
    const unsigned ring = n & 1 ? 3 : 0, iopl = n >> 1 & 3;
    const bool wide = n & 8;
    TestMachine m;
    m.enter(ring);
    m.cpu.state.eflags = flag::kOne | iopl << flag::kIoplShift;
    const u32 image = flag::kAll & ~flag::kVm;
    const u32 cs = m.cpu.state.segment(Seg::kCs).selector;
    m.cpu.state.r[kEsp] -= wide ? 12 : 6;
    const u32 top = m.cpu.state.r[kEsp];
    if (wide)
      m.put(top, kCode + 9), m.put(top + 4, cs), m.put(top + 8, image);
    else
      m.put(top, cs << 16 | 0x9), m.memory.write<u16>({top + 4}, static_cast<u16>(image));
    CAPTURE(ring, iopl, wide);
    const Trap trap = wide ? m.trap_of({0xcf}) : m.trap_of({0x66, 0xcf});
    CHECK(trap == nothing());
    u32 expected = flag::kOne | flag::kStatus | flag::kTf | flag::kDf | flag::kNt;
    expected |= ring == 0 ? flag::kIopl : iopl << flag::kIoplShift;
    if (ring <= iopl) expected |= flag::kIf;
    if (wide)
      expected |= flag::kRf | flag::kAc | flag::kId | (ring == 0 ? flag::kVif | flag::kVip : 0);
    CHECK(m.cpu.state.eflags == expected);
  }
}

TEST_CASE("x86 interrupts: IRET out of a nested task and into virtual-8086 mode are left out") {
  TestMachine m;
  m.cpu.state.eflags |= flag::kNt;
  m.put(m.cpu.state.tr.base, kTssSelector);  // the way back is a busy task
  CHECK(m.trap_of({0xcf}) == exception(kUd));
  REQUIRE(m.cpu.refused());
  CHECK(m.cpu.refused()->feature == LeftOut::kTaskSwitch);
  m.cpu.state.eflags = flag::kOne;
  m.cpu.state.r[kEsp] -= 12;
  m.put(m.cpu.state.r[kEsp] + 8, flag::kVm);
  CHECK(m.trap_of({0xcf}) == exception(kUd));
  REQUIRE(m.cpu.refused());
  CHECK(m.cpu.refused()->feature == LeftOut::kVirtual8086);
  // A gate that needs a task switch shuts the CPU down if the double fault's handler needs one as
  // well.
  TestMachine task;
  for (unsigned vector = 0; vector < 32; ++vector)
    task.set_idt(vector, make_gate(kTssSelector, 0, 5));
  task.code({0x0f, 0x0b});
  CHECK(task.cpu.step().triple_fault);
}

TEST_CASE("x86 interrupts: IRET out of a nested task faults where the link names no busy task") {
  constexpr u64 kPresent = u64{1} << 47, kFree = u64{2} << 40;
  const auto trap_with = [](u32 link, u64 change) {
    TestMachine m;
    m.cpu.state.eflags |= flag::kNt;
    m.put(m.cpu.state.tr.base, link);
    m.set_gdt(kTssSelector, make_descriptor(0x3000, 0x80, 0x8b, 0) ^ change);
    const Trap trap = m.trap_of({0xcf});
    CHECK_FALSE((trap.vector != kUd && m.cpu.refused()));
    return trap;
  };
  CHECK(trap_with(kTssSelector | 4, 0) == exception(kTs, kTssSelector | 4));
  CHECK(trap_with(0, 0) == exception(kTs, 0));
  CHECK(trap_with(kKernelCode | 3, 0) == exception(kTs, kKernelCode));
  CHECK(trap_with(0xfff0, 0) == exception(kTs, 0xfff0));
  CHECK(trap_with(kTssSelector, kFree) == exception(kTs, kTssSelector));
  CHECK(trap_with(kTssSelector, kPresent) == exception(kNp, kTssSelector));
  CHECK(trap_with(kTssSelector, 0) == exception(kUd));
}

TEST_CASE(
    "x86 interrupts: a page fault tells its address, a fault in its delivery a double fault") {
  TestMachine m;
  m.cpu.state.cr3 = 0x5000;
  m.put(0x5000, 0x6000 | 7);
  for (u32 page = 0; page < 256; ++page) m.put(0x6000 + 4 * page, page << 12 | 7);
  m.put(0x6000 + 4 * 0x50, 0);
  m.cpu.state.cr0 |= cr0::kPg;
  m.code({0xa1, 0x34, 0x02, 0x05, 0x00});
  const Step step = m.cpu.step();
  CHECK(step.trap == exception(kPf, 0, 0x50234));
  CHECK(m.cpu.state.cr2 == 0x50234);
  CHECK(m.stack(2) == std::vector<u32>{0, kCode});

  m.enter(0);
  m.cpu.state.r[kEsp] = 0x50800;
  m.cpu.step();
  CHECK(m.cpu.state.cr2 ==
        0x507fc);  // of the push of EFLAGS, in the double fault's delivery as well
}

TEST_CASE("x86 interrupts: IF, and what makes an interrupt wait") {
  struct {
    std::initializer_list<u8> code;
    unsigned completes;  // instructions before the interrupt is taken
  } const kCases[] = {
      {{0xfb, 0x90, 0x90}, 2},              // sti, nop
      {{0xfb, 0xfb, 0x90, 0x90}, 2},        // sti, sti
      {{0x90, 0xfb, 0xfa, 0x90}, 9},        // sti, cli: never
      {{0xfb, 0x90, 0x8e, 0xd0, 0x90}, 2},  // not twice
      {{0xfb, 0x8e, 0xd0, 0x90}, 2},        // mov ss behind sti: only the first one counts
  };
  for (const auto& each : kCases) {
    TestMachine m;
    m.code({0x90, 0x90, 0x90, 0x90, 0x90, 0x90, 0x90, 0x90, 0x90, 0x90, 0x90, 0x90});
    m.code(each.code);
    m.cpu.state.r[kEax] = kKernelData;
    m.cpu.intr_line = true;
    unsigned completed = 0;
    while (completed < 9 && m.cpu.step().kind == Step::Kind::kCompleted) ++completed;
    CHECK(completed == each.completes);
  }
  for (const bool lss : {false, true}) {
    TestMachine m;
    m.cpu.state.eflags |= flag::kIf;
    m.cpu.state.r[kEax] = kKernelData, m.cpu.state.r[kEbx] = 0x6000;
    m.put(0x6000, kStack), m.put(0x6004, kKernelData);
    if (lss)
      m.code({0x0f, 0xb2, 0x23, 0x90});
    else
      m.code({0x8e, 0xd0, 0x90});
    m.cpu.step();
    m.cpu.intr_line = true;
    CHECK(m.cpu.interrupt_due() == lss);
    if (!lss) m.cpu.step();
    CHECK(m.cpu.step().trap.kind == Trap::Kind::kInterrupt);
  }
}

TEST_CASE("x86 interrupts: HLT waits, and returns behind itself") {
  TestMachine m;
  m.code({0xf4});
  m.cpu.state.eflags |= flag::kIf;
  CHECK(m.cpu.step().kind == Step::Kind::kCompleted);
  CHECK(m.cpu.step().kind == Step::Kind::kHalted);
  CHECK_FALSE(m.cpu.wakes());
  m.cpu.intr_line = true;
  CHECK(m.cpu.wakes());
  CHECK(m.cpu.step().kind == Step::Kind::kTrapped);
  CHECK_FALSE(m.cpu.state.halted);
  CHECK(m.stack(1)[0] == kCode + 1);
}

TEST_CASE("x86 interrupts: one NMI at a time, until IRET") {
  TestMachine m;
  m.code({0x90, 0x90});
  m.cpu.nmi_line = true;
  CHECK(m.cpu.step().trap.kind == Trap::Kind::kNmi);
  CHECK(m.cpu.state.eip == TestMachine::handler(kNmi));
  m.cpu.nmi_line = true;
  CHECK_FALSE(m.cpu.interrupt_due());
  m.code({0xcf}, TestMachine::handler(kNmi));
  m.cpu.step();
  CHECK(m.cpu.state.eip == kCode);
  CHECK(m.cpu.interrupt_due());
}

TEST_CASE("x86 interrupts: under a VMM nothing is delivered") {
  TestMachine m;
  m.cpu.trap_to = cpu::TrapTo::kVmm;
  m.set_idt(0x40, 0);
  call_interrupt(m);
  const State before = m.cpu.state;
  m.enter(3);
  const Step step = m.cpu.step(true);
  CHECK(step.trap == Trap{0x40, false, 0, 0, Trap::Kind::kSoftware, 2});
  CHECK(m.cpu.state.eip == kCode);
  CHECK(m.cpu.state.cr2 == before.cr2);
  m.cpu.intr_line = true;
  m.cpu.state.eflags = flag::kOne;
  m.bus.vector = 0x55;
  CHECK(m.cpu.step().trap == Trap{0, false, 0, 0, Trap::Kind::kInterrupt, 0});
}

TEST_CASE("x86 interrupts: real mode takes far pointers and pushes words") {
  TestMachine m;
  m.cpu.state.cr0 &= ~cr0::kPe;
  m.cpu.state.idtr = {0, 0x3ff};
  m.put(4 * 0x40, 0x12340010);
  m.cpu.state.segment(Seg::kSs).access = 0x93;
  call_interrupt(m);
  m.cpu.step();
  CHECK(m.cpu.state.segment(Seg::kCs).base == 0x12340);
  CHECK(m.cpu.state.eip == 0x10);
  CHECK((m.cpu.state.eflags & flag::kIf) == 0);
  CHECK(m.cpu.state.r[kEsp] == ((kStack & ~0xffffu) | ((kStack - 6) & 0xffff)));
}
