#include "vmm/snapshot.hpp"

#include <algorithm>
#include <cstring>

namespace ringside::vmm {

namespace {

PageCopy copy_page(std::span<const u8> page) {
  if (std::all_of(page.begin(), page.end(), [](u8 byte) { return byte == 0; })) return nullptr;
  auto copy = std::make_shared<std::array<u8, kPageSize>>();
  std::memcpy(copy->data(), page.data(), kPageSize);
  return copy;
}

// Like no other copy.
PageCopy distinct_null() { return PageCopy(std::make_shared<char>(), nullptr); }

}  // namespace

Snapshots::Snapshots(Machine& machine) : machine_(machine), pages_(machine.memory_.pages()) {
  for (u64 number = 0; number < pages_.size(); ++number)
    pages_[number] = copy_page(machine_.memory_.page(number));
  watch_writes();
}

// A write must be seen again, so nobody may write through a pointer that was handed out before.
void Snapshots::watch_writes() {
  machine_.memory_.track_dirty();
  machine_.cpu_.mmu().tlb.drop_tags();
}

void Snapshots::copy_dirty_pages() {
  for (const u32 number : machine_.memory_.dirty_pages()) {
    pages_[number] = copy_page(machine_.memory_.page(number));
    if (!pages_[number]) pages_[number] = distinct_null();
  }
}

namespace {

Snapshot::OfWorld copy_of(const World& w) {
  return {w.clock.instructions, w.vm.internals(), w.strategy->clone(), w.vm.failed(), w.ending,
          w.waits_for_input, w.put_away, w.spent};
}

void put_back(World& w, const Snapshot::OfWorld& s) {
  w.clock.instructions = s.virtual_time;
  w.vm.internals() = s.vm;
  w.vm.set_failed(s.failed);
  w.strategy = s.strategy->clone();
  w.ending = s.ending;
  w.waits_for_input = s.waits_for_input;
  w.put_away = s.put_away;
  w.spent = s.spent;
}

}  // namespace

std::unique_ptr<Snapshot> Snapshots::take() {
  Machine& m = machine_;
  copy_dirty_pages();
  watch_writes();
  auto out = std::unique_ptr<Snapshot>(new Snapshot{
      m.steps_, m.instructions(), m.log_.count(), m.cycles(), m.log_.hash(), pages_,
      m.cpu_.put_away(), m.cpu_.fetch(), m.cpu_.mmu().tlb.entries(), m.cpu_.mmu().tlb.counts,
      m.cpu_.mmu().caches, m.ledger_, m.scheduler_, m.spent_before_, m.ending_, {}});
  for (const auto& world : m.worlds_) out->worlds.push_back(copy_of(*world));
  return out;
}

void Snapshots::restore(const Snapshot& s) {
  Machine& m = machine_;
  for (const u32 number : m.memory_.dirty_pages()) pages_[number] = distinct_null();
  for (u64 number = 0; number < pages_.size(); ++number) {
    if (same_copy(pages_[number], s.pages[number])) continue;
    u8* to = m.memory_.writable(m.memory_.base() + (number << kPageShift), kPageSize);
    if (s.pages[number])
      std::memcpy(to, s.pages[number]->data(), kPageSize);
    else
      std::memset(to, 0, kPageSize);
  }
  pages_ = s.pages;
  for (std::size_t i = 0; i < m.vms(); ++i) {
    put_back(*m.worlds_[i], s.worlds[i]);
    m.worlds_[i]->vm.set_on_cpu(i == s.scheduler.current());
  }
  m.scheduler_ = s.scheduler;
  m.spent_before_ = s.spent_before;
  m.world_ = m.worlds_[m.current()].get();
  m.log_.set_vm(static_cast<u8>(m.current()));
  m.cpu_.bring_back(s.real, m.world_->clock);
  m.cpu_.fetch() = s.fetch;
  m.fast_.reset_units();
  m.cpu_.mmu().tlb.restore(s.tlb, s.tlb_counts);
  m.cpu_.mmu().caches = s.caches;
  m.ledger_ = s.ledger;
  m.ending_ = s.ending;
  m.steps_ = s.steps;
  m.log_.rewind(s.events, s.trace_hash);
  m.unsettled_ = true;
  watch_writes();
}

}  // namespace ringside::vmm
