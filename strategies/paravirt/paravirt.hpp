// Paravirtualization, after Xen (Barham et al. 2003): the guest kernel knows that it has no machine of its own. It
// runs in U mode on page tables of its own, which it changes by hypercalls that are validated; its traps come to
// it through the VMM, its devices are calls, rings and events. The interface is docs/hypercalls.md.
#pragma once

#include <map>

#include "strategies/paravirt/block_ring.hpp"
#include "strategies/paravirt/events.hpp"
#include "strategies/paravirt/page_types.hpp"
#include "vmm/strategy.hpp"

namespace ringside::strategies {

/// What makes a hypercall cheaper than a trap can be switched off part by part.
struct ParavirtOptions {
  bool saves_all = false;  ///< a call saves the state that any exit saves
  bool decodes = false;    ///< the VMM reads the guest's instruction to find out what it wants
};

class Paravirt final : public vmm::CopyableStrategy<Paravirt> {
 public:
  explicit Paravirt(const ParavirtOptions& options = {}) : options_(options) {}
  std::string_view name() const override { return "paravirt"; }
  void start(vmm::Vm& vm) override;
  vmm::Resume handle(vmm::Vm& vm, const vmm::Exit& exit) override;

  /// For tests: types and counts of the guest's pages.
  const pv::PageTypes& pages() const { return pages_; }

 private:
  using Vm = vmm::Vm;
  using Answer = pv::Answer;
  using Arguments = pv::Arguments;
  using Call = Answer (Paravirt::*)(Vm&, const Arguments&);
  static const std::array<Call, 22> kCalls;

  // A pinned pair of roots.
  struct Space {
    Gpa kernel, user;
    u8 levels;
  };

  void on(Vm& vm, const vmm::PrivilegedInstruction& exit);
  void on(Vm& vm, const vmm::PageFault& exit);
  void on(Vm& vm, const vmm::Exception& exit);
  void on(Vm& vm, const vmm::Hypercall& exit);
  void on(Vm& vm, const vmm::Interrupt& exit);
  // Exits of hardware that this strategy does not ask for.
  template <class Other>
  void on(Vm& vm, const Other&) {
    vm.fail("an exit that paravirtualization never enabled");
  }

  bool fill_start_map(Vm& vm, const vmm::PageFault& fault);
  bool map_window(Vm& vm, Gva page, u32 window, u64 first);
  void reflect(Vm& vm, const vmm::Trap& trap);
  void deliver_events(Vm& vm);
  void serve_devices(Vm& vm);
  void choose_root(Vm& vm);
  std::optional<Gpa> page_of(Vm& vm, u32 frame) const;
  pv::Error check_output(Vm& vm, u32 address, u32 bytes) const;
  pv::Error share(Vm& vm, u32 frame, bool known, Gpa& page);
  pv::Error set_handlers(const std::vector<u32>& words);
  pv::Error pin_pair(Vm& vm, const Space& space);
  void listen_to_console(Vm& vm, bool on);

  // The calls, by number (hypercalls.cpp, and those on tables in table_calls.cpp).
  Answer query(Vm& vm, const Arguments& a);
  Answer set_shared_page(Vm& vm, const Arguments& a);
  Answer set_trap_table(Vm& vm, const Arguments& a);
  Answer trap_return(Vm& vm, const Arguments& a);
  Answer check_events(Vm& vm, const Arguments& a);
  Answer set_status(Vm& vm, const Arguments& a);
  Answer pin(Vm& vm, const Arguments& a);
  Answer unpin(Vm& vm, const Arguments& a);
  Answer update(Vm& vm, const Arguments& a);
  Answer switch_space(Vm& vm, const Arguments& a);
  Answer flush_tlb(Vm& vm, const Arguments& a);
  Answer set_timer(Vm& vm, const Arguments& a);
  Answer yield(Vm& vm, const Arguments& a);
  Answer block(Vm& vm, const Arguments& a);
  Answer console_write(Vm& vm, const Arguments& a);
  Answer console_read(Vm& vm, const Arguments& a);
  Answer set_block_ring(Vm& vm, const Arguments& a);
  Answer block_notify(Vm& vm, const Arguments& a);
  Answer event_bind(Vm& vm, const Arguments& a);
  Answer event_close(Vm& vm, const Arguments& a);
  Answer event_send(Vm& vm, const Arguments& a);
  Answer shutdown(Vm& vm, const Arguments& a);

  ParavirtOptions options_;
  pv::PageTypes pages_;
  pv::SharedPage shared_;
  pv::Events events_;
  pv::BlockRing ring_;
  std::map<u32, u32> handlers_;      ///< by cause
  std::map<u64, Space> spaces_;      ///< by guest frame of the kernel's root
  std::optional<u64> current_;       ///< key of the space in use; none on the start map
  std::optional<u32> start_root_;    ///< shadow root of the start map, as long as it is in use
  bool blocked_ = false;
};

}  // namespace ringside::strategies
