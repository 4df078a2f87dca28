// Handlers of arithmetic on bytes.
#include "cpu/x86/fast_handlers.hpp"

namespace ringside::x86::fast {

namespace {

struct Wanted {
  constexpr u32 operator()(unsigned row) const {
    using enum Form;
    if (detail::is_one_of(kRows[row].name,
                          {"add", "or", "and", "sub", "xor", "cmp", "test", "mov"}))
      return detail::forms(kRR, kRI, kRM, kRX, kMR, kXR, kMI, kXI);
    return 0;
  }
};
struct Make {
  template <unsigned row, Form form>
  constexpr Handlers operator()() const {
    return detail::plain_handlers<row, u8, form>();
  }
};
constexpr auto kHandlers = detail::by_row(Wanted{}, Make{});

}  // namespace

Handlers handlers_of_bytes(unsigned row, Form form) {
  return kHandlers[row][static_cast<unsigned>(form)];
}

}  // namespace ringside::x86::fast
