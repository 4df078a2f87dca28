// The disk of a paravirtual guest: requests in a page that it shares with the VMM, which drives the controller
// (docs/hypercalls.md, section 7).
#pragma once

#include <deque>

#include "strategies/paravirt/page_types.hpp"

namespace ringside::strategies::pv {

/// A copyable value. One request at a time is with the controller (Isa::Disk), the others wait.
template <class Isa>
class BlockRingOf {
 public:
  using Vm = typename Isa::Vm;
  using PageTypes = PageTypesOf<Isa>;

  bool known() const { return page_.has_value(); }
  bool busy() const { return busy_; }
  void set(Gpa page) { page_ = page; }

  /// Takes the requests that the guest has made. True if one was answered at once, because it is bad.
  bool take(Vm& vm, PageTypes& pages, Error& error);
  /// The controller's interrupt: if the request that was with it is done, answers it and hands over the next. True if
  /// one was answered.
  bool finish(Vm& vm, PageTypes& pages);

 private:
  BlockRequest read_slot(Vm& vm, u32 slot) const;
  static Error check(const Vm& vm, const BlockRequest& request);
  void answer_first(Vm& vm, PageTypes& pages, Error error);
  bool pump(Vm& vm, PageTypes& pages);
  u32 word(Vm& vm, u32 offset) const;
  void set_word(Vm& vm, u32 offset, u32 value) const;

  std::optional<Gpa> page_;
  u32 taken_ = 0, answered_ = 0;  ///< since the ring was made; the guest's own counts are not believed
  std::deque<BlockRequest> waiting_;  ///< the first is with the controller if `busy_`
  bool busy_ = false;
  typename Isa::Disk disk_;
};

}  // namespace ringside::strategies::pv
