// The handlers of the fast engine, by row, width and form. Each file makes those of one group of
// rows; what has no handler of its own is done by one that looks at the Instruction
// (fast_general.cpp).
#pragma once

#include "cpu/x86/fast_view.hpp"

namespace ringside::x86::fast {

/// Handlers of one instruction: `dead` may leave the flags as they were. Null where there are none.
struct Handlers {
  Handler dead = nullptr, live = nullptr;
};
Handlers handlers_of_words(unsigned row, Form form);  ///< arithmetic on 32 bits
Handlers handlers_of_bytes(unsigned row, Form form);  ///< the same on bytes
Handlers handlers_of_moves(unsigned row, Form form);  ///< moves, stack, multiplications, conditions
Handlers handlers_of_jumps(unsigned row, Form form);  ///< jumps, calls, returns
/// That of an instruction together with a conditional jump within the page behind it; null where there is none.
Handler handler_of_pair(unsigned row, unsigned width, Form form, unsigned jump_row);

/// Whether a row has the handlers that look at the Instruction, which do all but system and port
/// instructions.
bool has_general_handler(unsigned row);
/// That of an instruction; operations say which Instruction in `imm`.
Handler general_handler(const Instruction& instruction);
/// Goes on at another operation, or at the next page.
void go_to(RINGSIDE_X86_PARAMETERS);
void next_page(RINGSIDE_X86_PARAMETERS);

/// What an instruction does, found by trying it on an idle CPU.
struct Trial {
  u32 accesses = 0;  ///< to data
  u32 written = 0;   ///< general registers that it may write, a bit each
};
Trial try_out(const Instruction& instruction, const CpuModel& model);

namespace detail {

constexpr u32 bit_of(Form form) {
  return 1u << static_cast<unsigned>(form);
}
template <class... F>
constexpr u32 forms(F... form) {
  return (bit_of(form) | ...);
}

constexpr bool is_one_of(std::string_view name, std::initializer_list<std::string_view> names) {
  for (const auto each : names)
    if (each == name) return true;
  return false;
}

/// Whether a row looks at a condition (Jcc, SETcc, CMOVcc).
constexpr bool has_condition(unsigned row) {
  const std::string_view name = kRows[row].name;
  return kRows[row].flags.reads != 0 &&
         (name.starts_with("set") || name.starts_with("cmov") || kRows[row].kind == Kind::kBranch);
}

/// Of such a row, the number of the condition (flags::Condition): rows stand in its order.
constexpr unsigned condition_of(unsigned row) {
  for (const unsigned first : {row_of("jo"), row_of("cmovo"), row_of("seto")})
    if (row >= first && row < first + 16) return row - first;
  return flags::kP;
}

/// What to try when a condition is not looked at after that.
constexpr After instead(After after) {
  return after == After::kDifference ? After::kSum : After::kAny;
}

template <unsigned row, class T, Form form, bool live, After seen = After::kAny>
void plain(RINGSIDE_X86_PARAMETERS) {
  if constexpr (has_condition(row) && seen != After::kAny)
    if (__builtin_expect(after(condition_of(row), kind) != seen, 0))
      RINGSIDE_X86_GO_ON((plain<row, T, form, live, instead(seen)>), op);
  [[maybe_unused]] const u32 stack_pointer = m->r[kEsp];
  FastView<live, seen> view(op, m, {fa, fb, kind});
  run_meaning<row, T, form>(view, op);
  if (__builtin_expect(view.slow, 0)) {
    // It moved the stack pointer before it looked at memory.
    if constexpr (kRows[row].name == "leave") m->r[kEsp] = stack_pointer;
    RINGSIDE_X86_GO_ON(take_back, op);
  }
  if constexpr (live) fa = view.lazy.a, fb = view.lazy.b, kind = view.lazy.kind;
  if constexpr (kRows[row].kind == Kind::kMultiply) ++m->multiplies;
  if constexpr (kRows[row].kind == Kind::kDivide) ++m->divides;
  ++op;
  RINGSIDE_X86_GO_ON(op->handler, op);
}

constexpr bool touches_flags(unsigned row) {
  return kRows[row].flags.writes != 0 || kRows[row].flags.reads == flag::kStatus;
}

template <unsigned row, class T, Form form>
constexpr Handlers plain_handlers() {
  if constexpr (has_condition(row))
    return {plain<row, T, form, false, After::kDifference>, plain<row, T, form, false, After::kDifference>};
  else if constexpr (touches_flags(row))
    return {plain<row, T, form, false>, plain<row, T, form, true>};
  else
    return {plain<row, T, form, false>, plain<row, T, form, false>};
}

/// A table by form for one row: `make.operator()<form>()` gives the handlers of a wanted one.
template <u32 wanted, class Make>
constexpr std::array<Handlers, kForms> by_form(Make make) {
  return [&]<unsigned... form>(std::integer_sequence<unsigned, form...>) {
    const auto one = [&]<unsigned f>(std::integral_constant<unsigned, f>) -> Handlers {
      if constexpr ((wanted >> f & 1) != 0)
        return make.template operator()<static_cast<Form>(f)>();
      else
        return {};
    };
    return std::array<Handlers, kForms>{one(std::integral_constant<unsigned, form>{})...};
  }
  (std::make_integer_sequence<unsigned, kForms>{});
}

/// The same for all rows; `wanted(row)` are the forms of a row as bits.
template <class Wanted, class Make>
constexpr auto by_row(Wanted, Make) {
  return []<unsigned... row>(std::integer_sequence<unsigned, row...>) {
    return std::array<std::array<Handlers, kForms>, kRowCount>{by_form<Wanted{}(row)>(
        []<Form form>() { return Make{}.template operator()<row, form>(); })...};
  }
  (std::make_integer_sequence<unsigned, kRowCount>{});
}

}  // namespace detail

}  // namespace ringside::x86::fast
