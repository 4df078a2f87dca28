#include "session/laboratory_machine.hpp"

#include <algorithm>

#include "base/bits.hpp"
#include "cpu/hardware.hpp"

namespace ringside::session {

namespace {

constexpr u32 kRights = kLabRead | kLabWrite | kLabExecute | kLabUser;
constexpr u32 kLeafFlags = mmu::pte::kV | mmu::pte::kA | mmu::pte::kD;
using Picture = std::array<u8, kPageSize>;

constexpr u64 kFirstFrame = kLabBase >> kPageShift;

Hpa address_of(u32 frame) {
  return {u64{kLabBase} + u64{frame} * kPageSize};
}

u32 page_address(u32 page) {
  return kLabBase + page * kPageSize;
}

}  // namespace

const Picture& lab_picture(u32 number) {
  static const auto all = [] {
    std::array<Picture, kLabFrames> made;
    u64 hash = 0;
    for (Picture& picture : made)
      for (u8& byte : picture) byte = static_cast<u8>((hash = hash_mix(hash, 1)) >> 32);
    return made;
  }();
  return all[number];
}

cpu::ArchState lab_arch_state(const LabCpu& cpu) {
  cpu::ArchState state;
  std::copy(cpu.x.begin(), cpu.x.end(), state.x.begin());
  state.pc = cpu.pc;
  state.sr = cpu.sr;
  state.cr = cpu.control;
  state.reserved = cpu.reserved;
  state.reservation = cpu.reservation;
  state.waiting = cpu.halted;
  return state;
}

u32 lab_ptbr(u32 frame, u32 levels) {
  return mmu::ptbr::make(kFirstFrame + kLabFrames + frame, levels);
}

void LabMachine::set_up(const LabState& state) {
  set_up_frames(state);
  set_up_tables(state);
  cpu_.state = lab_arch_state(state.cpu);
  clock_.instructions = state.time;
  cpu_.entered();
  auto& tlb = cpu_.mmu().tlb;
  tlb.drop_all();
  for (u32 p = 0; p < kLabPages && state.cpu.paging(); ++p)
    if (const LabPage& page = state.pages[p]; page.cached)
      tlb.insert({page_address(p)}, kLeafFlags | page.rights, kFirstFrame + *page.cached, memory_);
  memory_.track_dirty();
}

void LabMachine::set_up_frames(const LabState& state) {
  for (u32 frame = 0; frame < kLabFrames; ++frame) {
    if (holds_[frame] == state.contents[frame]) continue;
    const Picture& picture = lab_picture(state.contents[frame]);
    std::copy(picture.begin(), picture.end(), memory_.writable(address_of(frame), kPageSize));
    holds_[frame] = state.contents[frame];
  }
}

// One table per level is enough: the pages differ in the lowest index only.
void LabMachine::set_up_tables(const LabState& state) {
  const auto put = [&](u64 address, u32 entry) {
    memory_.write<u32>({address}, entry);
    entries_.push_back({address});
  };
  for (const Hpa old : entries_) memory_.write<u32>(old, 0);
  entries_.clear();
  const u32 ptbr = state.cpu.control[kLabPtbr];
  const mmu::Shape& shape = mmu::shape_of(ptbr);
  const u64 root = ptbr & mmu::ptbr::kFrame;
  for (unsigned level = 0; level + 1 < shape.levels; ++level)
    put(shape.table_base(root + level, level) + 4 * u64{shape.index(kLabBase, level)},
        mmu::pte::make(root + level + 1, mmu::pte::kV));
  const unsigned last = shape.levels - 1;
  for (u32 p = 0; p < kLabPages; ++p)
    if (const LabPage& page = state.pages[p]; page.mapped)
      put(shape.table_base(root + last, last) + 4 * u64{shape.index(page_address(p), last)},
          mmu::pte::make(kFirstFrame + page.frame, kLeafFlags | page.rights));
}

std::optional<cpu::Trap> LabMachine::execute(u32 word) {
  cpu::Hardware hardware(cpu_);
  cpu::View<cpu::Hardware> view(cpu_.state, hardware);
  return view.execute(zisa::decode(word), variant);
}

LabCpu LabMachine::registers() const { return lab_registers(cpu_.state); }

// An address without a reservation means nothing.
LabCpu lab_registers(const cpu::ArchState& state) {
  LabCpu cpu;
  std::copy_n(state.x.begin(), kLabRegisters, cpu.x.begin());
  cpu.pc = state.pc;
  cpu.sr = state.sr;
  cpu.control = state.cr;
  cpu.reserved = state.reserved;
  cpu.reservation = state.reserved ? state.reservation : 0;
  cpu.halted = state.waiting;
  return cpu;
}

LabTranslation LabMachine::find(u32 page) {
  const Gva gva{page_address(page)};
  const auto found_in = [](u64 frame, u32 flags) {
    return LabTranslation{true, static_cast<u32>(frame - kFirstFrame), flags & kRights};
  };
  if (!cpu_.state.paging()) return {true, page, kRights};
  if (const mmu::TlbEntry* entry = cpu_.mmu().tlb.find(gva))
    return found_in(entry->frame, entry->flags);
  mmu::HostTables tables(memory_);
  const auto walk = mmu::walk(tables, cpu_.state.control(zisa::Cr::kPtbr), gva, true, Access::kLoad,
                              mmu::Purpose::kLook);
  return walk.fault == mmu::Fault::kNone ? found_in(walk.frame, walk.flags) : LabTranslation{};
}

LabMap LabMachine::map() {
  LabMap map;
  for (u32 p = 0; p < kLabPages; ++p) map[p] = find(p);
  return map;
}

// Frames that the map has nowhere can be reached with paging off, by the addresses of their
// numbers.
std::vector<LabByte> LabMachine::written(const LabState& state, const LabMap& map) {
  std::vector<LabByte> bytes;
  for (const u32 frame : memory_.dirty_pages()) {
    if (frame >= kLabFrames) continue;
    holds_[frame].reset();
    u32 page = frame;
    for (u32 p = 0; p < kLabPages; ++p)
      if (map[p].mapped && map[p].frame == frame) page = p;
    const Picture& picture = lab_picture(state.contents[frame]);
    const u8* now = memory_.at(address_of(frame));
    for (u32 i = 0; i < kPageSize; ++i)
      if (now[i] != picture[i]) bytes.push_back({page_address(page) + i, now[i]});
  }
  std::sort(bytes.begin(), bytes.end(), [](auto& a, auto& b) { return a.gva < b.gva; });
  return bytes;
}

u32 LabMachine::cached_pages() const {
  u32 pages = 0;
  for (u32 p = 0; p < kLabPages; ++p)
    if (cpu_.mmu().tlb.find({page_address(p)})) pages |= 1u << p;
  return pages;
}

}  // namespace ringside::session
