// The environment of the ideal record: a system instruction is applied to what bare metal would hold,
// and to nothing else.
#pragma once

#include "cpu/view.hpp"
#include "vmm/vm.hpp"

namespace ringside::vmm {

class IdealEnvironment {
 public:
  explicit IdealEnvironment(Vm& vm) : vm_(vm) {}

  std::optional<Trap> load(u32, unsigned, u32&) { return std::nullopt; }
  std::optional<Trap> store(u32, unsigned, u32) { return std::nullopt; }
  std::optional<Trap> update(u32, auto) { return std::nullopt; }
  u64 time() const { return 0; }
  u32 probe(u32 gva) {
    const ArchState& ideal = vm_.internals().vcpu.ideal;
    if (!ideal.paging()) return 7;
    const mmu::Walk found = vm_.look_guest(ideal, {gva});
    return found.fault == mmu::Fault::kNone ? mmu::rights(found.flags, ideal.supervisor()) : 0;
  }
  void invalidate_page(u32) {}
  void invalidate_all() {}
  void status_changed(u32) {}
  void control_changed(Cr) {}
  void returned() {}
  void register_written(u32, u32) {}

 private:
  Vm& vm_;
};

}  // namespace ringside::vmm
