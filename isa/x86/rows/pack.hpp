// A tuple of rows. std::tuple can do the same, and takes the compiler three times as long in every
// file that knows the instruction table.
#pragma once

#include <utility>

namespace ringside::x86::rows {

template <unsigned index, class R>
struct Leaf {
  R row;
};

template <class Indices, class... R>
struct Leaves;
template <unsigned... index, class... R>
struct Leaves<std::integer_sequence<unsigned, index...>, R...> : Leaf<index, R>... {};

template <class... R>
struct Pack : Leaves<std::make_integer_sequence<unsigned, sizeof...(R)>, R...> {
  static constexpr unsigned kSize = sizeof...(R);
};

template <class... R>
constexpr Pack<R...> pack(const R&... row) {
  return {{{row}...}};
}

template <unsigned index, class R>
constexpr const R& row_of_pack(const Leaf<index, R>& leaf) {
  return leaf.row;
}

/// f(rows...)
template <class F, class... R>
constexpr auto apply(F f, const Pack<R...>& rows) {
  return [&]<unsigned... i>(std::integer_sequence<unsigned, i...>) {
    return f(row_of_pack<i>(rows)...);
  }
  (std::make_integer_sequence<unsigned, sizeof...(R)>{});
}

template <class... A, class... B>
constexpr auto operator+(const Pack<A...>& a, const Pack<B...>& b) {
  return apply(
      [&](const auto&... of_a) {
        return apply([&](const auto&... of_b) { return pack(of_a..., of_b...); }, b);
      },
      a);
}

}  // namespace ringside::x86::rows
