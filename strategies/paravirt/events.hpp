// Event channels and the words of the shared page (docs/hypercalls.md, section 6).
#pragma once

#include "strategies/paravirt/abi.hpp"
#include "vmm/vm.hpp"

namespace ringside::strategies::pv {

/// The page that guest and VMM share. The guest may write anything into it at any time, so nothing in it is believed.
class SharedPage {
 public:
  bool known() const { return page_.has_value(); }
  /// Takes the page into use: no port enabled or pending, events masked.
  void set(vmm::Vm& vm, Gpa page);

  /// A word at a byte offset; the page must be known. Charge vmm_reference.
  u32 read(vmm::Vm& vm, u32 offset) const;
  void write(vmm::Vm& vm, u32 offset, u32 value) const;

  /// SR, EPC, CAUSE, TVAL and A7 as they stand.
  struct Saved {
    u32 sr, epc, cause, tval, a7;
  };
  Saved saved(vmm::Vm& vm) const;
  /// Masks events and writes what a trap has set in the virtual state.
  void save_trap(vmm::Vm& vm) const;

 private:
  std::optional<Gpa> page_;
};

/// Which source has which port.
class Events {
 public:
  /// The lowest free port for a source, or an error.
  Answer bind(u32 source);
  Error close(u32 port);
  std::optional<Source> source_of(u32 port) const;

  /// Sets the bit of the source's port in the shared page. An event of a source without a port is lost.
  void raise(vmm::Vm& vm, const SharedPage& page, Source source) const;
  /// Whether an enabled event is pending.
  bool waiting(vmm::Vm& vm, const SharedPage& page) const;

 private:
  std::array<std::optional<Source>, kPorts> ports_{};
};

}  // namespace ringside::strategies::pv
