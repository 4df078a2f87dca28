// One instruction on any view: the meaning of its row, under REP one iteration of it.
#pragma once

#include "cpu/x86/model.hpp"
#include "cpu/x86/operands.hpp"

namespace ringside::x86 {

namespace detail {

// Whether REP has another iteration, after one that left the flags as they are (SDM volume 2, REP).
inline bool goes_on(const Instruction& i, u32 left, u32 eflags) {
  if (left == 0) return false;
  if (i.row != row_of("scas") && i.row != row_of("cmps")) return true;
  return ((eflags & flag::kZf) != 0) == (i.rep == Rep::kRepe);
}

// One iteration, its meaning by `execute`; true if the instruction stays where it is for another.
template <class V, class F>
bool iterate(V& view, const Instruction& i, F execute) {
  const u32 mask = rows::address_mask(i);
  const u32 count = view.r(kEcx) & mask;
  if (count == 0) return false;
  execute(view, i);
  view.set_r(kEcx, (view.r(kEcx) & ~mask) | (count - 1));
  if (!goes_on(i, count - 1, view.eflags())) return false;
  view.stay();
  return true;
}

}  // namespace detail

/// Executes an instruction between view.begin() and view.finish(); true if a REP goes on and EIP
/// stays. Rows that a CPU of this generation lacks raise #UD.
template <class V>
bool execute_once(V& view, const Instruction& i, Model generation) {
  if (i.row == kTooLongRow) return view.fault(kGp, 0), false;
  if (i.row >= kRowCount || kRows[i.row].since > generation) return view.undefined(), false;
  if (i.rep != Rep::kNone) return detail::iterate(view, i, execute_meaning<V>);
  execute_meaning(view, i);
  return false;
}

}  // namespace ringside::x86
