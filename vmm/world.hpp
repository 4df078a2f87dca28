// A world: one VM on the machine with all that is its own: its time, its VMM's state, how it ended, and
// what lies on the CPU while it runs. "World switch" is Sugerman's word for going from one to another.
#pragma once

#include <array>
#include <bitset>

#include "vmm/zisa_arch.hpp"

namespace ringside::vmm {

/// What a VM is made of.
template <class A>
struct GuestConfigOf {
  u64 ram_bytes = 16u << 20;
  typename A::Platform::Config platform;
  std::bitset<A::kRows> cured;  ///< holes that the simulator answers as bare metal would
  u32 share = 1;                ///< of the CPU, beside the other VMs' shares; at least 1
  u64 vmm_extra = 0;            ///< bytes of memory for the VMM beyond the usual
};
using GuestConfig = GuestConfigOf<ZisaArch>;

template <class A>
struct WorldOf {
  /// The parts of the machine that worlds have in common.
  struct Host {
    typename A::Cpu& cpu;
    mmu::Memory& memory;
    cost::Ledger& ledger;
    EventLog& log;
  };
  WorldOf(Host host, const cpu::Clock& now, const GuestConfigOf<A>& config, Hpa region,
          std::unique_ptr<typename A::Strategy> vmm)
      : clock(now),
        vm({host.cpu, host.memory, host.ledger, clock, host.log},
           typename A::Platform(config.platform), config.ram_bytes, region, config.vmm_extra),
        strategy(std::move(vmm)),
        cured(config.cured),
        share(config.share) {}

  cpu::Clock clock;  ///< each VM has a virtual time of its own
  typename A::Vm vm;
  std::unique_ptr<typename A::Strategy> strategy;
  std::bitset<A::kRows> cured;
  u32 share;
  bool expect_input = false;
  bool waits_for_input = false;
  std::optional<Ending> ending;
  typename A::Cpu::Loaded put_away;  ///< while another world is on the CPU
  Spending spent{};                  ///< in the stays on the CPU that are over
};
using World = WorldOf<ZisaArch>;

}  // namespace ringside::vmm
