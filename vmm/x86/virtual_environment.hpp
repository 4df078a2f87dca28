// The environment in which the VMM emulates a guest's instruction: the guest's own page tables, its memory wherever it
// lies in the host, its virtual devices and ports. What cpu/x86/view.hpp asks of an environment.
#pragma once

#include "cpu/x86/view.hpp"
#include "vmm/x86/vm.hpp"

namespace ringside::x86 {

class VirtualEnvironment {
 public:
  explicit VirtualEnvironment(Vm& vm) : vm_(vm) {}

  std::optional<Trap> load(u32 linear, unsigned bytes, u32& value, Privilege privilege) {
    return read_as(Access::kLoad, linear, bytes, value, privilege);
  }
  std::optional<Trap> load_for_update(u32 linear, unsigned bytes, u32& value, Privilege privilege) {
    return read_as(Access::kStore, linear, bytes, value, privilege);
  }
  std::optional<Trap> store(u32 linear, unsigned bytes, u32 value, Privilege privilege);
  /// The instruction at EIP, as the CPU would fetch it.
  std::optional<Trap> fetch(Instruction& instruction);

  u32 in(u16 port, unsigned bytes) { return needed_vmm = true, vm_.port_in(port, bytes); }
  void out(u16 port, unsigned bytes, u32 value) { needed_vmm = true, vm_.port_out(port, bytes, value); }
  u64 time() const { return vm_.time(); }
  u32 apic_id() const { return 0; }
  void invalidate_page(u32 linear) { vm_.invalidate_hardware(linear); }
  void invalidate_all() { vm_.guest_invalidates_all(); }
  void invalidate_local() { vm_.guest_invalidates_all(); }
  void fetch_changed() {}
  void left_out(LeftOut) {}

  bool touched_memory = false;
  bool needed_vmm = false;  ///< a device, a port, or a write to a traced frame

 private:
  std::optional<Trap> translate(u32 linear, Access access, Privilege privilege, Gpa& gpa);
  std::optional<Trap> read_as(Access access, u32 linear, unsigned bytes, u32& value, Privilege privilege);
  // Where an access lies; if it reaches into a second page, the first part of it and the rest.
  struct Place {
    Gpa low, high;
    unsigned in_low = 0;
    Gpa byte(unsigned i) const { return i < in_low ? low + i : high + (i - in_low); }
  };
  std::optional<Trap> place(u32 linear, unsigned bytes, Access access, Privilege privilege, Place& at);
  void note_traced(Gpa gpa, Access access);
  u32 read(Gpa gpa, unsigned bytes);
  void write(Gpa gpa, unsigned bytes, u32 value);

  Vm& vm_;
};

}  // namespace ringside::x86
