// Handlers of moves, the stack, multiplications and divisions, and of what looks at a condition.
#include "cpu/x86/fast_handlers.hpp"

namespace ringside::x86::fast {

namespace {

struct Wanted {
  constexpr u32 operator()(unsigned row) const {
    using enum Form;
    const auto name = kRows[row].name;
    if (name.starts_with("movzx") || name.starts_with("movsx") || name == "imul_two")
      return detail::forms(kRR, kRM, kRX);
    if (name == "imul_three") return detail::forms(kRRI, kRMI, kRXI);
    if (detail::is_one_of(name, {"mul", "imul", "div", "idiv"})) return detail::forms(kR, kM, kX);
    if (name == "lea") return detail::forms(kRM, kRX);
    if (name == "xchg" || name.starts_with("cmov")) return detail::forms(kRR);
    if (name.starts_with("set") || name == "pop" || name == "bswap") return detail::forms(kR);
    if (name == "push") return detail::forms(kR, kI, kM, kX);
    if (detail::is_one_of(name, {"leave", "cdq", "cwde", "nop", "nop_wide"}))
      return detail::forms(kNone);
    return 0;
  }
};
struct Make {
  template <unsigned row, Form form>
  constexpr Handlers operator()() const {
    return detail::plain_handlers<row, u32, form>();
  }
};
constexpr auto kHandlers = detail::by_row(Wanted{}, Make{});

}  // namespace

Handlers handlers_of_moves(unsigned row, Form form) {
  return kHandlers[row][static_cast<unsigned>(form)];
}

}  // namespace ringside::x86::fast
