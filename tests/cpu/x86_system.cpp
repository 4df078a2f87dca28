// System instructions, ports and their permissions (Intel SDM volume 3, chapters 2 and 5; volume 1,
// chapter 19).
#include "cpu/x86_machine.hpp"

using namespace ringside;
using namespace ringside::test::x86;

namespace {

// mov crN, eax; mov eax, crN
Trap write_cr(TestMachine& m, u8 number, u32 value) {
  m.cpu.state.r[kEax] = value;
  return m.trap_of({0x0f, 0x22, static_cast<u8>(0xc0 | number << 3)});
}
Trap write_dr(TestMachine& m, u8 number, u32 value) {
  m.cpu.state.r[kEax] = value;
  return m.trap_of({0x0f, 0x23, static_cast<u8>(0xc0 | number << 3)});
}
u32 cpuid(TestMachine& m, u32 leaf, unsigned out) {
  m.cpu.state.r[kEax] = leaf;
  CHECK(m.trap_of({0x0f, 0xa2}) == nothing());
  return m.cpu.state.r[out];
}
Trap msr(TestMachine& m, u8 opcode, u32 number, u64 value = 0) {
  m.cpu.state.r[kEcx] = number;
  if (opcode == 0x30)
    m.cpu.state.r[kEax] = static_cast<u32>(value),
    m.cpu.state.r[kEdx] = static_cast<u32>(value >> 32);
  return m.trap_of({0x0f, opcode});
}

}  // namespace

TEST_CASE("x86 system: what only ring 0 may do") {
  const std::initializer_list<u8> kInstructions[] = {{0xf4},
                                                     {0x0f, 0x06},
                                                     {0x0f, 0x08},
                                                     {0x0f, 0x09},
                                                     {0x0f, 0x30},
                                                     {0x0f, 0x32},
                                                     {0x0f, 0x20, 0xc0},
                                                     {0x0f, 0x22, 0xc0},
                                                     {0x0f, 0x21, 0xc0},
                                                     {0x0f, 0x23, 0xc0},
                                                     {0x0f, 0x01, 0x13},
                                                     {0x0f, 0x01, 0x1b},
                                                     {0x0f, 0x01, 0xf0},
                                                     {0x0f, 0x01, 0x3b},
                                                     {0x0f, 0x00, 0xd0},
                                                     {0x0f, 0x00, 0xd8},
                                                     {0x0f, 0x35}};
  for (const auto& each : kInstructions)
    for (const unsigned ring : {1u, 2u, 3u}) {
      TestMachine m;
      m.cpu.state.sysenter_cs = 8;
      m.enter(ring);
      CHECK(m.trap_of(each) == exception(kGp, 0));
    }
}

TEST_CASE("x86 system: CLI, STI and ports by IOPL") {
  for (unsigned n = 0; n < 16; ++n) {
    const unsigned ring = n & 3, iopl = n >> 2;
    TestMachine m;
    m.enter(ring);
    m.cpu.state.tr = Segment{};
    m.cpu.state.eflags = flag::kOne | iopl << flag::kIoplShift;
    const Trap expected = ring <= iopl ? nothing() : exception(kGp, 0);
    CHECK(m.trap_of({0xfb}) == expected);
    CHECK(m.trap_of({0xfa}) == expected);
    CHECK(m.trap_of({0xe4, 0x60}) == expected);
    CHECK(m.trap_of({0x66, 0xef}) == expected);
    CHECK(m.bus.ports.size() == (ring <= iopl));
  }
}

TEST_CASE("x86 system: the I/O bitmap") {
  TestMachine m;
  m.enter(3);
  // Ports 0x20 to 0x27 by the byte at 0x68 + 4: port 0x21 is denied. The next byte is all ones.
  m.memory.write<u8>({kTss + 0x68 + 4}, 0b0000'0010);
  m.memory.write<u8>({kTss + 0x68 + 5}, 0xff);
  m.cpu.state.tr.limit = 0x68 + 5;
  const auto in = [&](u16 port, std::initializer_list<u8> bytes) {
    m.cpu.state.r[kEdx] = port;
    return m.trap_of(bytes);
  };
  const Trap denied = exception(kGp, 0);
  CHECK(in(0x20, {0xec}) == nothing());
  CHECK((m.cpu.state.r[kEax] & 0xff) == 0x20);
  CHECK(in(0x20, {0x66, 0xed}) == denied);
  CHECK(in(0x21, {0xec}) == denied);
  CHECK(in(0x22, {0x66, 0xed}) == nothing());
  CHECK(in(0x24, {0xed}) == nothing());
  CHECK(in(0x25, {0xed}) == denied);  // reaches into the next byte
  CHECK(in(0x28, {0xec}) == denied);  // the second byte lies beyond the limit
  m.cpu.state.tr.limit = 102;
  CHECK(in(0x20, {0xec}) == denied);
  m.cpu.state.tr = {kTssSelector, kTss, 0x80, 0x83};  // a 16-bit TSS has none
  CHECK(in(0x20, {0xec}) == denied);
}

TEST_CASE("x86 system: control registers refuse what makes no sense") {
  TestMachine m;
  CHECK(write_cr(m, 0, cr0::kPg) == exception(kGp, 0));
  CHECK(write_cr(m, 0, cr0::kPe | cr0::kNw) == exception(kGp, 0));
  CHECK(write_cr(m, 4, 1u << 5) == exception(kGp, 0));
  for (const u8 number : {1, 5, 6, 7}) CHECK(write_cr(m, number, 0) == exception(kUd));
  CHECK(write_cr(m, 0, cr0::kPe | cr0::kWp | 1u << 10) == nothing());
  CHECK(m.cpu.state.cr0 == (cr0::kPe | cr0::kWp | cr0::kEt));
  CHECK(write_cr(m, 4, cr4::kPse | cr4::kPge) == nothing());
  CHECK(m.cpu.state.cr4 == (cr4::kPse | cr4::kPge));
  TestMachine old("i486");
  CHECK(write_cr(old, 4, 0) == exception(kUd));
}

TEST_CASE("x86 system: CR0.PG, CR0.WP, CR4 and CR3 drop translations") {
  TestMachine m;
  for (u32 page = 0; page < 256; ++page) m.put(0x6000 + 4 * page, page << 12 | 3 | pte::kG);
  m.put(0x5000, 0x6000 | 3);
  m.cpu.state.cr3 = 0x5000;
  const auto invalidations = [&] { return m.ledger.count(cost::Param::kTlbInvalidate); };
  const auto cached = [&] { return m.cpu.mmu().tlb.find({kCode}) != nullptr; };
  CHECK(write_cr(m, 4, cr4::kPge) == nothing());
  CHECK(write_cr(m, 0, cr0::kPe | cr0::kPg) == nothing());
  CHECK_FALSE(cached());
  CHECK(m.trap_of({0x90}) == nothing());
  CHECK(cached());
  const u64 before = invalidations();
  CHECK(write_cr(m, 3, 0x5000) == nothing());
  CHECK(cached());  // a global page
  CHECK(write_cr(m, 0, cr0::kPe | cr0::kPg | cr0::kWp) == nothing());
  CHECK_FALSE(cached());
  CHECK(m.trap_of({0x90}) == nothing());
  CHECK(write_cr(m, 4, 0) == nothing());
  CHECK_FALSE(cached());
  CHECK(invalidations() == before + 3);
  CHECK(m.trap_of({0x90}) == nothing());
  m.cpu.state.r[kEax] = kCode;
  CHECK(m.trap_of({0x0f, 0x01, 0x38}) == nothing());  // invlpg [eax]
  CHECK_FALSE(cached());
}

TEST_CASE("x86 system: LMSW sets PE and cannot clear it, CLTS and SMSW") {
  TestMachine m;
  m.cpu.state.r[kEax] = cr0::kTs | cr0::kEm;
  CHECK(m.trap_of({0x0f, 0x01, 0xf0}) == nothing());
  CHECK(m.cpu.state.cr0 == (cr0::kPe | cr0::kTs | cr0::kEm | cr0::kEt));
  CHECK(m.trap_of({0x0f, 0x06}) == nothing());
  m.enter(3);
  CHECK(m.trap_of({0x0f, 0x01, 0xe3}) == nothing());  // smsw ebx
  CHECK(m.cpu.state.r[kEbx] == (cr0::kPe | cr0::kEm | cr0::kEt));
}

TEST_CASE("x86 system: debug registers, their other names and general detect") {
  TestMachine m;
  CHECK(write_dr(m, 7, ~u32{0} & ~(1u << 13)) == nothing());
  CHECK(m.cpu.state.dr[7] == 0xffff07ff);
  CHECK(write_dr(m, 7, 0) == nothing());
  CHECK(write_dr(m, 4, 0) == nothing());
  CHECK(m.cpu.state.dr[6] == 0xffff0ff0);
  CHECK(write_cr(m, 4, cr4::kDe) == nothing());
  CHECK(write_dr(m, 4, 0) == exception(kUd));
  CHECK(write_dr(m, 7, 1u << 13) == nothing());
  CHECK(write_dr(m, 0, 5) == exception(kDb));
  CHECK(m.cpu.state.dr[6] == (0xffff0ff0 | 1u << 13));
  CHECK(write_dr(m, 0, 5) == nothing());
}

TEST_CASE("x86 system: POPF by privilege") {
  for (unsigned n = 0; n < 32; ++n) {
    const unsigned ring = n & 3, iopl = n >> 2 & 3;
    const bool wide = n & 16;
    TestMachine m;
    m.enter(ring);
    m.cpu.state.eflags = flag::kOne | iopl << flag::kIoplShift | flag::kRf;
    m.cpu.state.r[kEsp] -= 4;
    m.put(m.cpu.state.r[kEsp], ~u32{0});
    CHECK((wide ? m.trap_of({0x9d}) : m.trap_of({0x66, 0x9d})) == nothing());
    u32 expected = flag::kOne | flag::kStatus | flag::kTf | flag::kDf | flag::kNt;
    expected |= ring == 0 ? flag::kIopl : iopl << flag::kIoplShift;
    if (ring <= iopl) expected |= flag::kIf;
    if (wide) expected |= flag::kAc | flag::kId;
    CHECK(m.cpu.state.eflags == expected);
  }
}

TEST_CASE("x86 system: CPU models differ in what exists") {
  TestMachine i486("i486"), pentium("pentium"), i686("i686");
  CHECK(i486.trap_of({0x0f, 0xa2}) == exception(kUd));
  CHECK(i486.trap_of({0x0f, 0x31}) == exception(kUd));
  CHECK(cpuid(i686, 0, kEax) == 1);
  CHECK(i686.cpu.state.r[kEbx] == 0x756e6547);
  CHECK((cpuid(pentium, 1, kEax) >> 8 & 15) == 5);
  CHECK((cpuid(i686, 1, kEax) >> 8 & 15) == 6);
  const u32 features = cpuid(i686, 1, kEdx);
  CHECK((features & 1) == 0);  // no x87
  CHECK((features & feature::kCmov));
  CHECK((cpuid(pentium, 1, kEdx) & feature::kCmov) == 0);
  CHECK(pentium.trap_of({0x0f, 0x44, 0xc1}) == exception(kUd));  // cmovz eax, ecx
  CHECK(i686.trap_of({0x0f, 0x44, 0xc1}) == nothing());
  CHECK(pentium.trap_of({0x0f, 0x34}) == exception(kUd));  // sysenter
  // EFLAGS.ID can be changed where there is a CPUID.
  for (TestMachine* m : {&i486, &i686}) {
    m->put(m->cpu.state.r[kEsp], flag::kId);
    CHECK(m->trap_of({0x9d}) == nothing());
    CHECK(((m->cpu.state.eflags & flag::kId) != 0) == (m == &i686));
  }
}

// SDM volume 3, section 11.4.3.
TEST_CASE("x86 system: a local APIC that is switched off is not announced") {
  TestMachine m;
  CHECK((cpuid(m, 1, kEdx) & feature::kApic) != 0);
  const u32 vendor = cpuid(m, 0, kEdx);
  m.cpu.state.apic_base &= ~u64{1u << 11};
  CHECK((cpuid(m, 1, kEdx) & feature::kApic) == 0);
  CHECK(cpuid(m, 0, kEdx) == vendor);
}

TEST_CASE("x86 system: the time-stamp counter and model-specific registers") {
  TestMachine m;
  CHECK(m.trap_of({0x0f, 0x31}) == nothing());
  CHECK(m.cpu.state.r[kEax] <= m.ledger.clock());
  CHECK(msr(m, 0x30, 0x10, 0x500000000) == nothing());
  CHECK(msr(m, 0x32, 0x10) == nothing());
  CHECK(m.cpu.state.r[kEdx] == 5);
  CHECK(msr(m, 0x32, 0x1b) == nothing());
  CHECK(m.cpu.state.r[kEax] == 0xfee00900);
  CHECK(msr(m, 0x30, 0x1b, 0xfee00000) == nothing());
  CHECK(m.cpu.state.apic_base == 0xfee00100);
  CHECK(msr(m, 0x30, 0x1b, 0xfee00001) == exception(kGp, 0));
  CHECK(msr(m, 0x32, 0x1234) == exception(kGp, 0));
  CHECK(msr(m, 0x30, 0x1234) == exception(kGp, 0));
  m.cpu.state.cr4 = cr4::kTsd;
  CHECK(m.trap_of({0x0f, 0x31}) == nothing());
  m.enter(3);
  CHECK(m.trap_of({0x0f, 0x31}) == exception(kGp, 0));
}

TEST_CASE("x86 system: SYSENTER and SYSEXIT") {
  TestMachine m;
  m.enter(3);
  CHECK(m.trap_of({0x0f, 0x34}) == exception(kGp, 0));
  State& s = m.cpu.state;
  s.sysenter_cs = kKernelCode, s.sysenter_esp = 0x7000, s.sysenter_eip = 0x14000;
  s.eflags |= flag::kIf;
  CHECK(m.trap_of({0x0f, 0x34}) == nothing());
  CHECK(s.cpl == 0);
  CHECK(s.eip == 0x14000);
  CHECK(s.r[kEsp] == 0x7000);
  CHECK((s.eflags & flag::kIf) == 0);
  CHECK(s.segment(Seg::kCs) == Segment{8, 0, ~u32{0}, 0xc09b});
  CHECK(s.segment(Seg::kSs) == Segment{16, 0, ~u32{0}, 0xc093});
  s.r[kEcx] = 0x8000, s.r[kEdx] = 0x15000;
  CHECK(m.trap_of({0x0f, 0x35}) == nothing());
  CHECK(s.cpl == 3);
  CHECK(s.eip == 0x15000);
  CHECK(s.r[kEsp] == 0x8000);
  CHECK(s.segment(Seg::kCs) == Segment{8 + 16 + 3, 0, ~u32{0}, 0xc0fb});
  CHECK(s.segment(Seg::kSs) == Segment{8 + 24 + 3, 0, ~u32{0}, 0xc0f3});
}

TEST_CASE("x86 system: tables are loaded and stored") {
  TestMachine m;
  m.cpu.state.r[kEbx] = 0x6000;
  m.put(0x6000, 0x56781234), m.put(0x6004, 0x0000bcde);
  CHECK(m.trap_of({0x0f, 0x01, 0x13}) == nothing());  // lgdt [ebx]
  CHECK(m.cpu.state.gdtr == TableRegister{0xbcde5678, 0x1234});
  CHECK(m.trap_of({0x0f, 0x01, 0x1b}) == nothing());  // lidt [ebx]
  CHECK(m.cpu.state.idtr == TableRegister{0xbcde5678, 0x1234});
  m.enter(3);
  m.cpu.state.r[kEbx] = 0x6010;
  CHECK(m.trap_of({0x0f, 0x01, 0x03}) == nothing());  // sgdt [ebx]
  CHECK(m.word(0x6010) == 0x56781234);
  CHECK((m.word(0x6014) & 0xffff) == 0xbcde);
  CHECK(m.trap_of({0x0f, 0x00, 0xc8}) == nothing());  // str eax
  CHECK(m.cpu.state.r[kEax] == kTssSelector);
}
