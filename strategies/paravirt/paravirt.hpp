// Paravirtualization, after Xen (Barham et al. 2003): the guest kernel knows that it has no machine of its own. It
// runs de-privileged on page tables of its own, which it changes by hypercalls that are validated; its traps come to
// it through the VMM, its devices are calls, rings and events. The interface is docs/hypercalls.md.
#pragma once

#include <map>
#include <string>

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

/// Isa is what a paravirtual VMM has to know of an ISA (zisa_guest.hpp, x86_guest.hpp): its Vm and exits, registers of calls,
/// entries of page tables, how a trap comes to the guest, and the devices behind the calls. A copyable value.
template <class Isa>
class ParavirtOf final : public vmm::CopyableStrategyFor<ParavirtOf<Isa>, typename Isa::Strategy> {
 public:
  using Vm = typename Isa::Vm;
  using Exit = typename Isa::Exit;
  using PageTypes = pv::PageTypesOf<Isa>;

  explicit ParavirtOf(const ParavirtOptions& options = {}) : options_(options) {}
  std::string_view name() const override { return "paravirt"; }
  void start(Vm& vm) override;
  vmm::Resume handle(Vm& vm, const Exit& exit) override;

  /// For tests: types and counts of the guest's pages.
  const PageTypes& pages() const { return pages_; }

 private:
  using Trap = typename Isa::Trap;
  using PageFault = typename Isa::PageFault;
  using Answer = pv::Answer;
  using Arguments = pv::Arguments;
  using Call = Answer (ParavirtOf::*)(Vm&, const Arguments&);
  static const std::array<Call, 24> kCalls;

  void on(Vm& vm, const typename Isa::PrivilegedInstruction& exit) { reflect(vm, Isa::trap_of(exit)); }
  void on(Vm& vm, const typename Isa::Exception& exit) { reflect(vm, Isa::trap_of(vm, exit)); }
  void on(Vm& vm, const PageFault& exit);
  void on(Vm& vm, const vmm::Hypercall& exit);
  void on(Vm& vm, const typename Isa::Interrupt& exit);
  // Exits of hardware that this strategy does not ask for.
  template <class Other>
  void on(Vm& vm, const Other&) {
    vm.fail("an exit that paravirtualization never enabled");
  }

  bool fill_start_map(Vm& vm, const PageFault& fault);
  bool map_window(Vm& vm, Gva page, u32 window, u64 first);
  const pv::Handler* handler_of(const Trap& trap) const;
  void reflect(Vm& vm, const Trap& trap);
  bool events_masked(Vm& vm) const;
  void deliver_events(Vm& vm);
  void serve_devices(Vm& vm);
  void choose_root(Vm& vm);
  std::optional<Gpa> page_of(Vm& vm, u32 frame) const;
  pv::Error check_output(Vm& vm, u32 address, u32 bytes) const;
  pv::Error share(Vm& vm, u32 frame, bool known, Gpa& page);
  pv::Error set_handlers(const std::vector<u32>& words);
  pv::Error pin_roots(Vm& vm, const pv::Space& space);

  // The calls, by number (hypercalls_impl.hpp, and those on tables in table_calls_impl.hpp).
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
  // Of an ISA with segments; the numbers of others end before.
  Answer set_descriptor_table(Vm& vm, const Arguments& a);
  Answer set_kernel_stack(Vm& vm, const Arguments& a);

  ParavirtOptions options_;
  Isa isa_;
  PageTypes pages_;
  pv::SharedPage shared_;
  pv::Events events_;
  pv::BlockRingOf<Isa> ring_;
  std::map<u32, pv::Handler> handlers_;  ///< by cause
  std::map<u64, pv::Space> spaces_;      ///< by guest frame of the kernel's root
  std::optional<u64> current_;           ///< key of the space in use; none on the start map
  std::optional<u32> start_root_;        ///< shadow root of the start map, as long as it is in use
  bool blocked_ = false;
};

}  // namespace ringside::strategies
