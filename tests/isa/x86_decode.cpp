// Hostile bytes, and what decode() makes of what is no instruction of the subset.
#include <initializer_list>

#include "catch.hpp"
#include "isa/x86/decode.hpp"
#include "isa/x86/disassemble.hpp"
#include "isa/x86_encodings.hpp"

using namespace ringside;
using namespace ringside::test;
using namespace ringside::x86;

namespace {

unsigned row_of_bytes(std::initializer_list<u8> bytes, CodeSize size = CodeSize::kBits32) {
  const std::vector<u8> copy(bytes);
  return decode(copy, size).row;
}

unsigned registers_of(Operand::Kind kind) {
  return kind == Operand::kRegister ? kGprs : kind == Operand::kSegment ? kSegs : 16;
}

/// Whatever the bytes: an engine may index its tables with what comes out.
void check_sound(const Instruction& i) {
  CHECK(i.row <= kTooShortRow);
  if (i.row >= kRowCount) return;
  CHECK((i.length >= 1 && i.length <= kMaxLength));
  CHECK((i.width == 1 || i.width == 2 || i.width == 4));
  CHECK(i.width >= kRows[i.row].least_width);
  CHECK((i.address_size == 2 || i.address_size == 4));
  CHECK((static_cast<unsigned>(i.memory.segment) < kSegs && i.memory.base <= kNoRegister));
  CHECK((i.memory.index <= kNoRegister && i.memory.shift <= 3));
  for (const auto& operand : i.operands) CHECK(operand.number < registers_of(operand.kind));
}

}  // namespace

TEST_CASE("x86: random bytes decode or are refused") {
  Encodings random(3);
  for (unsigned n = 0; n < 30'000; ++n) {
    const auto bytes = n % 2 ? random.bytes() : random.instruction();
    for (const auto size : {CodeSize::kBits16, CodeSize::kBits32}) {
      const Instruction i = decode(bytes, size);
      check_sound(i);
      CHECK(i.row != kTooShortRow);
      CHECK(disassemble(bytes, 0, size) != "");
    }
  }
}

TEST_CASE("x86: an instruction cut short is known to be") {
  Encodings random(4);
  for (unsigned n = 0; n < 5'000; ++n) {
    const auto bytes = random.instruction();
    const Instruction whole = decode(bytes, CodeSize::kBits32);
    if (whole.row >= kRowCount) continue;
    INFO(disassemble(bytes, 0, CodeSize::kBits32));
    for (unsigned length = 0; length < whole.length; ++length)
      CHECK(decode(std::span(bytes).first(length), CodeSize::kBits32).row == kTooShortRow);
    CHECK(decode(std::span(bytes).first(whole.length), CodeSize::kBits32) == whole);
  }
}

TEST_CASE("x86: what is no instruction of the subset") {
  CHECK(row_of_bytes({0x8e, 0xc8}) == kIllegalRow);              // mov cs, ax
  CHECK(row_of_bytes({0x8d, 0xc0}) == kIllegalRow);              // lea of a register
  CHECK(row_of_bytes({0x0f, 0x20, 0xc8}) == kIllegalRow);        // mov eax, cr1
  CHECK(row_of_bytes({0xf0, 0x01, 0xd8}) == kIllegalRow);        // lock add eax, ebx
  CHECK(row_of_bytes({0xf0, 0x89, 0x00}) == kIllegalRow);        // lock mov [eax], eax
  CHECK(row_of_bytes({0xf0, 0x01, 0x18}) == row_of("add"));      // lock add [eax], ebx
  CHECK(row_of_bytes({0x0f, 0x58, 0xc1}) == kLeftOutRow);        // addps
  CHECK(row_of_bytes({0xf2, 0x0f, 0x10, 0xc1}) == kLeftOutRow);  // movsd xmm0, xmm1: no string
  CHECK(row_of_bytes({0x0f, 0x6f, 0xc1}) == kLeftOutRow);        // movq mm0, mm1
  CHECK(row_of_bytes({0xd9, 0x00}) == row_of("escape"));
  CHECK(row_of_bytes({}) == kTooShortRow);
}

TEST_CASE("x86: fifteen bytes at most") {
  std::vector<u8> bytes(kMaxLength, 0x2e);
  CHECK(decode(bytes, CodeSize::kBits32).row == kTooLongRow);
  bytes[13] = 0x01, bytes[14] = 0xd8;
  CHECK(decode(bytes, CodeSize::kBits32).row == row_of("add"));
  bytes[13] = 0x2e, bytes[14] = 0x05;  // add eax, imm32 would end behind
  CHECK(decode(bytes, CodeSize::kBits32).row == kTooLongRow);
}

TEST_CASE("x86: old encodings keep their old meaning") {
  CHECK(row_of_bytes({0xf3, 0x0f, 0xbc, 0xc1}) == row_of("bsf"));       // TZCNT
  CHECK(row_of_bytes({0xf3, 0x0f, 0x1e, 0xfb}) == row_of("nop_wide"));  // ENDBR32
  CHECK(row_of_bytes({0xf3, 0x90}) == row_of("nop"));                   // PAUSE
}

TEST_CASE("x86: prefixes") {
  const u8 movs[] = {0xf2, 0xf3, 0x64, 0x67, 0x66, 0xa5};
  const Instruction i = decode(movs, CodeSize::kBits32);
  CHECK(i.row == row_of("movs"));
  CHECK((i.rep == Rep::kRepe && i.width == 2 && i.address_size == 2));
  CHECK(i.memory.segment == Seg::kFs);
  CHECK(decode(movs, CodeSize::kBits16).width == 4);
  const u8 ret[] = {0xf3, 0xc3};
  CHECK(decode(ret, CodeSize::kBits32).rep == Rep::kNone);
}
