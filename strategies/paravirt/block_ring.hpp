// The disk of a paravirtual guest: requests in a page that it shares with the VMM, which drives the controller
// (docs/hypercalls.md, section 7).
#pragma once

#include <deque>

#include "strategies/paravirt/page_types.hpp"

namespace ringside::strategies::pv {

/// A copyable value. One request at a time is with the controller, the others wait.
class BlockRing {
 public:
  bool known() const { return page_.has_value(); }
  void set(Gpa page) { page_ = page; }

  /// Takes the requests that the guest has made. True if one was answered at once, because it is bad.
  bool take(vmm::Vm& vm, PageTypes& pages, Error& error);
  /// The controller's interrupt: answers the request that was with it and hands over the next.
  void finish(vmm::Vm& vm, PageTypes& pages);

 private:
  struct Request {
    u32 slot = 0;
    Error error = Error::kNone;  ///< found when it was taken
    u32 command = 0, drive = 0, sector = 0, count = 0;
    Gpa address{};
    bool holds_page = false;     ///< as writable
  };

  Request read_slot(vmm::Vm& vm, u32 slot) const;
  static Error check(const vmm::Vm& vm, const Request& request);
  void give_to_controller(vmm::Vm& vm, const Request& request) const;
  void answer(vmm::Vm& vm, PageTypes& pages, const Request& request, Error error);
  bool pump(vmm::Vm& vm, PageTypes& pages);
  u32 word(vmm::Vm& vm, u32 offset) const;
  void set_word(vmm::Vm& vm, u32 offset, u32 value) const;

  std::optional<Gpa> page_;
  u32 taken_ = 0, answered_ = 0;  ///< since the ring was made; the guest's own counts are not believed
  std::deque<Request> waiting_;   ///< the first is with the controller if `busy_`
  bool busy_ = false;
};

}  // namespace ringside::strategies::pv
