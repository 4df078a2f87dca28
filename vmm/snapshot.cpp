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

Snapshots::Snapshots(AnyMachine& machine) : machine_(machine), pages_(machine.memory().pages()) {
  for (u64 number = 0; number < pages_.size(); ++number)
    if (!machine_.memory().is_fresh(number)) pages_[number] = copy_page(machine_.memory().page(number));
  watch_writes();
}

// A write must be seen again, so nobody may write through a pointer that was handed out before.
void Snapshots::watch_writes() {
  machine_.memory().track_dirty();
  machine_.drop_write_pointers();
}

void Snapshots::copy_dirty_pages() {
  for (const u32 number : machine_.memory().dirty_pages()) {
    pages_[number] = copy_page(machine_.memory().page(number));
    if (!pages_[number]) pages_[number] = distinct_null();
  }
}

std::unique_ptr<Snapshot> Snapshots::take() {
  copy_dirty_pages();
  watch_writes();
  auto snapshot = machine_.save();
  snapshot->pages = pages_;
  return snapshot;
}

void Snapshots::restore(const Snapshot& s) {
  mmu::Memory& memory = machine_.memory();
  for (const u32 number : memory.dirty_pages()) pages_[number] = distinct_null();
  for (u64 number = 0; number < pages_.size(); ++number) {
    if (same_copy(pages_[number], s.pages[number])) continue;
    u8* to = memory.writable(memory.base() + (number << kPageShift), kPageSize);
    if (s.pages[number])
      std::memcpy(to, s.pages[number]->data(), kPageSize);
    else
      std::memset(to, 0, kPageSize);
  }
  pages_ = s.pages;
  machine_.load(s);
  watch_writes();
}

}  // namespace ringside::vmm
