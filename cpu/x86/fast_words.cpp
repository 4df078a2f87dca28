// Handlers of arithmetic on 32 bits.
#include "cpu/x86/fast_handlers.hpp"

namespace ringside::x86::fast {

namespace {

struct Wanted {
  constexpr u32 operator()(unsigned row) const {
    using enum Form;
    const auto name = kRows[row].name;
    if (detail::is_one_of(name,
                          {"add", "or", "adc", "sbb", "and", "sub", "xor", "cmp", "test", "mov"}))
      return detail::forms(kRR, kRI, kRM, kRX, kMR, kXR, kMI, kXI);
    if (detail::is_one_of(name, {"shl", "shr", "sar"})) return detail::forms(kRI, kRR);
    if (detail::is_one_of(name, {"rol", "ror"})) return detail::forms(kRI);
    if (detail::is_one_of(name, {"inc", "dec", "neg", "not"})) return detail::forms(kR, kM, kX);
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

Handlers handlers_of_words(unsigned row, Form form) {
  return kHandlers[row][static_cast<unsigned>(form)];
}

}  // namespace ringside::x86::fast
