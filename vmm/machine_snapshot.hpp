// What a snapshot of a machine holds beside its memory, and how it comes back.
#pragma once

#include "vmm/machine.hpp"
#include "vmm/snapshot.hpp"

namespace ringside::vmm {

template <class A>
struct SnapshotOf final : Snapshot {
  SnapshotOf(const cost::Ledger& prices, const Scheduler& worlds_before, const typename A::Cpu& cpu)
      : Snapshot(prices, worlds_before), real(cpu.put_away()), fetch(cpu.fetch()), tlb(cpu.mmu().tlb.entries()),
        tlb_counts(cpu.mmu().tlb.counts), caches(cpu.mmu().caches) {}

  typename A::Cpu::Loaded real;
  typename A::Cpu::Fetch fetch;
  std::array<mmu::TlbEntry, mmu::kTlbEntries> tlb;
  mmu::TlbCounts tlb_counts;
  decltype(std::declval<typename A::Cpu&>().mmu().caches) caches;

  /// What changes in a World.
  struct OfWorld {
    u64 virtual_time;
    typename A::VmState vm;
    std::unique_ptr<typename A::Strategy> strategy;
    std::optional<Ending> failed, ending;
    bool waits_for_input;
    typename A::Cpu::Loaded put_away;
    Spending spent;
  };
  std::vector<OfWorld> worlds;

  u64 bytes() const override {
    return pages.size() * (sizeof(PageCopy) + 1) + worlds.size() * sizeof(OfWorld) + sizeof *this;
  }
};

namespace detail {
template <class A>
typename SnapshotOf<A>::OfWorld copy_of(const WorldOf<A>& w) {
  return {w.clock.instructions, w.vm.internals(), w.strategy->clone(), w.vm.failed(), w.ending,
          w.waits_for_input,    w.put_away,       w.spent};
}

template <class A>
void put_back(WorldOf<A>& w, const typename SnapshotOf<A>::OfWorld& s) {
  w.clock.instructions = s.virtual_time;
  w.vm.internals() = s.vm;
  w.vm.set_failed(s.failed);
  w.strategy = s.strategy->clone();
  w.ending = s.ending;
  w.waits_for_input = s.waits_for_input;
  w.put_away = s.put_away;
  w.spent = s.spent;
}
}  // namespace detail

template <class A>
std::unique_ptr<Snapshot> MachineOf<A>::save() const {
  auto out = std::make_unique<SnapshotOf<A>>(ledger_, scheduler_, cpu_);
  out->steps = steps_, out->instructions = instructions(), out->events = log_.count();
  out->cycles = cycles(), out->trace_hash = log_.hash(), out->cpu_hash = cpu_hash();
  out->spent_before = spent_before_, out->ending = ending_;
  for (const auto& world : worlds_) out->worlds.push_back(detail::copy_of<A>(*world));
  return out;
}

template <class A>
void MachineOf<A>::load(const Snapshot& snapshot) {
  const auto& s = static_cast<const SnapshotOf<A>&>(snapshot);
  for (std::size_t i = 0; i < vms(); ++i) {
    detail::put_back<A>(*worlds_[i], s.worlds[i]);
    worlds_[i]->vm.set_on_cpu(i == s.scheduler.current());
  }
  scheduler_ = s.scheduler;
  spent_before_ = s.spent_before;
  world_ = worlds_[current()].get();
  log_.set_vm(static_cast<u8>(current()));
  cpu_.bring_back(s.real, world_->clock);
  cpu_.fetch() = s.fetch;
  fast_.reset_units();
  cpu_.mmu().tlb.restore(s.tlb, s.tlb_counts);
  cpu_.mmu().caches = s.caches;
  ledger_ = s.ledger;
  ending_ = s.ending;
  steps_ = s.steps;
  log_.rewind(s.events, s.trace_hash);
  unsettled_ = true;
}

}  // namespace ringside::vmm
