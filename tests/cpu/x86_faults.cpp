// The faults of every instruction: those of its memory operand, of the stack, of privilege and of LOCK. After each the
// state is as it was, so that the instruction can be restarted.
#include <functional>
#include <set>
#include <string_view>

#include "cpu/x86_machine.hpp"
#include "isa/x86/decode.hpp"
#include "mmu/x86/paging.hpp"

using namespace ringside;
using namespace ringside::test::x86;

namespace {

using Names = std::set<std::string_view>;
using Bytes = std::vector<u8>;

// A linear page that tests map as they like, to this frame. All other pages below 1 MiB lie where they are.
constexpr u32 kPage = 0x200000, kFrame = 0x60000, kOperand = kPage + 0x40;
constexpr u32 kDirectory = 0x5000, kTables = 0x6000;

void map_page(TestMachine& m, u32 flags) {
  m.put(kTables + 4 * (kPage >> kPageShift), flags ? kFrame | flags : 0);
  m.cpu.mmu().tlb.drop_all();
}

void prepare(TestMachine& m, unsigned ring, u32 flags) {
  m.put(kDirectory, kTables | pte::kP | pte::kRw | pte::kUs);
  for (u32 page = 0; page < 256; ++page)
    m.put(kTables + 4 * page, page << kPageShift | pte::kP | pte::kRw | pte::kUs);
  m.enter(ring);
  m.cpu.state.cr3 = kDirectory;
  m.cpu.state.cr0 |= cr0::kPg | cr0::kWp;
  m.cpu.state.sysenter_cs = kKernelCode;
  m.cpu.state.tr.limit = 0x67;  // no bitmap: all ports are denied
  map_page(m, flags);
}

struct Outcome {
  Trap trap{255};
  bool unchanged = false;
};

// What one instruction does, a trap of it undelivered.
Outcome outcome(TestMachine& m, const Bytes& bytes) {
  for (u32 i = 0; i < bytes.size(); ++i) m.memory.write<u8>({kCode + i}, bytes[i]);
  m.cpu.entered();
  m.cpu.trap_to = cpu::TrapTo::kVmm;
  const State before = m.cpu.state;
  const Step step = m.cpu.step(true);
  return {step.kind == Step::Kind::kTrapped ? step.trap : Trap{255}, m.cpu.state == before};
}

std::string_view name_of(const Bytes& bytes) {
  const Instruction i = decode(bytes, CodeSize::kBits32);
  return i.row < kRowCount ? kRows[i.row].name : std::string_view{};
}

// Every opcode with each ModR/M that names the operand's address and nothing else.
void for_each_memory_form(const std::function<void(std::string_view, const Bytes&)>& visit) {
  for (u32 n = 0; n < 2 * 256 * 8; ++n) {
    Bytes bytes;
    if (n & 1) bytes.push_back(0x0f);
    bytes.push_back(static_cast<u8>(n >> 4));
    bytes.push_back(static_cast<u8>((n >> 1 & 7) << 3 | 5));
    for (u32 i = 0; i < 4; ++i) bytes.push_back(static_cast<u8>(kOperand >> (8 * i)));
    bytes.resize(kMaxLength);
    const Instruction i = decode(bytes, CodeSize::kBits32);
    if (i.row >= kRowCount || i.memory.displacement != kOperand || i.memory.base != kNoRegister) continue;
    for (const Operand& each : i.operands)
      if (each.kind == Operand::kMemory) visit(kRows[i.row].name, bytes);
  }
}

// Those that have a memory operand and leave memory alone.
const Names kTouchNothing = {"lea", "nop_wide", "invlpg", "escape", "escape_probe", "ud2"};

const Trap kNotPresent = exception(kPf, 0, kOperand);

}  // namespace

TEST_CASE("x86 faults: a memory operand that is not present, or may only be read") {
  Names seen;
  for_each_memory_form([&](std::string_view name, const Bytes& bytes) {
    INFO(name << " " << int(bytes[0]) << " " << int(bytes[1]) << " " << int(bytes[2]));
    TestMachine m;
    prepare(m, 0, 0);
    m.cpu.state.r[kEsp] = 0;  // else BT [operand], ESP would look for a bit far away
    const auto [trap, unchanged] = outcome(m, bytes);
    if (kTouchNothing.contains(name)) {
      CHECK(trap.vector != kPf);
      return;
    }
    seen.insert(name);
    CHECK(unchanged);
    CHECK(trap.vector == kPf);
    CHECK(trap.address - kOperand <= 4);  // of a far pointer the selector may come first
    CHECK((trap.code & ~page_fault::kWrite) == 0);
    // What writes faults on a page that may be read alone, what only reads does not.
    TestMachine other;
    prepare(other, 0, pte::kP | pte::kA);
    other.cpu.state.r[kEsp] = 0;
    other.put(kFrame + 0x40, 1);
    const bool writes = trap.code & page_fault::kWrite;
    const auto second = outcome(other, bytes);
    const bool refused = second.trap.vector == kPf && second.trap.code == (page_fault::kWrite | page_fault::kPresent);
    CHECK(refused == writes);
    if (refused) CHECK(second.unchanged);
  });
  for (const auto* name : {"add", "cmp", "mov", "movzx_byte", "div", "shl", "bts", "xadd", "cmpxchg8b", "setz", "cmovz",
                           "push", "pop", "call_indirect", "jmp_far", "les", "lar", "sgdt", "lidt", "lmsw", "bound"})
    CHECK(seen.contains(name));
}

TEST_CASE("x86 faults: a memory operand beyond the limit of its segment") {
  for_each_memory_form([&](std::string_view name, const Bytes& bytes) {
    INFO(name << " " << int(bytes[0]) << " " << int(bytes[1]) << " " << int(bytes[2]));
    for (const bool stack : {false, true}) {
      TestMachine m;
      prepare(m, 0, pte::kP | pte::kRw);
      m.cpu.state.segment(stack ? Seg::kSs : Seg::kDs).limit = 0x2ffff;
      Bytes prefixed = bytes;
      if (stack) prefixed.insert(prefixed.begin(), 0x36), prefixed.resize(kMaxLength);
      const auto [trap, unchanged] = outcome(m, prefixed);
      if (kTouchNothing.contains(name)) continue;
      CHECK(trap == exception(stack ? kSs : kGp, 0));
      CHECK(unchanged);
    }
  });
}

TEST_CASE("x86 faults: user code is refused what is the supervisor's") {
  for_each_memory_form([&](std::string_view name, const Bytes& bytes) {
    INFO(name);
    TestMachine m;
    prepare(m, 3, pte::kP | pte::kRw);
    m.cpu.state.r[kEsp] = 0;
    const bool privileged = kRows[*find_row(name)].in_user == InUser::kTraps;
    const auto [trap, unchanged] = outcome(m, bytes);
    if (privileged) CHECK(trap == exception(kGp, 0));
    if (privileged || kTouchNothing.contains(name)) return;
    CHECK(trap.vector == kPf);
    CHECK((trap.code & ~page_fault::kWrite) == (page_fault::kPresent | page_fault::kUser));
    CHECK(unchanged);
  });
}

TEST_CASE("x86 faults: a stack that is not present, or ends") {
  const std::pair<Bytes, bool> kForms[] = {// bytes, and whether it writes
      {{0x50}, true},        {{0x6a, 1}, true},   {{0x60}, true},     {{0x9c}, true}, {{0x06}, true}, {{0x0f, 0xa0}, true},
      {{0xe8, 0, 0, 0, 0}, true}, {{0xff, 0xd0}, true}, {{0xc8, 8, 0, 1}, true}, {{0x58}, false}, {{0x61}, false},
      {{0x9d}, false},       {{0x07}, false},     {{0xc3}, false},    {{0xc2, 4, 0}, false},
      {{0xcb}, false},       {{0xcf}, false},     {{0xc9}, false}};
  for (const auto& [bytes, writes] : kForms) {
    INFO(name_of(bytes));
    TestMachine m;
    prepare(m, 0, 0);
    m.cpu.state.r[kEsp] = m.cpu.state.r[kEbp] = writes ? kPage + 0x800 : kPage;
    m.cpu.state.r[kEax] = kCode;
    const auto [trap, unchanged] = outcome(m, bytes);
    CHECK(trap.vector == kPf);
    CHECK(trap.code == (writes ? page_fault::kWrite : 0));
    CHECK(unchanged);
    TestMachine other;
    prepare(other, 0, pte::kP | pte::kRw);
    other.cpu.state.r[kEsp] = other.cpu.state.r[kEbp] = kPage;
    other.cpu.state.r[kEax] = kCode;
    other.cpu.state.segment(Seg::kSs).limit = 0x2ffff;
    const auto second = outcome(other, bytes);
    CHECK(second.trap == exception(kSs, 0));
    CHECK(second.unchanged);
  }
}

TEST_CASE("x86 faults: strings, each side, the one that is read first") {
  const std::tuple<Bytes, bool, bool> kForms[] = {// bytes, whether it reads [ESI], and what it does with [EDI]
      {{0xa4}, true, true}, {{0xa5}, true, true}, {{0xa6}, true, false}, {{0xab}, false, true},
      {{0xac}, true, false}, {{0xaf}, false, false}, {{0x6d}, false, true}, {{0x6f}, true, false}};
  for (const auto& [bytes, source, writes] : kForms) {
    INFO(name_of(bytes));
    for (const bool rep : {false, true}) {
      Bytes code = bytes;
      if (rep) code.insert(code.begin(), 0xf3);
      TestMachine m;
      prepare(m, 0, 0);
      m.cpu.state.r[kEcx] = 2;
      m.cpu.state.r[kEsi] = source ? kOperand : kStack;
      m.cpu.state.r[kEdi] = source ? kStack : kOperand;
      const auto [trap, unchanged] = outcome(m, code);
      CHECK(trap == exception(kPf, !source && writes ? page_fault::kWrite : 0, kOperand));
      CHECK(unchanged);
    }
  }
}

TEST_CASE("x86 faults: what the table says of user mode holds") {
  const std::pair<const char*, Bytes> kForms[] = {
      {"cli", {0xfa}},         {"sti", {0xfb}},        {"hlt", {0xf4}},        {"in", {0xec}},
      {"out", {0xee}},         {"ins", {0x6c}},        {"outs", {0x6e}},       {"clts", {0x0f, 0x06}},
      {"invd", {0x0f, 0x08}},  {"wbinvd", {0x0f, 9}},  {"rdmsr", {0x0f, 0x32}}, {"wrmsr", {0x0f, 0x30}},
      {"sysexit", {0x0f, 0x35}}, {"mov_to_cr", {0x0f, 0x22, 0xc0}}, {"mov_from_cr", {0x0f, 0x20, 0xc0}},
      {"mov_to_dr", {0x0f, 0x23, 0xc0}}, {"mov_from_dr", {0x0f, 0x21, 0xc0}}, {"lgdt", {0x0f, 0x01, 0x10}},
      {"lidt", {0x0f, 0x01, 0x18}}, {"lldt", {0x0f, 0, 0xd0}}, {"ltr", {0x0f, 0, 0xd8}},
      {"lmsw", {0x0f, 1, 0xf0}}, {"invlpg", {0x0f, 1, 0x38}}};
  Names listed;
  for (const auto& [name, bytes] : kForms) {
    INFO(name);
    REQUIRE(name_of(bytes) == name);
    listed.insert(name);
    TestMachine m;
    prepare(m, 3, pte::kP | pte::kRw | pte::kUs);
    m.cpu.state.r[kEax] = m.cpu.state.r[kEsi] = m.cpu.state.r[kEdi] = kOperand;
    const auto [trap, unchanged] = outcome(m, bytes);
    CHECK(trap == exception(kGp, 0));
    CHECK(unchanged);
  }
  for (const RowInfo& row : kRows) {
    INFO(row.name);
    CHECK((row.in_user == InUser::kTraps) == listed.contains(row.name));
  }
}

// SDM volume 2, LOCK: "The LOCK prefix can be prepended only to the following instructions and only to those forms
// of the instructions where the destination operand is a memory operand".
TEST_CASE("x86 faults: LOCK is for a few instructions, and for memory") {
  const Names kLockable = {"add", "adc", "and", "btc", "btr", "bts", "cmpxchg", "cmpxchg8b", "dec",
                           "inc", "neg", "not", "or",  "sbb", "sub", "xor",     "xadd",      "xchg"};
  const auto bare = [](u32 op, u32 reg, bool behind_0f, u8 modrm) {
    Bytes bytes{0xf0};
    if (behind_0f) bytes.push_back(0x0f);
    bytes.push_back(static_cast<u8>(op)), bytes.push_back(static_cast<u8>(modrm | reg << 3));
    bytes.resize(kMaxLength);
    return bytes;
  };
  Names locked;
  for (u32 n = 0; n < 2 * 256 * 8; ++n)
    for (const bool memory : {false, true}) {
      const Bytes bytes = bare(n >> 4, n >> 1 & 7, n & 1, memory ? 6 : 0xc6);
      const Instruction plain = decode(std::span(bytes).subspan(1), CodeSize::kBits32);
      if (plain.row >= kRowCount) continue;
      const std::string_view name = kRows[plain.row].name;
      INFO(name << " " << (n >> 4));
      const bool to_memory = plain.operands[0].kind == Operand::kMemory ||
                             (name == "xchg" && plain.operands[1].kind == Operand::kMemory);
      const bool allowed = kLockable.contains(name) && to_memory;
      CHECK((name_of(bytes) == name) == allowed);
      if (allowed) locked.insert(name);
    }
  CHECK(locked == kLockable);
}
