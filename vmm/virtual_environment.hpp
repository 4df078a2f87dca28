// The environment in which the VMM emulates a guest's instruction: the guest's own page tables, its
// memory wherever it lies in the host, its virtual devices.
#pragma once

#include "cpu/view.hpp"
#include "vmm/vm.hpp"

namespace ringside::vmm {

class VirtualEnvironment {
 public:
  explicit VirtualEnvironment(Vm& vm) : vm_(vm) {}

  std::optional<Trap> load(u32 gva, unsigned bytes, u32& value);
  std::optional<Trap> store(u32 gva, unsigned bytes, u32 value);
  template <class F>
  std::optional<Trap> update(u32 gva, F f) {
    u32 word = 0;
    Gpa gpa;
    if (const auto trap = translate(gva, Access::kStore, gpa)) return trap;
    if (!vm_.is_ram(gpa, 4)) return Trap{Cause::kStoreAccess, gva};
    access(gpa, 4, word, false);
    word = f(word);
    access(gpa, 4, word, true);
    return std::nullopt;
  }
  u64 time() const { return vm_.host_.clock.now(); }
  u32 probe(u32 gva);
  void invalidate_page(u32 gva) { vm_.invalidate_hardware({gva}); }
  void invalidate_all() { vm_.invalidate_hardware_all(); }
  void status_changed(u32) {}
  void control_changed(Cr) {}
  void returned() {}
  void register_written(u32, u32) {}

  bool touched_memory = false;
  bool needed_vmm = false;  ///< a device, or a write to a traced frame

 private:
  std::optional<Trap> translate(u32 gva, Access access, Gpa& gpa);
  bool access(Gpa gpa, unsigned bytes, u32& value, bool write);
  std::optional<Trap> transfer(u32 gva, unsigned bytes, u32& value, bool write);

  Vm& vm_;
};

}  // namespace ringside::vmm
