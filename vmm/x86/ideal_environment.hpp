// The environment of the ideal record: an instruction is applied to what bare metal would hold,
// reads the guest's memory and changes nothing else. What it would store is kept, to be held
// against what was stored.
#pragma once

#include "cpu/x86/view.hpp"
#include "vmm/x86/vm.hpp"

namespace ringside::x86 {

class IdealEnvironment {
 public:
  explicit IdealEnvironment(const Vm& vm) : vm_(vm) {}

  std::optional<Trap> load(u32 linear, unsigned bytes, u32& value, Privilege privilege) {
    if (in_monitor(privilege)) return value = vm_.peek_monitor(linear, bytes), std::nullopt;
    return read(linear, bytes, value);
  }
  std::optional<Trap> load_for_update(u32 linear, unsigned bytes, u32& value, Privilege privilege) {
    return load(linear, bytes, value, privilege);
  }
  std::optional<Trap> store(u32 linear, unsigned bytes, u32 value, Privilege privilege) {
    if (!in_monitor(privilege)) stores.push_back({linear, bytes, value});
    return std::nullopt;
  }
  u32 in(u16, unsigned) { return 0; }
  void out(u16, unsigned, u32) {}
  u64 time() const { return vm_.time(); }
  u32 apic_id() const { return 0; }
  void invalidate_page(u32) {}
  void invalidate_all() {}
  void invalidate_local() {}
  void fetch_changed() {}
  void left_out(LeftOut) {}

  std::vector<Foreseen::Store> stores;

 private:
  // A paravirtual guest's descriptor tables are the monitor's: it has no others.
  bool in_monitor(Privilege privilege) const {
    return privilege == Privilege::kSystemTable && vm_.internals().paravirtual;
  }
  std::optional<Trap> read(u32 linear, unsigned bytes, u32& value) {
    if (const auto found = vm_.peek_memory(linear, bytes)) return value = *found, std::nullopt;
    return Trap{kPf, true, 0, linear, Trap::Kind::kException, 0};
  }

  const Vm& vm_;
};

}  // namespace ringside::x86
