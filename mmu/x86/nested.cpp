#include "mmu/x86/nested.hpp"

#include <cstring>

#include "mmu/audit.hpp"

namespace ringside::x86 {

namespace {

void report(mmu::Memory& memory, Hpa entry, unsigned bytes, Access access) {
  if (auto* audit = memory.audit()) audit->accessed(mmu::Agent::kWalk, entry, bytes, access);
}

constexpr u64 right_for(Access access) {
  return access == Access::kFetch ? ept::kX : access == Access::kLoad ? ept::kR : ept::kW;
}

using ept::entry_at;
using ept::misconfigured;

}  // namespace

NestedTables::Leaf NestedTables::look(u64 gpa) const {
  Leaf out;
  u64 table = paging_.pointer;
  for (unsigned level = 0; level < ept::kLevels; ++level) {
    const Hpa at = entry_at(table, gpa, level);
    out.steps[out.references++] = at;
    if (!memory_.contains(at, 8)) return out.misconfigured = true, out;
    report(memory_, at, 8, Access::kLoad);
    const u64 entry = memory_.read<u64>(at);
    out.rights &= entry;
    if (!(entry & ept::kAll)) return out;
    if (misconfigured(entry, level)) return out.misconfigured = true, out;
    const bool large = level == ept::kLevels - 2 && entry & ept::kLarge;
    const u64 within = large ? kPageMask | ept::kLargeReserved : kPageMask;
    out.hpa = {(entry & ept::kFrame & ~within) | (gpa & within)};
    if (large) break;
    table = entry;
  }
  out.present = true;
  return out;
}

// Leaves are what the TLB is for; the page-walk cache holds what stands above them, the nested TLB whole
// translations of guest tables.
void NestedTables::count(const Leaf& found, u64 gpa, bool in_walk) {
  if (in_walk && caches_ && caches_->frames.hit(gpa >> kPageShift)) {
    ++caches_->frame_hits;
    return;
  }
  for (unsigned i = 0; i < found.references; ++i) {
    const bool above = i + 1 < found.references;
    const bool known = above && caches_ && caches_->entries.hit(found.steps[i].v);
    if (known)
      ++caches_->entry_hits;
    else
      ++references;
  }
}

std::optional<Hpa> NestedTables::translate(u64 gpa, Access access, bool in_walk) {
  const Leaf found = look(gpa);
  count(found, gpa, in_walk);
  rights = found.rights;
  const bool allowed = found.present && found.rights & right_for(access);
  if (allowed && memory_.contains(found.hpa)) return found.hpa;
  miss = NestedMiss{gpa, access, in_walk, found.misconfigured, found.rights};
  return std::nullopt;
}

u32 NestedTables::read_entry(u32 gpa) {
  const auto host = miss ? std::nullopt : translate(gpa, Access::kLoad, true);
  if (!host) return 0;
  report(memory_, *host, 4, Access::kLoad);
  ++references;
  return memory_.read<u32>(*host);
}

// A and D are stored by the walker like any other store: the page must be writable. Where it lies is known since
// the entry was read.
void NestedTables::write_entry(u32 gpa, u32 entry) {
  if (miss) return;
  const Leaf found = look(gpa);
  if (!(found.rights & ept::kW)) {
    miss = NestedMiss{gpa, Access::kStore, true, false, found.rights};
    return;
  }
  report(memory_, found.hpa, 4, Access::kStore);
  memory_.write<u32>(found.hpa, entry);
}

NestedWalk nested_walk(NestedTables& tables, const PagingContext& context, u32 linear, Access access) {
  NestedWalk out;
  out.guest.frame = linear >> kPageShift;
  out.guest.flags = pte::kP | pte::kRw | pte::kUs | pte::kA | pte::kD;
  if (context.paging) out.guest = walk(tables, context, linear, access);
  out.miss = tables.miss;
  if (out.miss || out.guest.fault) return out;
  const u64 gpa = (u64{out.guest.frame} << kPageShift) + (linear & kPageMask);
  const auto host = tables.translate(gpa, access, false);
  out.miss = tables.miss;
  if (!host) return out;
  const u32 writes = tables.rights & ept::kW ? 0 : pte::kRw | pte::kSupervisorWrites;
  const u32 fetches = tables.rights & ept::kX ? 0 : pte::kNoFetch;
  out.flags = (out.guest.flags & ~writes) | fetches;
  out.frame = host->page();
  return out;
}

// --- the VMM's side ---

std::optional<Hpa> EptMap::new_table(mmu::Memory& memory) {
  if (used_ == frames_) return std::nullopt;
  const Hpa table = first_ + (used_++ << kPageShift);
  std::memset(memory.writable(table, kPageSize), 0, kPageSize);
  return table;
}

bool EptMap::clear(mmu::Memory& memory) {
  used_ = 0;
  return new_table(memory).has_value();
}

bool EptMap::map(mmu::Memory& memory, Gpa gpa, Hpa hpa, u64 rights) {
  if (auto* audit = memory.audit()) audit->mapped(hpa.page(), static_cast<u32>(rights));
  u64 table = first_.v;
  for (unsigned level = 0; level + 1 < ept::kLevels; ++level) {
    const Hpa at = entry_at(table, gpa.v, level);
    if (!(memory.read<u64>(at) & ept::kAll)) {
      const auto below = new_table(memory);
      if (!below) return false;
      memory.write<u64>(at, below->v | ept::kAll);
    }
    table = memory.read<u64>(at);
  }
  memory.write<u64>(entry_at(table, gpa.v, ept::kLevels - 1), hpa.page_base().v | rights | ept::kWriteBack);
  return true;
}

}  // namespace ringside::x86
