// The part of a lens that reads the same on every ISA.
#pragma once

#include <algorithm>

#include "session/lens.hpp"
#include "vmm/machine.hpp"

namespace ringside::session {

template <class A>
class MachineLens : public Lens {
 public:
  using Machine = vmm::MachineOf<A>;
  using State = typename A::State;

  explicit MachineLens(const Machine& machine) : machine_(machine) {}

  bool waits() const override {
    return vm().internals().vcpu.halted || A::waiting(machine_.cpu().state);
  }
  bool deprivileged() const override { return vm().deprivileged(); }
  bool virtualized() const override { return vm().virtualized(); }
  std::optional<Gpa> translate(Gva address) const override {
    return vm().peek_translate(belief(), {address.v});
  }
  bool is_ram(Gpa address, u64 bytes) const override { return vm().is_ram(address, bytes); }
  Hpa host_of(Gpa address) const override { return vm().host_of(address); }
  bool copy_out(Gpa from, std::span<u8> to) const override { return vm().copy_out(from, to); }

 protected:
  const Machine& machine() const { return machine_; }
  const typename A::Vm& vm() const { return machine_.vm(); }
  State belief() const { return vm().guest_state(); }
  const State& truth() const { return machine_.cpu().state; }
  /// What the bare machine would hold. In non-root mode nothing lies: what the guest reads is it.
  State bare_metal() const {
    if (vm().deprivileged()) return vm().internals().vcpu.ideal;
    return vm().virtualized() ? belief() : truth();
  }

 private:
  const Machine& machine_;
};

}  // namespace ringside::session
