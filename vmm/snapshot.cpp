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

std::unique_ptr<Snapshot> Snapshots::take() {
  Machine& m = machine_;
  copy_dirty_pages();
  watch_writes();
  return std::unique_ptr<Snapshot>(new Snapshot{
      m.steps_, m.instructions(), m.log_.count(), m.cycles(), m.log_.hash(), pages_,
      m.cpu_.state, m.cpu_.fetch(), m.cpu_.guest_kernel, m.cpu_.direct,
      m.cpu_.mmu().tlb.entries(), m.cpu_.mmu().tlb.counts, m.ledger_, m.clock_.instructions,
      m.vm_.internals(), m.strategy_->clone(), m.vm_.failed(), m.ending_, m.waits_for_input_});
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
  m.cpu_.state = s.real;
  m.cpu_.fetch() = s.fetch;
  m.cpu_.guest_kernel = s.guest_kernel;
  m.cpu_.direct = s.direct;
  m.cpu_.mmu().tlb.restore(s.tlb, s.tlb_counts);
  m.ledger_ = s.ledger;
  m.clock_.instructions = s.virtual_time;
  m.vm_.internals() = s.vm;
  m.vm_.set_failed(s.failed);
  m.strategy_ = s.strategy->clone();
  m.ending_ = s.ending;
  m.steps_ = s.steps;
  m.log_.rewind(s.events, s.trace_hash);
  m.unsettled_ = true;
  m.waits_for_input_ = s.waits_for_input;
  watch_writes();
}

}  // namespace ringside::vmm
