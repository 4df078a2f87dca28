// The contract between an x86 machine and a VMM: that of vmm/strategy.hpp with this ISA's exits.
#pragma once

#include "vmm/strategy.hpp"
#include "vmm/x86/vm.hpp"

namespace ringside::x86 {

using Strategy = vmm::StrategyFor<Vm, Exit>;
template <class Self>
using CopyableStrategy = vmm::CopyableStrategyFor<Self, Strategy>;

}  // namespace ringside::x86
