#include "session/table_view.hpp"

#include <algorithm>
#include <cstring>

#include "session/lens.hpp"
#include "vmm/x86/arch.hpp"

namespace ringside::session {

namespace {

// --- where tables stand and how they are cut ---

struct Source {
  TableSet set;
  TableFormat format = TableFormat::kZisa;
  bool guest_physical = false;
};

std::vector<Source> zisa_sources(const vmm::Machine& m) {
  std::vector<Source> all;
  const auto& state = m.vm().internals();
  const auto add = [&](TablesOf whose, const char* title, bool guest_physical, u32 root, const char* addresses) {
    all.push_back({{whose, title, addresses, "PTBR", root, mmu::shape_of(root).levels}, TableFormat::kZisa, guest_physical});
  };
  const auto guest = m.vm().guest_state();
  const u32 ptbr = guest.control(vmm::Cr::kPtbr);
  if (guest.paging())
    add(TablesOf::kGuest, "The guest's tables", !state.paravirtual, ptbr, state.paravirtual ? "host-physical" : "guest-physical");
  if (state.assisted.nested) add(TablesOf::kNested, "The VMM's nested tables", false, m.vm().nested_ptbr(), "host-physical");
  if (state.root && !state.guest_root)
    add(TablesOf::kShadow, "The VMM's shadow tables", false, m.cpu().state.control(vmm::Cr::kPtbr), "host-physical");
  return all;
}

std::vector<Source> x86_sources(const x86::Machine& m) {
  std::vector<Source> all;
  const auto& nested = m.cpu().mmu().nested;
  const bool direct = m.vm().internals().guest_root.has_value();
  const x86::State guest = m.vm().guest_state();
  const x86::State& truth = m.cpu().state;
  if (direct) return {{{TablesOf::kGuest, "The guest's tables", "host-physical", "CR3", truth.cr3, 2}, TableFormat::kX86, false}};
  if (guest.paging()) all.push_back({{TablesOf::kGuest, "The guest's tables", "guest-physical", "CR3", guest.cr3, 2}, TableFormat::kX86, true});
  if (nested.on) {
    all.push_back({{TablesOf::kNested, "The VMM's extended page tables", "host-physical", "EPTP", nested.pointer, x86::ept::kLevels}, TableFormat::kEpt, false});
  } else if (m.vm().virtualized() && truth.paging()) {
    all.push_back({{TablesOf::kShadow, "The VMM's shadow tables", "host-physical", "CR3", truth.cr3, 2}, TableFormat::kX86, false});
  }
  return all;
}

std::vector<Source> sources(const Session& session) {
  return session.is_x86() ? x86_sources(session.pc()) : zisa_sources(session.machine());
}

// --- reading a table ---

class Reader {
 public:
  Reader(const Session& session, const Source& source)
      : session_(session), lens_(make_lens(session.any_machine())), source_(source), shape_(mmu::shape_of(static_cast<u32>(zisa() ? source.set.root : 0))) {}

  std::vector<TableEntry> read(std::span<const u32> path) const {
    u64 table = table_of(source_.set.root, 0, true), from = 0;
    for (unsigned level = 0; level < path.size(); ++level) {
      const auto entries = read_table(table, level, from, path[level]);
      if (entries.empty() || entries.front().leaf || level + 1 == source_.set.levels) return {};
      table = entries.front().to, from = entries.front().from;
    }
    return read_table(table, static_cast<unsigned>(path.size()), from, std::nullopt);
  }

 private:
  bool zisa() const { return source_.format == TableFormat::kZisa; }
  bool ept() const { return source_.format == TableFormat::kEpt; }
  unsigned bits(unsigned level) const { return zisa() ? shape_.bits[level] : ept() ? x86::ept::kIndexBits : 10; }
  unsigned shift(unsigned level) const {
    return zisa() ? shape_.shift(level) : kPageShift + bits(level) * (source_.set.levels - 1 - level);
  }
  u64 entry_bytes() const { return ept() ? 8 : 4; }

  // The table that a root or an entry points to, which is of `level`.
  u64 table_of(u64 value, unsigned level, bool root) const {
    if (ept()) return value & x86::ept::kFrame;
    if (!zisa()) return value & x86::pte::kFrame;
    return shape_.table_base(root ? value & mmu::ptbr::kFrame : mmu::pte::frame(static_cast<u32>(value)), level);
  }
  bool counts(u64 entry) const { return ept() ? (entry & x86::ept::kAll) != 0 : (entry & 1) != 0; }
  bool is_leaf(u64 entry, unsigned level) const {
    if (level + 1 == source_.set.levels) return true;
    if (zisa()) return mmu::pte::leaf(static_cast<u32>(entry));
    return ept() ? (entry & x86::ept::kLarge) != 0 : (entry & x86::pte::kPs) != 0 && large_pages();
  }
  bool large_pages() const {
    const auto& m = session_.pc();
    return ((source_.guest_physical ? m.vm().guest_state().cr4 : m.cpu().state.cr4) & x86::cr4::kPse) != 0;
  }
  u64 page_of(u64 entry, unsigned level) const {
    const u64 below = (u64{1} << shift(level)) - 1;
    const u64 frame = zisa() ? mmu::pte::frame(static_cast<u32>(entry)) << kPageShift
                             : entry & (ept() ? x86::ept::kFrame : u64{x86::pte::kFrame});
    return frame & ~below;
  }

  std::vector<TableEntry> read_table(u64 table, unsigned level, u64 from, std::optional<u32> only) const {
    std::vector<TableEntry> all;
    const u32 first = only.value_or(0), end = only ? *only + 1 : u32{1} << bits(level);
    std::array<u8, kPageSize> chunk;
    for (u32 index = first; index < end;) {
      const auto count = std::min<u64>(end - index, chunk.size() / entry_bytes());
      const std::span<u8> bytes(chunk.data(), count * entry_bytes());
      if (copy(table + index * entry_bytes(), bytes))
        for (u32 i = 0; i < count; ++i) add(all, table, level, from, index + i, bytes.data() + i * entry_bytes());
      index += static_cast<u32>(count);
    }
    return all;
  }
  bool copy(u64 at, std::span<u8> to) const {
    if (source_.guest_physical) return lens_->copy_out({at}, to);
    const mmu::Memory& memory = session_.any_machine().memory();
    if (!memory.contains({at}, to.size())) return false;
    std::memcpy(to.data(), memory.at({at}), to.size());  // within a page
    return true;
  }
  void add(std::vector<TableEntry>& all, u64 table, unsigned level, u64 from, u32 index, const u8* at) const {
    const u64 entry = ept() ? load_le<u64>(at) : load_le<u32>(at);
    if (!counts(entry)) return;
    const bool leaf = is_leaf(entry, level);
    const u64 bytes = u64{1} << shift(level);
    const AskedEntry anyone{{Access::kLoad, true}, false, source_.set.whose == TablesOf::kNested, true};
    all.push_back({index, table + index * entry_bytes(), entry, from + index * bytes, bytes, leaf,
                   leaf ? page_of(entry, level) : table_of(entry, level + 1, false), entry_bits(source_.format, entry, anyone)});
    for (EntryBit& each : all.back().bits) each.forbids = false;
  }

  const Session& session_;
  std::unique_ptr<const Lens> lens_;
  const Source& source_;
  const mmu::Shape& shape_;
};

// --- the TLB ---

template <class Allowed>
std::string rights(u32 flags, bool supervisor, Allowed allowed) {
  std::string text;
  for (const auto& [access, letter] : {std::pair{Access::kLoad, 'r'}, {Access::kStore, 'w'}, {Access::kFetch, 'x'}})
    text += allowed(flags, supervisor, access) ? letter : '-';
  return text;
}

template <class Tlb, class Allowed>
void read_tlb(TlbView& view, const Tlb& tlb, TableFormat format, Allowed allowed) {
  view.hits = tlb.counts.hits, view.misses = tlb.counts.misses, view.slots = static_cast<u32>(tlb.entries().size());
  for (u32 i = 0; i < view.slots; ++i) {
    const mmu::TlbEntry& e = tlb.entries()[i];
    if (!e.valid) continue;
    TlbLine line{i, e.page << kPageShift, e.frame << kPageShift, e.vmid, e.vmid == tlb.vmid(), entry_bits(format, e.flags, {}),
                 rights(e.flags, true, allowed), rights(e.flags, false, allowed)};
    for (EntryBit& each : line.bits) each.forbids = false;
    view.lines.push_back(std::move(line));
  }
  std::ranges::stable_sort(view.lines, {}, &TlbLine::address);
}

}  // namespace

std::vector<TableSet> table_sets(const Session& session) {
  std::vector<TableSet> all;
  for (Source& each : sources(session)) all.push_back(std::move(each.set));
  return all;
}

std::vector<TableEntry> table_entries(const Session& session, TablesOf whose, std::span<const u32> path) {
  for (const Source& each : sources(session))
    if (each.set.whose == whose && path.size() < each.set.levels) return Reader(session, each).read(path);
  return {};
}

TlbView tlb_view(const Session& session) {
  TlbView view;
  if (session.is_x86()) {
    const auto& cpu = session.pc().cpu();
    view.on = cpu.mmu().looks_up(cpu.state.paging());
    read_tlb(view, cpu.mmu().tlb, TableFormat::kX86, [](u32 f, bool s, Access a) { return x86::allowed(f, s, a); });
  } else {
    const auto& cpu = session.machine().cpu();
    view.on = cpu.mmu().looks_up(cpu.state.paging());
    read_tlb(view, cpu.mmu().tlb, TableFormat::kZisa, [](u32 f, bool s, Access a) { return mmu::allowed(f, s, a); });
  }
  return view;
}

}  // namespace ringside::session
