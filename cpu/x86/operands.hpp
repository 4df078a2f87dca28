// Accessors of operands that find out at run time what an operand is, and the meanings of all rows
// over them, for any view.
#pragma once

#include "isa/x86/table.hpp"

namespace ringside::x86 {

/// An operand of the instruction at hand, T wide (isa/x86/table.hpp says what an accessor offers).
template <class M, class T>
class OperandOf {
 public:
  using Value = T;
  OperandOf(M& m, const Instruction& i, unsigned number, u32 displacement = 0)
      : m_(m), i_(i), operand_(i.operands[number]), number_(number), displacement_(displacement) {}

  T get() const {
    if (operand_.kind == Operand::kRegister) return m_.template reg<T>(operand_.number);
    if (operand_.kind == Operand::kMemory) return m_.template load<T>(segment(), offset());
    return static_cast<T>(operand_.kind == Operand::kImmediate ? i_.immediate[operand_.number] : 0);
  }
  void set(T value) const {
    if (operand_.kind == Operand::kRegister) return m_.template set_reg<T>(operand_.number, value);
    m_.template store<T>(segment(), offset(), value);
  }
  template <class F>
  void update(F f) const {
    if (operand_.kind == Operand::kRegister)
      return m_.template set_reg<T>(operand_.number, f(m_.template reg<T>(operand_.number)));
    const u32 at = offset();
    const T before = m_.template load_for_update<T>(segment(), at);
    m_.template store<T>(segment(), at, f(before));
  }

  Seg segment() const { return i_.memory.segment; }
  u32 offset() const {
    const Memory& at = i_.memory;
    const u32 base = at.base == kNoRegister ? 0 : m_.r(at.base);
    const u32 index = at.index == kNoRegister ? 0 : m_.r(at.index) << at.shift;
    const u32 sum = base + index + at.displacement + displacement_;
    return i_.address_size == 2 ? sum & 0xffff : sum;
  }
  OperandOf displaced(u32 bytes) const { return {m_, i_, number_, displacement_ + bytes}; }

 private:
  M& m_;
  const Instruction& i_;
  const Operand& operand_;
  unsigned number_;
  u32 displacement_;
};

namespace detail {

template <class M>
struct Operands {
  M& m;
  const Instruction& i;
  template <class T, unsigned number>
  OperandOf<M, T> operand() const {
    return {m, i, number};
  }
};

template <class M>
using Meaning = void (*)(M&, const Instruction&);

template <class M, unsigned row, class T>
void mean(M& m, const Instruction& i) {
  x86::mean<row, T>(m, i, Operands<M>{m, i});
}

/// A row's meaning for operations of 1, 2 and 4 bytes; nullptr where there is none.
template <class M, unsigned row>
constexpr std::array<Meaning<M>, 3> widths() {
  constexpr unsigned kLeast = kRows[row].least_width;
  std::array<Meaning<M>, 3> meanings{nullptr, nullptr, mean<M, row, u32>};
  if constexpr (kLeast <= 2) meanings[1] = mean<M, row, u16>;
  if constexpr (kLeast <= 1) meanings[0] = mean<M, row, u8>;
  return meanings;
}

template <class M>
inline constexpr auto kMeanings = []<unsigned... row>(std::integer_sequence<unsigned, row...>) {
  return std::array<std::array<Meaning<M>, 3>, kRowCount>{widths<M, row>()...};
}
(std::make_integer_sequence<unsigned, kRowCount>{});

}  // namespace detail

/// Executes the meaning of a row, which must not be one of those behind kRowCount. decode() gives
/// widths that the row has.
template <class M>
void execute_meaning(M& m, const Instruction& i) {
  detail::kMeanings<M>[i.row][i.width / 2](m, i);
}

}  // namespace ringside::x86
