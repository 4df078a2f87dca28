// A small assembler of x86 code by calls, for code that is made at run time: bytes, labels, and the few forms of
// instructions that such code needs. All operands are 32 bits wide.
#pragma once

#include <initializer_list>
#include <map>
#include <string_view>
#include <vector>

#include "isa/x86/registers.hpp"

namespace ringside::session {

/// Memory at a register and a displacement, or at an address alone.
struct MemoryAt {
  int base = -1;  ///< a general register; -1 for none
  u32 displacement = 0;
};
inline MemoryAt at(u32 address) { return {-1, address}; }
inline MemoryAt at(unsigned base, u32 displacement) { return {static_cast<int>(base), displacement}; }

class X86Writer {
 public:
  enum Alu : u8 { kAdd, kOr, kAdc, kSbb, kAnd, kSub, kXor, kCmp };
  /// The low four bits of a conditional jump's opcode.
  enum Condition : u8 { kBelow = 2, kNotBelow = 3, kZero = 4, kNotZero = 5, kSign = 8, kNotSign = 9 };

  /// Code that will lie from an address on.
  explicit X86Writer(u32 origin) : origin_(origin) {}

  u32 here() const { return origin_ + static_cast<u32>(code_.size()); }
  void label(std::string_view name) { labels_[name] = here(); }
  /// An address by its label, which exists.
  u32 address(std::string_view name) const { return labels_.at(name); }

  void bytes(std::initializer_list<unsigned> all);
  void word(u32 value) { bytes({value & 0xff, value >> 8 & 0xff, value >> 16 & 0xff, value >> 24}); }
  /// An address as a word.
  void word(std::string_view label);

  void mov(unsigned to, u32 value) { bytes({0xb8u + to}), word(value); }
  void mov_address(unsigned to, std::string_view label) { bytes({0xb8u + to}), word(label); }
  void copy(unsigned to, unsigned from) { bytes({0x89, 0xc0u | from << 3 | to}); }
  void load(unsigned to, MemoryAt from) { bytes({0x8b}), place(to, from); }
  void store(MemoryAt to, unsigned from) { bytes({0x89}), place(from, to); }
  void store_value(MemoryAt to, u32 value) { bytes({0xc7}), place(0, to), word(value); }
  void alu(Alu what, unsigned to, u32 value) { bytes({0x81, 0xc0u | what << 3 | to}), word(value); }
  void alu_with(Alu what, unsigned to, unsigned from) { bytes({what * 8u + 1, 0xc0u | from << 3 | to}); }
  void alu_load(Alu what, unsigned to, MemoryAt from) { bytes({what * 8u + 3}), place(to, from); }
  void alu_store(Alu what, MemoryAt to, u32 value) { bytes({0x81}), place(what, to), word(value); }
  void push(u32 value) { bytes({0x68}), word(value); }
  void push_register(unsigned from) { bytes({0x50u + from}); }

  void jump(std::string_view label) { bytes({0xe9}), relative(label); }
  void jump_if(Condition condition, std::string_view label) { bytes({0x0f, 0x80u + condition}), relative(label); }
  void call(std::string_view label) { bytes({0xe8}), relative(label); }

  /// The code, with all addresses filled in.
  std::vector<u8> finish();

 private:
  struct Gap {
    std::size_t at;
    std::string_view label;
    bool relative;
  };
  void place(unsigned field, MemoryAt memory);
  void relative(std::string_view label);

  u32 origin_;
  std::vector<u8> code_;
  std::map<std::string_view, u32> labels_;
  std::vector<Gap> gaps_;
};

}  // namespace ringside::session
