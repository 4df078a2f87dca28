#include "mmu/nested.hpp"

#include "mmu/audit.hpp"

namespace ringside::mmu {

namespace {

constexpr u32 kRights = pte::kR | pte::kW | pte::kX;

// For an auditor, if there is one.
void report(Memory& memory, Hpa entry, Access access) {
  if (Audit* audit = memory.audit()) audit->accessed(Agent::kWalk, entry, 4, access);
}

constexpr u32 right_for(Access access) {
  return access == Access::kFetch ? pte::kX : access == Access::kLoad ? pte::kR : pte::kW;
}

}  // namespace

// Leaves are what the TLB is for; the page-walk cache holds what stands above them.
void NestedTables::count(Hpa entry_address, u32 entry) {
  const bool above = entry & pte::kV && !pte::leaf(entry);
  const bool known = above && caches_ && caches_->entries.hit(entry_address.v);
  if (known) ++caches_->entry_hits;
  ++(known ? saved : references);
}

std::optional<Hpa> NestedTables::translate(u64 gpa, Access access, u8 reference) {
  const auto lacking = [&]() -> std::optional<Hpa> {
    miss = NestedMiss{gpa, access, reference};
    return std::nullopt;
  };
  if (gpa >> 32) return lacking();  // the shapes cut 32 bits
  struct Entries {
    Memory& memory;
    std::optional<u32> read_entry(u64 address) const {
      if (!memory.contains({address}, 4)) return std::nullopt;
      report(memory, {address}, Access::kLoad);
      return memory.read<u32>({address});
    }
    void write_entry(u64, u32) const {}
  } entries{memory_};
  const Gva at{static_cast<u32>(gpa)};
  const Walk found = walk(entries, paging_.ptbr, at, false, Access::kLoad, Purpose::kLook);
  const bool table = reference != NestedMiss::kAccessItself;
  const bool known = table && caches_ && caches_->frames.hit(gpa >> kPageShift);
  if (known) ++saved, ++caches_->frame_hits;
  for (unsigned i = 0; i < found.references && !known; ++i)
    count({found.steps[i].address}, found.steps[i].entry);
  if (trail_)
    for (unsigned i = 0; i < found.references; ++i)
      trail_->push_back({true, static_cast<u8>(i), found.steps[i].address, found.steps[i].entry});
  if (found.fault != Fault::kNone || !(found.flags & right_for(access))) return lacking();
  flags = found.flags;
  return Hpa{found.frame << kPageShift} + (gpa & kPageMask);
}

std::optional<u32> NestedTables::read_entry(u64 gpa) {
  const u8 level = level_++;
  const auto host = translate(gpa, Access::kLoad, level);
  if (!host || !memory_.contains(*host, 4)) return std::nullopt;
  host_ = *host, host_flags_ = flags;
  report(memory_, host_, Access::kLoad);
  const u32 entry = memory_.read<u32>(host_);
  count(host_, entry);
  if (trail_) trail_->push_back({false, level, gpa, entry});
  return entry;
}

// A and D are stored by the walker like any other store: the page must be writable.
void NestedTables::write_entry(u64 gpa, u32 entry) {
  if (!(host_flags_ & pte::kW)) {
    miss = NestedMiss{gpa, Access::kStore, static_cast<u8>(level_ - 1)};
    return;
  }
  report(memory_, host_, Access::kStore);
  memory_.write<u32>(host_, entry);
}

NestedWalk nested_walk(NestedTables& tables, u32 guest_ptbr, bool guest_paging, bool supervisor,
                       Gva gva, Access access, Purpose purpose) {
  NestedWalk out;
  if (guest_paging) {
    out.guest = walk(tables, guest_ptbr, gva, supervisor, access, purpose);
    out.miss = tables.miss;
    if (!out.ok()) return out;
  } else {
    out.guest.frame = gva.page();
    out.guest.flags = pte::kV | kRights | pte::kU | pte::kA | pte::kD;
  }
  const auto host = tables.translate((out.guest.frame << kPageShift) + gva.offset(), access,
                                     NestedMiss::kAccessItself);
  out.miss = tables.miss;
  if (!host) return out;
  out.flags = out.guest.flags & (tables.flags | ~kRights);
  out.frame = host->page();
  return out;
}

}  // namespace ringside::mmu
