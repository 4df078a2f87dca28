// What a row of the instruction table is made of.
#pragma once

#include <string_view>
#include <tuple>
#include <utility>

#include "base/sensitivity.hpp"
#include "isa/x86/instruction.hpp"

namespace ringside::x86 {

/// What an instruction costs and how the fast engine treats it; loads and stores show in operands.
enum class Kind : u8 {
  kAlu,
  kMultiply,
  kDivide,
  kBranch,
  kJump,
  kIndirectJump,  ///< RET included
  kString,
  kIo,
  kSystem,  ///< only the stepping engine executes it
};

/// CPU models, oldest first. An instruction that a model lacks raises #UD.
enum class Model : u8 { kI486, kPentium, kI686 };

constexpr std::string_view model_name(Model model) {
  switch (model) {
    case Model::kI486:
      return "i486";
    case Model::kPentium:
      return "pentium";
    case Model::kI686:
      return "i686";
  }
  return "?";
}

/// What happens at CPL 3, with IOPL 0 and an I/O bitmap that denies.
enum class InUser : u8 {
  kRuns,
  kTraps,
  kTimed,  ///< traps where CR4.TSD is set
};

/// Status flags that an instruction looks at, and those that it leaves in any case (undefined ones
/// included). What it may keep (a shift by 0) counts as looked at.
struct FlagUse {
  u32 reads = 0;
  u32 writes = 0;
};

/// The arguments of a meaning, in order, behind the view. Operands, whose accessors are typed by
/// their width; each takes the next operand of the instruction:
///   Any  as wide as the operation, 1, 2 or 4 bytes     V  the same, 2 or 4 bytes
///   B, W, D  1, 2, 4 bytes                             S  a segment register, as a Seg
///   N  a control or debug register, as its number
/// and what takes no operand:
///   I  the Instruction                  AnyWidth, VWidth  the operation's width, as a Width<T>
struct Any {};
struct V {};
struct B {};
struct W {};
struct D {};
struct S {};
struct N {};
struct I {};
struct AnyWidth {};
struct VWidth {};
template <class... Elements>
struct Shape {};

template <class T>
struct Width {
  using Value = T;
};

/// One instruction. A name is the mnemonic, and behind an underscore the form where a mnemonic is
/// several instructions. table.hpp says how the meaning is called.
template <class Arguments, class Meaning>
struct Row {
  std::string_view name;
  Arguments shape;
  Kind kind;
  FlagUse flags;
  Meaning meaning;
  Model since = Model::kI486;
  InUser in_user = InUser::kRuns;
  Sensitivity sensitivity{};
};

namespace detail {

template <class E, class... Among>
inline constexpr bool kIsOneOf = (std::is_same_v<E, Among> || ...);

template <class E>
inline constexpr bool kTakesOperand = !kIsOneOf<E, I, AnyWidth, VWidth>;

/// The type of an operand where the operation is as wide as T.
template <class E, class T>
using ValueOf = std::conditional_t<
    kIsOneOf<E, Any, V>, T,
    std::conditional_t<kIsOneOf<E, B>, u8, std::conditional_t<kIsOneOf<E, W>, u16, u32>>>;

template <class E, unsigned number, class T, class Make>
decltype(auto) argument(const Instruction& i, Make& make) {
  if constexpr (kIsOneOf<E, I>)
    return (i);
  else if constexpr (kIsOneOf<E, AnyWidth, VWidth>)
    return Width<T>{};
  else if constexpr (kIsOneOf<E, S>)
    return static_cast<Seg>(i.operands[number].number);
  else if constexpr (kIsOneOf<E, N>)
    return u8{i.operands[number].number};
  else
    return make.template operand<ValueOf<E, T>, number>();
}

/// How many operands the first `count` elements take.
template <class... E>
constexpr unsigned operands_before(unsigned count) {
  constexpr bool kTakes[] = {kTakesOperand<E>..., false};
  unsigned operands = 0;
  for (unsigned i = 0; i < count; ++i) operands += kTakes[i];
  return operands;
}

template <class T, class M, class Meaning, class Make, class... E, unsigned... index>
void call(Shape<E...>, const Meaning& meaning, M& m, const Instruction& i, Make& make,
          std::integer_sequence<unsigned, index...>) {
  meaning(m, argument<E, operands_before<E...>(index), T>(i, make)...);
}

}  // namespace detail

/// Smallest width of an operation, in bytes; 4 where all that have this shape are alike.
template <class... E>
constexpr unsigned least_width(Shape<E...>) {
  if ((detail::kIsOneOf<E, Any, AnyWidth> || ...)) return 1;
  return (detail::kIsOneOf<E, V, VWidth> || ...) ? 2 : 4;
}

/// Calls a meaning for an operation as wide as T. make.operand<U, n>() makes the accessor of
/// operand n, which is a U.
template <class T, class... E, class Meaning, class M, class Make>
void call_meaning(Shape<E...> shape, const Meaning& meaning, M& m, const Instruction& i,
                  Make make) {
  detail::call<T>(shape, meaning, m, i, make, std::make_integer_sequence<unsigned, sizeof...(E)>{});
}

}  // namespace ringside::x86
