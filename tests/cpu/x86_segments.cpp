// Segment loads, accesses by segment, and the instructions that look at descriptors (Intel SDM
// volume 3, chapter 5).
#include "cpu/x86_machine.hpp"

using namespace ringside;
using namespace ringside::test::x86;

namespace {

// mov seg, ax with a selector.
Trap load(TestMachine& m, Seg which, u16 selector) {
  m.cpu.state.r[kEax] = selector;
  return m.trap_of({0x8e, static_cast<u8>(0xc0 | static_cast<u8>(which) << 3)});
}

constexpr u16 kHere = kFree;

struct Load {
  const char* what;
  Seg which;
  unsigned ring;
  u16 selector;
  u64 descriptor;  // at kHere
  Trap expected;
};

}  // namespace

TEST_CASE("x86 segments: ENTER on a stack of 16 bits takes as much of ESP for EBP as its operand size says") {
  for (const bool wide : {true, false}) {
    TestMachine m;
    m.cpu.state.segment(Seg::kSs).access &= ~rights::kBig;
    m.cpu.state.r[kEsp] = 0x56785000, m.cpu.state.r[kEbp] = 0x12346000;
    m.put(0x5ffc, 0xaabbccdd);
    wide ? m.code({0xc8, 0x10, 0, 2}) : m.code({0x66, 0xc8, 0x10, 0, 2});
    CHECK(m.cpu.step().kind == Step::Kind::kCompleted);
    CHECK(m.cpu.state.r[kEbp] == (wide ? 0x56784ffc : 0x12344ffe));
    CHECK(m.cpu.state.r[kEsp] == (wide ? 0x56784fe4 : 0x56784fea));
    CHECK(m.word(wide ? 0x4ff8 : 0x4ffa) == (wide ? 0xaabbccdd : 0xaabb4ffe));
    CHECK(m.word(0x4ff4) == (wide ? 0x56784ffc : 0));
  }
}

TEST_CASE("x86 segments: what may be loaded, and what is raised if not") {
  const u32 absent = ~u32{rights::kPresent};
  const Load kLoads[] = {
      {"null into DS", Seg::kDs, 0, 3, 0, nothing()},
      {"null into SS", Seg::kSs, 0, 0, 0, exception(kGp, 0)},
      {"beyond the table", Seg::kDs, 0, 0x100, 0, exception(kGp, 0x100)},
      {"of no LDT", Seg::kDs, 0, kHere | 4, 0, exception(kGp, kHere | 4)},
      {"data", Seg::kDs, 0, kHere, make_flat(kDataRights), nothing()},
      {"readable code", Seg::kDs, 0, kHere, make_flat(kCodeRights), nothing()},
      {"execute-only code", Seg::kDs, 0, kHere, make_flat(0x98), exception(kGp, kHere)},
      {"a TSS", Seg::kDs, 0, kHere, make_flat(0x89), exception(kGp, kHere)},
      {"absent data", Seg::kDs, 0, kHere, make_flat(kDataRights & absent), exception(kNp, kHere)},
      {"data of ring 0 by RPL 3", Seg::kDs, 0, kHere | 3, make_flat(kDataRights),
       exception(kGp, kHere)},
      {"data of ring 0 at CPL 3", Seg::kEs, 3, kHere, make_flat(kDataRights),
       exception(kGp, kHere)},
      {"code of ring 0 at CPL 3", Seg::kEs, 3, kHere, make_flat(kCodeRights),
       exception(kGp, kHere)},
      {"conforming code of ring 0 at CPL 3", Seg::kFs, 3, kHere | 3, make_flat(0x9e), nothing()},
      {"stack of ring 0", Seg::kSs, 0, kHere, make_flat(kDataRights), nothing()},
      {"stack by another RPL", Seg::kSs, 0, kHere | 1, make_flat(kDataRights),
       exception(kGp, kHere)},
      {"stack of another ring", Seg::kSs, 0, kHere, make_flat(kDataRights | kDpl3),
       exception(kGp, kHere)},
      {"read-only stack", Seg::kSs, 0, kHere, make_flat(0x90), exception(kGp, kHere)},
      {"code as stack", Seg::kSs, 0, kHere, make_flat(kCodeRights), exception(kGp, kHere)},
      {"absent stack", Seg::kSs, 0, kHere, make_flat(kDataRights & absent), exception(kSs, kHere)},
      {"stack of ring 3 at CPL 3", Seg::kSs, 3, kHere | 3, make_flat(kDataRights | kDpl3),
       nothing()},
      {"into CS", Seg::kCs, 0, kHere, make_flat(kCodeRights), exception(kUd)},
  };
  for (const Load& each : kLoads) {
    INFO(each.what);
    TestMachine m;
    m.set_gdt(kHere, each.descriptor);
    m.enter(each.ring);
    const Segment before = m.cpu.state.segment(each.which);
    CHECK(load(m, each.which, each.selector) == each.expected);
    const Segment& after = m.cpu.state.segment(each.which);
    if (each.expected == nothing())
      CHECK(after.selector == each.selector);
    else
      CHECK(after == before);
  }
}

TEST_CASE("x86 segments: a load brings base and limit and sets the accessed bit") {
  TestMachine m;
  m.set_gdt(kHere, make_descriptor(0x12345678, 0xabcde, kDataRights, 0xc));
  CHECK(load(m, Seg::kGs, kHere) == nothing());
  CHECK(m.cpu.state.segment(Seg::kGs) == Segment{kHere, 0x12345678, 0xabcdefff, 0xc093});
  CHECK((m.word(kGdt + kHere + 4) >> 8 & 0xff) == 0x93);
}

TEST_CASE("x86 segments: the LDT is looked up once LDTR is loaded") {
  TestMachine m;
  m.set_gdt(kHere, make_descriptor(kLdt, 0xf, 0x82, 0));
  m.put64(kLdt + 8, make_descriptor(0x500, 0x20, kDataRights));
  m.cpu.state.r[kEax] = kHere;
  CHECK(m.trap_of({0x0f, 0x00, 0xd0}) == nothing());  // lldt ax
  CHECK(load(m, Seg::kDs, 0x0c) == nothing());
  CHECK(m.cpu.state.segment(Seg::kDs).base == 0x500);
  CHECK(load(m, Seg::kDs, 0x14) == exception(kGp, 0x14));
  m.cpu.state.r[kEax] = 0;
  CHECK(m.trap_of({0x0f, 0x00, 0xd0}) == nothing());
  CHECK(load(m, Seg::kDs, 0x0c) == exception(kGp, 0x0c));
}

TEST_CASE("x86 segments: LLDT and LTR take their kind of descriptor only, LTR leaves it busy") {
  struct {
    u8 modrm;  // d0 lldt ax, d8 ltr ax
    u16 selector;
    u32 rights;
    Trap expected;
  } const kCases[] = {
      {0xd0, kHere, 0x89, exception(kGp, kHere)},
      {0xd0, kHere, 0x02, exception(kNp, kHere)},
      {0xd0, kHere | 4, 0x82, exception(kGp, kHere | 4)},
      {0xd8, 0, 0x89, exception(kGp, 0)},
      {0xd8, kHere, 0x8b, exception(kGp, kHere)},
      {0xd8, kHere, 0x82, exception(kGp, kHere)},
      {0xd8, kHere, 0x09, exception(kNp, kHere)},
      {0xd8, kHere, 0x89, nothing()},
      {0xd8, kHere, 0x81, nothing()},
  };
  for (const auto& each : kCases) {
    TestMachine m;
    m.set_gdt(kHere, make_descriptor(kTss, 0x67, each.rights, 0));
    m.cpu.state.r[kEax] = each.selector;
    CHECK(m.trap_of({0x0f, 0x00, each.modrm}) == each.expected);
    if (each.modrm == 0xd8 && each.expected == nothing())
      CHECK((m.word(kGdt + kHere + 4) >> 8 & 0xff) == (each.rights | 2));
  }
  TestMachine user;
  user.enter(3);
  CHECK(user.trap_of({0x0f, 0x00, 0xd8}) == exception(kGp, 0));
}

TEST_CASE("x86 segments: accesses keep to limit and type") {
  const Segment small{kHere, 0x5000, 0xfff, 0x4093}, down{kHere, 0x5000, 0xfff, 0x4097};
  const Segment down16{kHere, 0x5000, 0xfff, 0x0097}, read_only{kHere, 0x5000, 0xfff, 0x4091};
  const Segment code{kHere, 0x5000, 0xfff, 0x409b}, hidden{kHere, 0x5000, 0xfff, 0x4099};
  struct {
    Segment segment;
    u32 offset;
    bool write, allowed;
  } const kCases[] = {
      {small, 0xffc, false, true},
      {small, 0xffd, false, false},
      {small, 0xffffffff, false, false},
      {down, 0x1000, true, true},
      {down, 0xfff, true, false},
      {down, 0xfffffffc, true, true},
      {down, 0xfffffffd, true, false},
      {down16, 0xfffc, true, true},
      {down16, 0xfffd, true, false},
      {read_only, 0, false, true},
      {read_only, 0, true, false},
      {code, 0, false, true},
      {code, 0, true, false},
      {hidden, 0, false, false},
      {Segment{}, 0, false, false},
  };
  for (const auto& each : kCases) {
    TestMachine m;
    m.cpu.state.segment(Seg::kDs) = each.segment;
    m.cpu.state.segment(Seg::kSs) = each.segment;
    m.cpu.state.r[kEbx] = m.cpu.state.r[kEbp] = each.offset;
    CAPTURE(each.segment.access, each.offset, each.write);
    const u8 opcode = each.write ? 0x89 : 0x8b;
    CHECK(m.trap_of({opcode, 0x03}) == (each.allowed ? nothing() : exception(kGp, 0)));
    CHECK(m.trap_of({opcode, 0x45, 0x00}) == (each.allowed ? nothing() : exception(kSs, 0)));
  }
}

TEST_CASE("x86 segments: alignment is checked at CPL 3 if CR0.AM and EFLAGS.AC say so") {
  for (unsigned n = 0; n < 8; ++n) {
    TestMachine m;
    m.enter(n & 1 ? 3 : 0);
    if (n & 2) m.cpu.state.cr0 |= cr0::kAm;
    if (n & 4) m.cpu.state.eflags |= flag::kAc;
    m.cpu.state.r[kEbx] = 0x5002;
    CHECK(m.trap_of({0x8b, 0x03}) == (n == 7 ? exception(x86::kAc, 0) : nothing()));
    CHECK(m.trap_of({0x66, 0x8b, 0x03}) == nothing());
  }
}

TEST_CASE("x86 segments: LAR, LSL, VERR and VERW by type and privilege") {
  struct {
    u32 rights;
    u16 rpl;
    bool lar, lsl, verr, verw;
  } const kCases[] = {
      {0x92, 0, true, true, true, true},    {0x92, 3, false, false, false, false},
      {0xf2, 3, true, true, true, true},    {0x90, 0, true, true, true, false},
      {0x9a, 0, true, true, true, false},   {0x98, 0, true, true, false, false},
      {0x9e, 3, true, true, true, false},   {0x89, 0, true, true, false, false},
      {0x82, 0, true, true, false, false},  {0x8c, 0, true, false, false, false},
      {0x85, 0, true, false, false, false}, {0x8e, 0, false, false, false, false},
      {0x12, 0, true, true, true, true},  // present or not does not matter
  };
  for (const auto& each : kCases) {
    CAPTURE(each.rights, each.rpl);
    TestMachine m;
    m.set_gdt(kHere, make_descriptor(0, 0x12, each.rights, 0xc));
    const auto zero_after = [&](std::initializer_list<u8> bytes) {
      m.cpu.state.r[kEax] = kHere | each.rpl;
      m.cpu.state.r[kEcx] = 77;
      CHECK(m.trap_of(bytes) == nothing());
      return (m.cpu.state.eflags & flag::kZf) != 0;
    };
    CHECK(zero_after({0x0f, 0x02, 0xc8}) == each.lar);
    CHECK(m.cpu.state.r[kEcx] == (each.lar ? 0xc00000 | each.rights << 8 : 77));
    CHECK(zero_after({0x0f, 0x03, 0xc8}) == each.lsl);
    CHECK(m.cpu.state.r[kEcx] == (each.lsl ? 0x12fff : 77));
    CHECK(zero_after({0x0f, 0x00, 0xe0}) == each.verr);
    CHECK(zero_after({0x0f, 0x00, 0xe8}) == each.verw);
  }
}

TEST_CASE("x86 segments: in real mode a selector is a paragraph") {
  TestMachine m;
  m.cpu.state.cr0 &= ~cr0::kPe;
  CHECK(load(m, Seg::kEs, 0x1234) == nothing());
  CHECK(m.cpu.state.segment(Seg::kEs).base == 0x12340);
  CHECK(m.cpu.state.segment(Seg::kEs).limit == ~u32{0});
  CHECK(m.trap_of({0x0f, 0x00, 0xe0}) == exception(kUd));  // verr ax
}
