// What a row of the instruction table is made of: the picture of its bits, the form of its
// operands, its kind and its privilege class.
#pragma once

#include <string_view>

#include "base/bits.hpp"
#include "base/sensitivity.hpp"

namespace ringside::zisa {

/// How operands are laid out in the word and written in assembly text.
enum class Form : u8 {
  kRegister,   ///< add rd, rs1, rs2
  kImmediate,  ///< addi rd, rs1, imm
  kShift,      ///< slli rd, rs1, shamt
  kLoad,       ///< lw rd, imm(rs1)
  kStore,      ///< sw rs2, imm(rs1)
  kBranch,     ///< beq rs1, rs2, target
  kUpper,      ///< lui rd, imm20
  kJump,       ///< jal rd, target
  kIndirect,   ///< jalr rd, imm(rs1)
  kAtomic,     ///< amoadd.w rd, rs2, (rs1)
  kReserve,    ///< lr.w rd, (rs1)
  kFence,      ///< fence
  kNone,       ///< tret
  kRd,         ///< read_sr rd
  kRs1,        ///< write_sr rs1
  kRdRs1,      ///< probe rd, rs1
  kReadCr,     ///< read_cr rd, tvec
  kWriteCr,    ///< write_cr tvec, rs1
};

/// What an instruction costs and how the fast engine treats it.
enum class Kind : u8 {
  kAlu, kMultiply, kDivide, kLoad, kStore, kAtomic, kBranch, kJump, kIndirectJump,
  kSystem,  ///< only the stepping engine executes it
};

/// What happens in user mode.
enum class InUser : u8 {
  kRuns,    ///< on every variant
  kHole,    ///< runs on `zisa`, traps on `zisa-v`; the hole can be closed by a variant file
  kTraps,   ///< on every variant
  kTimed,   ///< traps where SR.TSD is set
};

/// The operands of one instruction, taken out of its word.
struct Operands {
  u8 rd = 0;
  u8 rs1 = 0;
  u8 rs2 = 0;
  i32 imm = 0;  ///< immediate, shift amount or number of a control register
  u32 word = 0;
};

/// A picture of 32 bits: 0 and 1 are fixed, letters are operand bits, blanks are for the eye.
struct Picture {
  u32 mask = 0;   ///< the fixed bits
  u32 match = 0;  ///< their values
  consteval Picture(const char* text) {
    unsigned length = 0;
    for (; *text; ++text) {
      if (*text == ' ') continue;
      ++length;
      mask = mask << 1 | (*text == '0' || *text == '1');
      match = match << 1 | (*text == '1');
    }
    if (length != 32) throw "a picture has 32 bits";
  }
  constexpr bool fits(u32 word) const { return (word & mask) == match; }
  /// Whether some word fits both.
  constexpr bool overlaps(const Picture& other) const {
    return ((match ^ other.match) & mask & other.mask) == 0;
  }
};

/// One instruction. `meaning` is called as meaning(m, o) with a view of a machine and operands;
/// cpu/view.hpp says what a view offers.
template <class Meaning>
struct Row {
  std::string_view name;
  Picture picture;
  Form form;
  Kind kind;
  InUser in_user;
  Sensitivity sensitivity;
  Meaning meaning;
};

/// The immediate that a form holds in its word (RISC-V unprivileged manual, section 2.3).
constexpr i32 immediate(Form form, u32 w) {
  switch (form) {
    case Form::kImmediate:
    case Form::kLoad:
    case Form::kIndirect: return sign_extend(w >> 20, 12);
    case Form::kShift: return static_cast<i32>(bits(w, 24, 20));
    case Form::kStore: return sign_extend(bits(w, 31, 25) << 5 | bits(w, 11, 7), 12);
    case Form::kBranch:
      return sign_extend(bits(w, 31, 31) << 12 | bits(w, 7, 7) << 11 | bits(w, 30, 25) << 5 |
                             bits(w, 11, 8) << 1, 13);
    case Form::kUpper: return static_cast<i32>(w & 0xfffff000);
    case Form::kJump:
      return sign_extend(bits(w, 31, 31) << 20 | bits(w, 19, 12) << 12 | bits(w, 20, 20) << 11 |
                             bits(w, 30, 21) << 1, 21);
    case Form::kReadCr:
    case Form::kWriteCr: return static_cast<i32>(w >> 20);
    default: return 0;
  }
}

/// The word's bits that hold `imm` in a form: the inverse of immediate().
constexpr u32 place_immediate(Form form, i32 imm) {
  const u32 v = static_cast<u32>(imm);
  switch (form) {
    case Form::kImmediate:
    case Form::kLoad:
    case Form::kIndirect:
    case Form::kReadCr:
    case Form::kWriteCr: return v << 20;
    case Form::kShift: return (v & 31) << 20;
    case Form::kStore: return bits(v, 11, 5) << 25 | bits(v, 4, 0) << 7;
    case Form::kBranch:
      return bits(v, 12, 12) << 31 | bits(v, 10, 5) << 25 | bits(v, 4, 1) << 8 | bits(v, 11, 11) << 7;
    case Form::kUpper: return v & 0xfffff000;
    case Form::kJump:
      return bits(v, 20, 20) << 31 | bits(v, 10, 1) << 21 | bits(v, 11, 11) << 20 |
             bits(v, 19, 12) << 12;
    default: return 0;
  }
}

/// All operands of a word of the given form. Registers that a form lacks are 0.
constexpr Operands operands(Form form, u32 w) {
  Operands o{.imm = immediate(form, w), .word = w};
  const auto has = [form](auto... forms) { return ((form == forms) || ...); };
  if (!has(Form::kStore, Form::kBranch, Form::kNone, Form::kRs1, Form::kWriteCr, Form::kFence))
    o.rd = static_cast<u8>(bits(w, 11, 7));
  if (!has(Form::kUpper, Form::kJump, Form::kNone, Form::kRd, Form::kReadCr, Form::kFence))
    o.rs1 = static_cast<u8>(bits(w, 19, 15));
  if (has(Form::kRegister, Form::kStore, Form::kBranch, Form::kAtomic))
    o.rs2 = static_cast<u8>(bits(w, 24, 20));
  return o;
}

/// The word of an instruction with these operands: the inverse of operands().
constexpr u32 encode(const Picture& picture, Form form, const Operands& o) {
  return picture.match | u32{o.rd} << 7 | u32{o.rs1} << 15 | u32{o.rs2} << 20 |
         place_immediate(form, o.imm);
}

}  // namespace ringside::zisa
