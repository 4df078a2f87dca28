#include "session/x86_laboratory_machine.hpp"

#include <algorithm>

#include "base/bits.hpp"
#include "isa/x86/decode.hpp"

namespace ringside::session {

using namespace x86;

namespace {

constexpr u32 kLeaf = pte::kP | pte::kA | pte::kD, kTable = kLeaf | pte::kRw | pte::kUs;
constexpr u32 kFirstFrame = kLabX86Base >> kPageShift;
constexpr u32 kSystemPages = kLabTableSets * kLabPagesOfSet;
using Picture = std::array<u8, kPageSize>;

constexpr u32 page_address(u32 page) {
  return kLabX86Base + page * kPageSize;
}

constexpr u32 flags_of(u32 lab_rights) {
  return (lab_rights & kLabWrite ? pte::kRw : 0) | (lab_rights & kLabUser ? pte::kUs : 0);
}
constexpr u32 rights_of(u32 flags) {
  return kLabRead | (flags & pte::kRw ? kLabWrite : 0) | (flags & pte::kUs ? kLabUser : 0);
}

// A word of a picture. Programs keep return frames and far pointers in memory: eight words that
// serve as both follow each other, so that far transfers and segment loads find something that can
// complete.
u32 picture_word(u32 index, u64 hash) {
  const u32 level = hash_mix(hash, index / 8) >> 40 & 3;
  const auto selectors = lab_x86_selectors();
  const u32 random = static_cast<u32>(hash_mix(hash, index) >> 32);
  const u32 any = selectors[random % selectors.size()] | (random >> 16 & 3);
  switch (index % 8) {
    case 0:  // an offset that segments of all sizes reach
      return kLabX86Base + random % (kLabPages * kPageSize);
    case 1:
      return (random & 0xffff0000) | lab_x86_code(level);
    case 2:
      return random & (flag::kStatus | kLabX86SystemFlags) & ~(flag::kVm | flag::kRf);
    case 3:  // the stack of a far RET
    case 4:  // that of an IRET
      return (random & 0xffff0000) | lab_x86_data(level);
    case 5:
    case 6:
    case 7:
      return (random & 0xffff0000) | (random % 2 ? any : lab_x86_data(3));
    default:
      return random;
  }
}

// Bytes that no two frames have alike, the same on every host.
const Picture& picture(u32 number) {
  static const auto all = [] {
    std::array<Picture, kLabFrames> made;
    for (u32 n = 0; n < kLabFrames; ++n)
      for (u32 i = 0; i < kPageSize / 4; ++i)
        store_le(made[n].data() + 4 * i, picture_word(i, hash_mix(n, 1)));
    return made;
  }();
  return all[number];
}

// One bit for each frame that the instruction can come to. What others hold makes no difference.
u32 reachable_frames(const LabX86State& state) {
  if (!state.paging()) return (1u << kLabFrames) - 1;
  u32 frames = 0;
  for (const LabPage& page : state.pages)
    if (page.mapped || page.cached)
      frames |= 1u << page.frame | 1u << page.cached.value_or(page.frame);
  return frames;
}

// Tables as the hardware reads them.
struct Tables {
  const mmu::Memory& memory;
  u32 read_entry(u32 address) const {
    return memory.contains({address}, 4) ? memory.read<u32>({address}) : 0;
  }
  void write_entry(u32, u32) {}
};

}  // namespace

LabX86Machine::LabX86Machine()
    : cpu_(0, *find_model("i686"), memory_, ledger_, clock_, bus_), expected_(kLabX86Ram) {
  const auto system = lab_x86_system_pages();
  std::ranges::copy(system, expected_.begin() + kLabX86System);
  for (u32 page = 0; page < kSystemPages; ++page)
    std::copy_n(system.data() + page * kPageSize, kPageSize,
                memory_.writable({kLabX86System + page * kPageSize}, kPageSize));
  memory_.track_dirty();
}

void LabX86Machine::set_up(const LabX86State& state) {
  take_back_writes();
  set_up_frames(state);
  set_up_tables(state);
  cpu_.state = state.cpu;
  clock_.instructions = state.time;
  cpu_.entered();
  set_up_cached(state);
  memory_.track_dirty();
}

// What a page of RAM held before the instruction.
const u8* LabX86Machine::expected(u32 page) const {
  const u32 frame = page - kFirstFrame;
  return frame < kLabFrames && holds_[frame] ? picture(*holds_[frame]).data()
                                             : expected_.data() + page * kPageSize;
}

void LabX86Machine::take_back_writes() {
  for (const u32 page : memory_.dirty_pages())
    std::copy_n(expected(page), kPageSize, memory_.writable({u64{page} * kPageSize}, kPageSize));
}

void LabX86Machine::set_up_frames(const LabX86State& state) {
  const u32 reachable = reachable_frames(state);
  for (u32 frame = 0; frame < kLabFrames; ++frame) {
    if (!(reachable >> frame & 1) || holds_[frame] == state.contents[frame]) continue;
    std::ranges::copy(picture(state.contents[frame]),
                      memory_.writable({page_address(frame)}, kPageSize));
    holds_[frame] = state.contents[frame];
  }
}

bool LabX86Machine::holds(const LabX86State& state) const {
  const u32 reachable = reachable_frames(state);
  for (u32 frame = 0; frame < kLabFrames; ++frame)
    if (reachable >> frame & 1 && holds_[frame] != state.contents[frame]) return false;
  return true;
}

void LabX86Machine::put(u32 address, u32 value) {
  store_le(expected_.data() + address, value);
  memory_.write<u32>({address}, value);
}

// All pages are in the range of one page table, which lies behind the directory.
void LabX86Machine::set_up_tables(const LabX86State& state) {
  for (const u32 old : entries_) put(old, 0);
  entries_.clear();
  const u32 directory = state.cpu.cr3 & pte::kFrame, table = directory + kPageSize;
  const auto set = [&](u32 address, u32 value) {
    put(address, value), entries_.push_back(address);
  };
  set(directory, table | kTable);
  for (u32 i = 0; i < kSystemPages; ++i) {
    const u32 at = kLabX86System + i * kPageSize;
    set(table + 4 * (at >> kPageShift), at | kLeaf | pte::kRw);
  }
  for (u32 p = 0; p < kLabPages; ++p)
    if (const LabPage& page = state.pages[p]; page.mapped)
      set(table + 4 * (kFirstFrame + p), page_address(page.frame) | kLeaf | flags_of(page.rights));
}

void LabX86Machine::set_up_cached(const LabX86State& state) {
  auto& tlb = cpu_.mmu().tlb;
  tlb.drop_all();
  const u32 extra = state.cpu.cr0 & cr0::kWp ? 0 : pte::kSupervisorWrites;
  for (u32 p = 0; p < kLabPages && state.cpu.paging(); ++p)
    if (const LabPage& page = state.pages[p]; page.cached)
      tlb.insert({page_address(p)}, kLeaf | flags_of(page.rights) | extra,
                 kFirstFrame + *page.cached, memory_);
}

Step LabX86Machine::execute(const LabX86Code& code) {
  return cpu_.execute(x86::decode({code.bytes.data(), code.length}, CodeSize::kBits32));
}

LabTranslation LabX86Machine::find(u32 page) {
  constexpr u32 kAll = kLabRead | kLabWrite | kLabUser;
  if (!cpu_.state.paging()) return {true, page, kAll};
  if (const mmu::TlbEntry* entry = cpu_.mmu().tlb.find({page_address(page)}))
    return {true, static_cast<u32>(entry->frame) - kFirstFrame, rights_of(entry->flags)};
  Tables tables{memory_};
  const Walk found =
      walk(tables, cpu_.paging_context(), page_address(page), Access::kLoad, Purpose::kLook);
  if (found.fault) return {};
  return {true, found.frame - kFirstFrame, rights_of(found.flags)};
}

LabMap LabX86Machine::map() {
  LabMap map;
  for (u32 p = 0; p < kLabPages; ++p) map[p] = find(p);
  return map;
}

// Frames that the map has nowhere can be reached with paging off, by the addresses of their
// numbers.
std::vector<LabByte> LabX86Machine::written(const LabMap& map) {
  std::vector<LabByte> bytes;
  for (const u32 frame : memory_.dirty_pages()) {
    u32 address = frame << kPageShift;
    for (u32 p = 0; p < kLabPages; ++p)
      if (map[p].mapped && map[p].frame + kFirstFrame == frame) address = page_address(p);
    const u8 *was = expected(frame), *now = memory_.at({u64{frame} * kPageSize});
    constexpr u32 kRun = 64;  // bytes compared at once
    for (u32 run = 0; run < kPageSize; run += kRun) {
      if (std::equal(was + run, was + run + kRun, now + run)) continue;
      for (u32 i = run; i < run + kRun; ++i)
        if (now[i] != was[i]) bytes.push_back({address + i, now[i]});
    }
  }
  std::ranges::sort(bytes, {}, &LabByte::gva);
  return bytes;
}

u32 LabX86Machine::cached_pages() const {
  u32 pages = 0;
  for (u32 p = 0; p < kLabPages; ++p)
    if (cpu_.mmu().tlb.find({page_address(p)})) pages |= 1u << p;
  return pages;
}

}  // namespace ringside::session
