// Witnesses: states and an instruction that show a class when they are executed.
#pragma once

#include "study/classify/finding.hpp"
#include "study/classify/outcomes.hpp"

namespace ringside::study {

/// Two states and the code of an instruction. To control, and in the class of user mode for
/// control's sake, there is one state: `a` and `b` are equal.
template <class Lab>
struct WitnessOf {
  Class shows = Class::kControl;  ///< never kUser: what is shown in user mode
  typename Lab::Code code{};
  typename Lab::State a, b;
  bool operator==(const WitnessOf&) const = default;

  bool in_user_mode() const { return a.user() && b.user(); }
};
using Witness = WitnessOf<session::Laboratory>;

/// What executing a witness gives.
template <class Lab>
struct ReplayOf {
  typename Lab::Outcome a, b;
  bool holds = false;  ///< they show what the witness says
};

namespace detail {

// The pages in which two states have different maps.
template <class State>
u32 different_pages(const State& a, const State& b) {
  u32 pages = 0;
  for (u32 p = 0; p < session::kLabPages; ++p)
    if (a.pages[p] != b.pages[p]) pages |= 1u << p;
  return pages;
}

template <class Lab>
bool accesses_what_differs(Lab& laboratory, const WitnessOf<Lab>& w) {
  const u32 accessed = laboratory.accessed(w.a, w.code) | laboratory.accessed(w.b, w.code);
  return accessed & different_pages(w.a, w.b);
}

}  // namespace detail

/// `a` is what came of the first state, where that is known.
template <class Lab>
ReplayOf<Lab> replay(Lab& laboratory, const WitnessOf<Lab>& witness, const typename Lab::Outcome& a) {
  ReplayOf<Lab> out{a, laboratory.run(witness.b, witness.code)};
  switch (witness.shows) {
    case Class::kControl:
      out.holds = out.a.completed && changes_resources(out.a);
      return out;
    case Class::kPrivileged:
      out.holds = witness.a.user() && traps(out.a) && witness.b.supervisor() && out.b.completed;
      return out;
    default:
      out.holds = out.a.completed && out.b.completed && results_differ(out.a, out.b);
  }
  if (witness.shows == Class::kPages && out.holds)
    out.holds = !detail::accesses_what_differs(laboratory, witness);
  return out;
}
template <class Lab>
ReplayOf<Lab> replay(Lab& laboratory, const WitnessOf<Lab>& witness) {
  return replay(laboratory, witness, laboratory.run(witness.a, witness.code));
}

}  // namespace ringside::study
