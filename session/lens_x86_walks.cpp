// How x86 translates an address, for those who look.
#include <fmt/format.h>

#include "mmu/x86/ept_look.hpp"
#include "session/lens_x86.hpp"

namespace ringside::session {

using x86::State;

namespace {

std::string flags_text(u32 entry) {
  static constexpr std::string_view kLetters = "PWUTCADSG";
  std::string text;
  for (unsigned i = 0; i < kLetters.size(); ++i) text += (entry >> i & 1) != 0 ? kLetters[i] : '-';
  return text;
}

std::string rights_text(u32 flags) {
  const auto mode = [&](bool supervisor) -> std::string {
    if (!x86::allowed(flags, supervisor, Access::kLoad)) return "---";
    return fmt::format("r{}{}", x86::allowed(flags, supervisor, Access::kStore) ? 'w' : '-',
                       x86::allowed(flags, supervisor, Access::kFetch) ? 'x' : '-');
  };
  return fmt::format("supervisor may {}, user may {}", mode(true), mode(false));
}

std::string fault_text(const x86::Walk& walk) {
  return walk.code & x86::page_fault::kReserved ? "page fault: the last entry has reserved bits set"
                                                : "page fault: the last entry is not present";
}

std::string leaf_text(const x86::Walk& walk) {
  return rights_text(walk.flags) + (walk.large ? "; a page of 4 MiB" : "");
}

WalkReference reference(unsigned level, const x86::Walk::Reference& step) {
  const auto [at, entry] = step;
  return {level, (at & kPageMask) / 4, at, entry, entry >> kPageShift, flags_text(entry)};
}

// The tables where the guest believes them to be. Where no RAM is, the bus reads as ones.
struct GuestTables {
  const x86::Vm& vm;
  u32 read_entry(u32 address) const {
    std::array<u8, 4> bytes;
    return vm.copy_out({address}, bytes) ? load_le<u32>(bytes.data()) : ~u32{0};
  }
  void write_entry(u32, u32) const {}
};

// Those that the hardware walks.
struct HostTables {
  const mmu::Memory& memory;
  u32 read_entry(u32 address) const {
    return memory.contains({address}, 4) ? memory.read<u32>({address}) : ~u32{0};
  }
  void write_entry(u32, u32) const {}
};

x86::PagingContext context_of(const State& state) {
  return {state.cr3,
          state.paging(),
          false,
          (state.cr0 & x86::cr0::kWp) != 0,
          (state.cr4 & x86::cr4::kPse) != 0,
          (state.cr4 & x86::cr4::kPge) != 0};
}

template <class Tables>
TableWalk table_walk(std::string name, Tables tables, const State& state, Gva address) {
  const x86::Walk walk =
      x86::walk(tables, context_of(state), address.v, Access::kLoad, x86::Purpose::kLook);
  TableWalk view{std::move(name), "CR3", state.cr3, 2, {}, "", std::nullopt};
  for (unsigned i = 0; i < walk.references; ++i)
    view.references.push_back(reference(i, walk.steps[i]));
  view.outcome = walk.fault ? fault_text(walk) : leaf_text(walk);
  if (!walk.fault) view.address = (u64{walk.frame} << kPageShift) + address.offset();
  return view;
}

/// Both dimensions in the order in which the hardware goes: the references of each walk of the EPT
/// stand before the reference to a guest table that needed them.
class NestedLook {
 public:
  NestedLook(const mmu::Memory& memory, u64 pointer) : memory_(memory), pointer_(pointer) {}

  std::optional<Hpa> translate(u64 gpa) {
    const x86::EptLook look = x86::look_ept(memory_, pointer_, gpa);
    for (const auto& [level, at, entry] : look.steps)
      references.push_back({level, static_cast<u32>(at.v & kPageMask) / 8, at.v, entry,
                            (entry & x86::ept::kFrame) >> kPageShift, "EPT   " + rights(entry)});
    if (look.hpa && memory_.contains(*look.hpa)) return look.hpa;
    if (!miss) miss = gpa;
    return std::nullopt;
  }
  u32 read_entry(u32 gpa) {
    const auto host = miss ? std::nullopt : translate(gpa);
    if (!host) return 0;
    const u32 entry = memory_.read<u32>(*host);
    references.push_back(reference(level_++, {gpa, entry}));
    references.back().flags.insert(0, "guest ");
    return entry;
  }
  void write_entry(u32, u32) const {}

  std::vector<WalkReference> references;
  std::optional<u64> miss;  ///< the guest-physical address that the EPT do not map

 private:
  static std::string rights(u64 entry) {
    std::string text;
    for (unsigned i = 0; i < 3; ++i) text += (entry >> i & 1) != 0 ? "RWX"[i] : '-';
    return text;
  }

  const mmu::Memory& memory_;
  u64 pointer_;
  unsigned level_ = 0;
};

TableWalk nested_walk(const mmu::Memory& memory, u64 pointer, const State& guest, Gva address) {
  NestedLook look(memory, pointer);
  x86::Walk walk;
  walk.frame = address.v >> kPageShift;
  if (guest.paging())
    walk = x86::walk(look, context_of(guest), address.v, Access::kLoad, x86::Purpose::kLook);
  TableWalk both{"both dimensions, in the order of the hardware",
                 "EPTP",
                 pointer,
                 x86::ept::kLevels,
                 {},
                 "",
                 std::nullopt};
  const bool arrived = !look.miss && !walk.fault;
  const auto host =
      arrived ? look.translate((u64{walk.frame} << kPageShift) + address.offset()) : std::nullopt;
  both.outcome = look.miss ? fmt::format("EPT violation at guest-physical {:#x}: the VMM has not mapped it", *look.miss)
                 : walk.fault ? "a fault of the guest's own"
                              : fmt::format("{} references", look.references.size());
  if (host) both.address = host->v;
  both.references = std::move(look.references);
  return both;
}

}  // namespace

std::vector<TableWalk> X86Lens::walks(Gva address) const {
  std::vector<TableWalk> all;
  const auto& nested = machine().cpu().mmu().nested;
  if (vm().internals().guest_root)
    return {table_walk("the guest's tables, host-physical", HostTables{machine().memory()}, truth(), address)};
  if (paging())
    all.push_back(
        table_walk(virtualized() ? "the guest's tables, guest-physical" : "the guest's tables",
                   GuestTables{vm()}, belief(), address));
  if (nested.on)
    all.push_back(nested_walk(machine().memory(), nested.pointer, belief(), address));
  else if (virtualized() && truth().paging())
    all.push_back(table_walk("the VMM's shadow tables, host-physical",
                             HostTables{machine().memory()}, truth(), address));
  return all;
}

std::string X86Lens::tlb(Gva address) const {
  const x86::Mmu& mmu = machine().cpu().mmu();
  if (!mmu.looks_up(truth().paging()))
    return "paging is off in the hardware: every address stands for itself";
  const mmu::TlbEntry* entry = mmu.tlb.find(address);
  if (!entry) return "the TLB holds nothing for this page";
  return fmt::format("the TLB holds frame {:#x}, {}", entry->frame, flags_text(entry->flags));
}

}  // namespace ringside::session
