// A predecoded instruction: what decode() finds in the bytes, in a form that an engine can execute
// and keep.
#pragma once

#include <array>

#include "isa/x86/registers.hpp"

namespace ringside::x86 {

/// Size of code and data that a segment (CS.D) sets as the default.
enum class CodeSize : u8 { kBits16, kBits32 };

/// The longest instruction, in bytes (SDM volume 2, section 2.3.11).
inline constexpr unsigned kMaxLength = 15;

/// No base or index register.
inline constexpr u8 kNoRegister = 8;

/// What comes before a string instruction.
enum class Rep : u8 { kNone, kRepe, kRepne };  ///< kRepe is REP as well

/// The instructions that raise an interrupt by themselves. INT3 and INTO do not look at IOPL in
/// virtual-8086 mode.
enum class SoftwareInterrupt : u8 { kInt, kInt3, kInto };

struct Operand {
  enum Kind : u8 {
    kNone,
    kRegister,   ///< `number` is a general register of `width` bytes
    kSegment,    ///< `number` is a Seg
    kControl,    ///< `number` of a control register
    kDebug,      ///< `number` of a debug register
    kMemory,     ///< where Instruction::memory says
    kImmediate,  ///< Instruction::immediate[number], sign-extended where the encoding says so
  };
  Kind kind = kNone;
  u8 number = 0;
  u8 width = 0;  ///< bytes
  bool operator==(const Operand&) const = default;
};

/// An effective address: base + index << shift + displacement, cut to the address size.
struct Memory {
  Seg segment = Seg::kDs;  ///< an override applied
  u8 base = kNoRegister;
  u8 index = kNoRegister;
  u8 shift = 0;
  u32 displacement = 0;
  bool operator==(const Memory&) const = default;
};

struct Instruction {
  u16 row = 0;           ///< of the table, or one of the numbers behind it (table.hpp)
  u8 length = 0;         ///< bytes, prefixes included; 0 where there are too few bytes
  u8 width = 4;          ///< bytes of the operation: 1, 2 or 4
  u8 address_size = 4;   ///< bytes: 2 or 4
  Rep rep = Rep::kNone;  ///< set on string instructions alone
  bool lock = false;
  std::array<Operand, 3> operands;
  Memory memory;  ///< also the source segment of string instructions and XLAT
  /// A far pointer has its selector, ENTER its level, in the second.
  std::array<u32, 2> immediate{};
  bool operator==(const Instruction&) const = default;
};

}  // namespace ringside::x86
