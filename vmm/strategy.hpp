// The contract between the machine and a VMM: the machine exits, a strategy answers. The strategies of
// this project and those of students are written against it.
#pragma once

#include <memory>
#include <string_view>

#include "vmm/exit.hpp"

namespace ringside::vmm {

class Vm;

/// What the machine does after an exit was handled.
enum class Resume : u8 {
  kRun,   ///< enter the guest
  kHalt,  ///< nothing to run until an event comes for this vcpu
};

/// A virtualization strategy: a copyable value, so that a snapshot holds its state too.
template <class TheVm, class TheExit>
class StrategyFor {
 public:
  virtual ~StrategyFor() = default;

  /// Its name in options and reports.
  virtual std::string_view name() const = 0;

  /// Called once, before the guest's first instruction: says how the hardware is to run the guest.
  virtual void start(TheVm& vm) = 0;

  /// Called on each exit. What it does goes through `vm`, which charges for it.
  virtual Resume handle(TheVm& vm, const TheExit& exit) = 0;

  virtual std::unique_ptr<StrategyFor> clone() const = 0;
};
using Strategy = StrategyFor<Vm, Exit>;

/// Derives clone() from the copy constructor.
template <class Self, class Base>
class CopyableStrategyFor : public Base {
 public:
  std::unique_ptr<Base> clone() const override {
    return std::make_unique<Self>(static_cast<const Self&>(*this));
  }
};
template <class Self>
using CopyableStrategy = CopyableStrategyFor<Self, Strategy>;

}  // namespace ringside::vmm
