// Handlers that do two instructions at once: one that leaves flags, and the conditional jump behind it, which
// then knows what it looks at. Only the first operation has such a handler; the second stays what it is, for
// those who jump to it.
#include "cpu/x86/fast_handlers.hpp"

namespace ringside::x86::fast {

namespace {

template <unsigned first, class T, Form form, unsigned condition>
void pair(RINGSIDE_X86_PARAMETERS) {
  FastView<true, After::kAny, 1 + condition> view(op, m, {fa, fb, kind});
  run_meaning<first, T, form>(view, op);
  if (__builtin_expect(view.slow, 0)) RINGSIDE_X86_GO_ON(take_back, op);
  fa = view.lazy.a, fb = view.lazy.b, kind = view.lazy.kind;
  Op* const jump = op + 1;
  if (holds(after(condition, kind), condition, view.lazy, m->carry)) RINGSIDE_X86_FOLLOW(jump);
  keep_branch();
  RINGSIDE_X86_ENTER(jump + 1);
}

/// A row whose instructions are done together with what jumps after them.
struct First {
  unsigned row;
  unsigned width;
  u32 forms;
};
using enum Form;
constexpr u32 kOfTwo = detail::forms(kRR, kRI), kToMemory = detail::forms(kMR, kXR, kMI, kXI);
constexpr u32 kFromMemory = detail::forms(kRM, kRX);
constexpr First kFirsts[] = {
    {row_of("cmp"), 4, kOfTwo | kFromMemory | kToMemory},
    {row_of("test"), 4, kOfTwo},
    {row_of("and"), 4, kOfTwo},
    {row_of("add"), 4, kOfTwo},
    {row_of("sub"), 4, kOfTwo},
    {row_of("inc"), 4, detail::forms(kR)},
    {row_of("dec"), 4, detail::forms(kR)},
    {row_of("cmp"), 1, kOfTwo | kFromMemory | detail::forms(kMI, kXI)},
    {row_of("test"), 1, kOfTwo | detail::forms(kMI, kXI)},
};

// INC and DEC leave CF alone, so what looks at it has no pair with them; overflow and parity are rarely asked for.
constexpr bool has_pair(unsigned first, unsigned condition) {
  const bool carry = condition / 2 == flags::kB / 2 || condition / 2 == flags::kBe / 2;
  if (condition / 2 == flags::kO / 2 || condition / 2 == flags::kP / 2) return false;
  return !carry || (kRows[first].flags.writes & flag::kCf);
}

template <unsigned n, unsigned form, unsigned condition>
constexpr Handler pair_of() {
  using T = std::conditional_t<kFirsts[n].width == 4, u32, u8>;
  if constexpr ((kFirsts[n].forms >> form & 1) != 0 && has_pair(kFirsts[n].row, condition))
    return pair<kFirsts[n].row, T, static_cast<Form>(form), condition>;
  else
    return nullptr;
}

// By number of the first, form and condition.
constexpr unsigned kConditions = 16;
constexpr auto kPairs = []<unsigned... i>(std::integer_sequence<unsigned, i...>) {
  return std::array{pair_of<i / (kForms * kConditions), i / kConditions % kForms, i % kConditions>()...};
}
(std::make_integer_sequence<unsigned, std::size(kFirsts) * kForms * kConditions>{});

}  // namespace

Handler handler_of_pair(unsigned row, unsigned width, Form form, unsigned jump_row) {
  if (!detail::has_condition(jump_row)) return nullptr;
  for (unsigned n = 0; n < std::size(kFirsts); ++n)
    if (kFirsts[n].row == row && kFirsts[n].width == width)
      return kPairs[(n * kForms + static_cast<unsigned>(form)) * kConditions + detail::condition_of(jump_row)];
  return nullptr;
}

}  // namespace ringside::x86::fast
