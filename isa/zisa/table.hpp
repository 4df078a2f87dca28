// The instruction table of Z-ISA. One row holds an instruction's encoding, operand form, kind,
// behaviour in user mode, sensitivity and meaning; everything else that knows instructions
// (decoder, assembler, disassembler, both engines, the VMM's interpreter, `classify`, the tables of
// docs/zisa.md) is derived from it. To add an instruction, add a row.
//
// A meaning is written once, against a *view* m of some machine (cpu/view.hpp): m.x(r) and
// m.set(r, v) are registers, m.load/m.store memory; whatever traps ends the instruction and
// suppresses its later effects, so a meaning may fault only before it writes.
#pragma once

#include <tuple>
#include <utility>

#include "isa/zisa/instruction.hpp"
#include "isa/zisa/registers.hpp"

namespace ringside::zisa {

namespace rows {

constexpr i32 s(u32 v) { return static_cast<i32>(v); }
constexpr u32 high(u64 product) { return static_cast<u32>(product >> 32); }
constexpr i64 wide(u32 v) { return static_cast<i32>(v); }

// Division never traps (RISC-V unprivileged manual, section 7.2).
constexpr u32 div(u32 a, u32 b) {
  if (b == 0) return ~u32{0};
  if (a == 0x80000000 && b == ~u32{0}) return a;
  return static_cast<u32>(s(a) / s(b));
}
constexpr u32 rem(u32 a, u32 b) {
  if (b == 0) return a;
  if (a == 0x80000000 && b == ~u32{0}) return 0;
  return static_cast<u32>(s(a) % s(b));
}

// Shorthands for rows that differ in one expression only.
constexpr auto alu(auto f) {
  return [f](auto& m, const Operands& o) { m.set(o.rd, f(m.x(o.rs1), m.x(o.rs2))); };
}
constexpr auto alu_immediate(auto f) {
  return [f](auto& m, const Operands& o) { m.set(o.rd, f(m.x(o.rs1), static_cast<u32>(o.imm))); };
}
constexpr auto branch_if(auto f) {
  return [f](auto& m, const Operands& o) { m.branch(f(m.x(o.rs1), m.x(o.rs2)), o.imm); };
}
template <class T>  // T as in memory: its sign says how it is widened
constexpr auto load() {
  return [](auto& m, const Operands& o) {
    const auto value = m.template load<T>(m.x(o.rs1) + static_cast<u32>(o.imm));
    m.set(o.rd, static_cast<u32>(static_cast<i32>(value)));
  };
}
template <class T>
constexpr auto store() {
  return [](auto& m, const Operands& o) {
    m.template store<T>(m.x(o.rs1) + static_cast<u32>(o.imm), static_cast<T>(m.x(o.rs2)));
  };
}
constexpr auto amo(auto f) {
  return [f](auto& m, const Operands& o) { m.amo(o.rd, m.x(o.rs1), m.x(o.rs2), f); };
}

constexpr auto add = [](u32 a, u32 b) { return a + b; };
constexpr auto sll = [](u32 a, u32 b) { return a << (b & 31); };
constexpr auto slt = [](u32 a, u32 b) { return u32{s(a) < s(b)}; };
constexpr auto sltu = [](u32 a, u32 b) { return u32{a < b}; };
constexpr auto bxor = [](u32 a, u32 b) { return a ^ b; };
constexpr auto srl = [](u32 a, u32 b) { return a >> (b & 31); };
constexpr auto sra = [](u32 a, u32 b) { return static_cast<u32>(s(a) >> (b & 31)); };
constexpr auto bor = [](u32 a, u32 b) { return a | b; };
constexpr auto band = [](u32 a, u32 b) { return a & b; };

constexpr auto nothing = [](auto&, const Operands&) {};

}  // namespace rows

// clang-format off
inline constexpr auto kTable = [] {
  using namespace rows;
  constexpr Sensitivity innocuous{};
  constexpr Sensitivity control{.control = true}, control_mode{.control = true, .mode = true};
  constexpr Sensitivity mode{.mode = true}, location{.location = true};
  constexpr Sensitivity mode_location{.mode = true, .location = true}, time{.time = true};
  using enum Kind;
  using enum InUser;
  using F = Form;
  return std::make_tuple(
  // RV32I: computation
  Row{"lui",    "iiiiiii iiiii iiiii iii ddddd 0110111", F::kUpper,     kAlu, kRuns, innocuous, [](auto& m, const Operands& o) { m.set(o.rd, static_cast<u32>(o.imm)); }},
  Row{"auipc",  "iiiiiii iiiii iiiii iii ddddd 0010111", F::kUpper,     kAlu, kRuns, innocuous, [](auto& m, const Operands& o) { m.set(o.rd, m.pc() + static_cast<u32>(o.imm)); }},
  Row{"addi",   "iiiiiii iiiii sssss 000 ddddd 0010011", F::kImmediate, kAlu, kRuns, innocuous, alu_immediate(add)},
  Row{"slti",   "iiiiiii iiiii sssss 010 ddddd 0010011", F::kImmediate, kAlu, kRuns, innocuous, alu_immediate(slt)},
  Row{"sltiu",  "iiiiiii iiiii sssss 011 ddddd 0010011", F::kImmediate, kAlu, kRuns, innocuous, alu_immediate(sltu)},
  Row{"xori",   "iiiiiii iiiii sssss 100 ddddd 0010011", F::kImmediate, kAlu, kRuns, innocuous, alu_immediate(bxor)},
  Row{"ori",    "iiiiiii iiiii sssss 110 ddddd 0010011", F::kImmediate, kAlu, kRuns, innocuous, alu_immediate(bor)},
  Row{"andi",   "iiiiiii iiiii sssss 111 ddddd 0010011", F::kImmediate, kAlu, kRuns, innocuous, alu_immediate(band)},
  Row{"slli",   "0000000 iiiii sssss 001 ddddd 0010011", F::kShift,     kAlu, kRuns, innocuous, alu_immediate(sll)},
  Row{"srli",   "0000000 iiiii sssss 101 ddddd 0010011", F::kShift,     kAlu, kRuns, innocuous, alu_immediate(srl)},
  Row{"srai",   "0100000 iiiii sssss 101 ddddd 0010011", F::kShift,     kAlu, kRuns, innocuous, alu_immediate(sra)},
  Row{"add",    "0000000 ttttt sssss 000 ddddd 0110011", F::kRegister,  kAlu, kRuns, innocuous, alu(add)},
  Row{"sub",    "0100000 ttttt sssss 000 ddddd 0110011", F::kRegister,  kAlu, kRuns, innocuous, alu([](u32 a, u32 b) { return a - b; })},
  Row{"sll",    "0000000 ttttt sssss 001 ddddd 0110011", F::kRegister,  kAlu, kRuns, innocuous, alu(sll)},
  Row{"slt",    "0000000 ttttt sssss 010 ddddd 0110011", F::kRegister,  kAlu, kRuns, innocuous, alu(slt)},
  Row{"sltu",   "0000000 ttttt sssss 011 ddddd 0110011", F::kRegister,  kAlu, kRuns, innocuous, alu(sltu)},
  Row{"xor",    "0000000 ttttt sssss 100 ddddd 0110011", F::kRegister,  kAlu, kRuns, innocuous, alu(bxor)},
  Row{"srl",    "0000000 ttttt sssss 101 ddddd 0110011", F::kRegister,  kAlu, kRuns, innocuous, alu(srl)},
  Row{"sra",    "0100000 ttttt sssss 101 ddddd 0110011", F::kRegister,  kAlu, kRuns, innocuous, alu(sra)},
  Row{"or",     "0000000 ttttt sssss 110 ddddd 0110011", F::kRegister,  kAlu, kRuns, innocuous, alu(bor)},
  Row{"and",    "0000000 ttttt sssss 111 ddddd 0110011", F::kRegister,  kAlu, kRuns, innocuous, alu(band)},
  // RV32I: control transfer
  Row{"jal",    "iiiiiii iiiii iiiii iii ddddd 1101111", F::kJump,      kJump, kRuns, innocuous, [](auto& m, const Operands& o) { m.jump(o.rd, o.imm); }},
  Row{"jalr",   "iiiiiii iiiii sssss 000 ddddd 1100111", F::kIndirect,  kIndirectJump, kRuns, innocuous, [](auto& m, const Operands& o) { m.jump_to(o.rd, (m.x(o.rs1) + static_cast<u32>(o.imm)) & ~1u); }},
  Row{"beq",    "iiiiiii ttttt sssss 000 iiiii 1100011", F::kBranch,    kBranch, kRuns, innocuous, branch_if([](u32 a, u32 b) { return a == b; })},
  Row{"bne",    "iiiiiii ttttt sssss 001 iiiii 1100011", F::kBranch,    kBranch, kRuns, innocuous, branch_if([](u32 a, u32 b) { return a != b; })},
  Row{"blt",    "iiiiiii ttttt sssss 100 iiiii 1100011", F::kBranch,    kBranch, kRuns, innocuous, branch_if([](u32 a, u32 b) { return s(a) < s(b); })},
  Row{"bge",    "iiiiiii ttttt sssss 101 iiiii 1100011", F::kBranch,    kBranch, kRuns, innocuous, branch_if([](u32 a, u32 b) { return s(a) >= s(b); })},
  Row{"bltu",   "iiiiiii ttttt sssss 110 iiiii 1100011", F::kBranch,    kBranch, kRuns, innocuous, branch_if([](u32 a, u32 b) { return a < b; })},
  Row{"bgeu",   "iiiiiii ttttt sssss 111 iiiii 1100011", F::kBranch,    kBranch, kRuns, innocuous, branch_if([](u32 a, u32 b) { return a >= b; })},
  // RV32I: memory
  Row{"lb",     "iiiiiii iiiii sssss 000 ddddd 0000011", F::kLoad,      kLoad, kRuns, innocuous, load<i8>()},
  Row{"lh",     "iiiiiii iiiii sssss 001 ddddd 0000011", F::kLoad,      kLoad, kRuns, innocuous, load<i16>()},
  Row{"lw",     "iiiiiii iiiii sssss 010 ddddd 0000011", F::kLoad,      kLoad, kRuns, innocuous, load<i32>()},
  Row{"lbu",    "iiiiiii iiiii sssss 100 ddddd 0000011", F::kLoad,      kLoad, kRuns, innocuous, load<u8>()},
  Row{"lhu",    "iiiiiii iiiii sssss 101 ddddd 0000011", F::kLoad,      kLoad, kRuns, innocuous, load<u16>()},
  Row{"sb",     "iiiiiii ttttt sssss 000 iiiii 0100011", F::kStore,     kStore, kRuns, innocuous, store<u8>()},
  Row{"sh",     "iiiiiii ttttt sssss 001 iiiii 0100011", F::kStore,     kStore, kRuns, innocuous, store<u16>()},
  Row{"sw",     "iiiiiii ttttt sssss 010 iiiii 0100011", F::kStore,     kStore, kRuns, innocuous, store<u32>()},
  Row{"fence",  "iiiiiii iiiii sssss 000 ddddd 0001111", F::kFence,     kAlu, kRuns, innocuous, nothing},
  Row{"fence.i","iiiiiii iiiii sssss 001 ddddd 0001111", F::kFence,     kAlu, kRuns, innocuous, nothing},
  Row{"ecall",  "0000000 00000 00000 000 00000 1110011", F::kNone,      kSystem, kRuns, innocuous, [](auto& m, const Operands&) { m.environment_call(); }},
  Row{"ebreak", "0000000 00001 00000 000 00000 1110011", F::kNone,      kSystem, kRuns, innocuous, [](auto& m, const Operands&) { m.trap(Cause::kBreakpoint, 0); }},
  // RV32M
  Row{"mul",    "0000001 ttttt sssss 000 ddddd 0110011", F::kRegister,  kMultiply, kRuns, innocuous, alu([](u32 a, u32 b) { return a * b; })},
  Row{"mulh",   "0000001 ttttt sssss 001 ddddd 0110011", F::kRegister,  kMultiply, kRuns, innocuous, alu([](u32 a, u32 b) { return high(static_cast<u64>(wide(a) * wide(b))); })},
  Row{"mulhsu", "0000001 ttttt sssss 010 ddddd 0110011", F::kRegister,  kMultiply, kRuns, innocuous, alu([](u32 a, u32 b) { return high(static_cast<u64>(wide(a) * i64{b})); })},
  Row{"mulhu",  "0000001 ttttt sssss 011 ddddd 0110011", F::kRegister,  kMultiply, kRuns, innocuous, alu([](u32 a, u32 b) { return high(u64{a} * b); })},
  Row{"div",    "0000001 ttttt sssss 100 ddddd 0110011", F::kRegister,  kDivide, kRuns, innocuous, alu(div)},
  Row{"divu",   "0000001 ttttt sssss 101 ddddd 0110011", F::kRegister,  kDivide, kRuns, innocuous, alu([](u32 a, u32 b) { return b == 0 ? ~u32{0} : a / b; })},
  Row{"rem",    "0000001 ttttt sssss 110 ddddd 0110011", F::kRegister,  kDivide, kRuns, innocuous, alu(rem)},
  Row{"remu",   "0000001 ttttt sssss 111 ddddd 0110011", F::kRegister,  kDivide, kRuns, innocuous, alu([](u32 a, u32 b) { return b == 0 ? a : a % b; })},
  // RV32A
  Row{"lr.w",      "00010qq 00000 sssss 010 ddddd 0101111", F::kReserve, kAtomic, kRuns, innocuous, [](auto& m, const Operands& o) { m.load_reserved(o.rd, m.x(o.rs1)); }},
  Row{"sc.w",      "00011qq ttttt sssss 010 ddddd 0101111", F::kAtomic,  kAtomic, kRuns, innocuous, [](auto& m, const Operands& o) { m.store_conditional(o.rd, m.x(o.rs1), m.x(o.rs2)); }},
  Row{"amoswap.w", "00001qq ttttt sssss 010 ddddd 0101111", F::kAtomic,  kAtomic, kRuns, innocuous, amo([](u32, u32 b) { return b; })},
  Row{"amoadd.w",  "00000qq ttttt sssss 010 ddddd 0101111", F::kAtomic,  kAtomic, kRuns, innocuous, amo(add)},
  Row{"amoxor.w",  "00100qq ttttt sssss 010 ddddd 0101111", F::kAtomic,  kAtomic, kRuns, innocuous, amo(bxor)},
  Row{"amoand.w",  "01100qq ttttt sssss 010 ddddd 0101111", F::kAtomic,  kAtomic, kRuns, innocuous, amo(band)},
  Row{"amoor.w",   "01000qq ttttt sssss 010 ddddd 0101111", F::kAtomic,  kAtomic, kRuns, innocuous, amo(bor)},
  Row{"amomin.w",  "10000qq ttttt sssss 010 ddddd 0101111", F::kAtomic,  kAtomic, kRuns, innocuous, amo([](u32 a, u32 b) { return s(a) < s(b) ? a : b; })},
  Row{"amomax.w",  "10100qq ttttt sssss 010 ddddd 0101111", F::kAtomic,  kAtomic, kRuns, innocuous, amo([](u32 a, u32 b) { return s(a) > s(b) ? a : b; })},
  Row{"amominu.w", "11000qq ttttt sssss 010 ddddd 0101111", F::kAtomic,  kAtomic, kRuns, innocuous, amo([](u32 a, u32 b) { return a < b ? a : b; })},
  Row{"amomaxu.w", "11100qq ttttt sssss 010 ddddd 0101111", F::kAtomic,  kAtomic, kRuns, innocuous, amo([](u32 a, u32 b) { return a > b ? a : b; })},
  // The system instructions (docs/zisa.md, section 3)
  Row{"read_sr",    "0000000 00000 00000 000 ddddd 0001011", F::kRd,    kSystem, kHole,  mode,          [](auto& m, const Operands& o) { m.set(o.rd, m.status()); }},
  Row{"write_sr",   "0000001 00000 sssss 000 00000 0001011", F::kRs1,   kSystem, kHole,  control,       [](auto& m, const Operands& o) { m.set_status(m.x(o.rs1)); }},
  Row{"read_ptbr",  "0000010 00000 00000 000 ddddd 0001011", F::kRd,    kSystem, kHole,  location,      [](auto& m, const Operands& o) { m.set(o.rd, m.control(Cr::kPtbr)); }},
  Row{"probe",      "0000011 00000 sssss 000 ddddd 0001011", F::kRdRs1, kSystem, kHole,  mode_location, [](auto& m, const Operands& o) { m.set(o.rd, m.probe(m.x(o.rs1))); }},
  Row{"tret",       "0000100 00000 00000 000 00000 0001011", F::kNone,  kSystem, kTraps, control_mode,  [](auto& m, const Operands&) { m.trap_return(); }},
  Row{"tlbinv",     "0000101 00000 sssss 000 00000 0001011", F::kRs1,   kSystem, kTraps, control,       [](auto& m, const Operands& o) { m.invalidate_page(m.x(o.rs1)); }},
  Row{"tlbinv_all", "0000110 00000 00000 000 00000 0001011", F::kNone,  kSystem, kTraps, control,       [](auto& m, const Operands&) { m.invalidate_all(); }},
  Row{"wfi",        "0000111 00000 00000 000 00000 0001011", F::kNone,  kSystem, kTraps, control,       [](auto& m, const Operands&) { m.wait_for_interrupt(); }},
  Row{"rdcyc",      "0001000 00000 00000 000 ddddd 0001011", F::kRd,    kSystem, kTimed, time,          [](auto& m, const Operands& o) { m.set(o.rd, static_cast<u32>(m.time())); }},
  Row{"rdcych",     "0001001 00000 00000 000 ddddd 0001011", F::kRd,    kSystem, kTimed, time,          [](auto& m, const Operands& o) { m.set(o.rd, static_cast<u32>(m.time() >> 32)); }},
  Row{"hcall",      "0001010 00000 00000 000 00000 0001011", F::kNone,  kSystem, kRuns,  innocuous,     [](auto& m, const Operands&) { m.hypercall(); }},
  Row{"read_cr",    "iiiiiii iiiii 00000 001 ddddd 0001011", F::kReadCr,  kSystem, kTraps, mode_location, [](auto& m, const Operands& o) { m.read_control(o.rd, static_cast<u32>(o.imm)); }},
  Row{"write_cr",   "iiiiiii iiiii sssss 010 00000 0001011", F::kWriteCr, kSystem, kTraps, control, [](auto& m, const Operands& o) { m.write_control(static_cast<u32>(o.imm), m.x(o.rs1)); }}
  );
}();
// clang-format on

inline constexpr unsigned kRowCount = std::tuple_size_v<decltype(kTable)>;
/// Row number of a word that is no instruction.
inline constexpr unsigned kIllegalRow = kRowCount;

/// A row without its meaning, for code that looks rows up at run time.
struct RowInfo {
  std::string_view name;
  Picture picture;
  Form form;
  Kind kind;
  InUser in_user;
  Sensitivity sensitivity;
};

/// Calls f(std::integral_constant<unsigned, i>) for each row.
template <class F>
constexpr void for_each_row(F f) {
  [&]<unsigned... i>(std::integer_sequence<unsigned, i...>) {
    (f(std::integral_constant<unsigned, i>{}), ...);
  }(std::make_integer_sequence<unsigned, kRowCount>{});
}

inline constexpr auto kRows = std::apply(
    [](const auto&... row) {
      return std::array<RowInfo, kRowCount>{
          RowInfo{row.name, row.picture, row.form, row.kind, row.in_user, row.sensitivity}...};
    },
    kTable);

/// Row number of the instruction called `name` in a constant expression; a misspelt name does not
/// compile.
consteval unsigned row_of(std::string_view name) {
  for (unsigned i = 0; i < kRowCount; ++i)
    if (kRows[i].name == name) return i;
  throw "no such instruction";
}

namespace rows {
consteval bool no_two_overlap() {
  for (unsigned i = 0; i < kRowCount; ++i)
    for (unsigned j = 0; j < i; ++j)
      if (kRows[i].picture.overlaps(kRows[j].picture)) return false;
  return true;
}
static_assert(no_two_overlap(), "two rows of the instruction table fit the same word");
}  // namespace rows

}  // namespace ringside::zisa
