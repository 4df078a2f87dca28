#include "session/laboratory_guest.hpp"

#include <algorithm>
#include <cstring>

#include "session/laboratory_machine.hpp"
#include "strategies/hvm/hvm.hpp"

namespace ringside::session {

namespace {

constexpr u32 kGuestFrames = kLabFrames + kLabTableFrames;
constexpr Hpa kHostBase{0x80000000};
// The VMM's pages behind the guest's: two levels of nested tables and the control block.
constexpr u32 kNestedRoot = kGuestFrames, kNestedLeaf = kNestedRoot + 1, kBlock = kNestedLeaf + 1, kAll = kBlock + 1;
constexpr u32 kLeaf = mmu::pte::kV | mmu::pte::kA | mmu::pte::kD;
constexpr u32 kRights = mmu::pte::kR | mmu::pte::kW | mmu::pte::kX | mmu::pte::kU;

Hpa host_page(u32 number) {
  return kHostBase + u64{number} * kPageSize;
}

// Guest frames by number: RAM ends with the 32-bit space, page tables lie right below it.
u64 guest_page(u32 number) {
  const u64 first = u64{kLabBase} >> kPageShift;
  return number < kLabFrames ? first + number : first + number - kGuestFrames;
}

u32 number_of_page(u64 page) {
  const u64 first = u64{kLabBase} >> kPageShift;
  return static_cast<u32>(page >= first ? page - first : page + kGuestFrames - first);
}

// lab_ptbr() puts tables above 4 GiB, where nested tables do not reach.
u32 reachable(u32 ptbr) {
  return ptbr - kGuestFrames;
}

}  // namespace

GuestLaboratory::GuestLaboratory()
    : memory_(kHostBase, u64{kAll} * kPageSize), ledger_(cost::Model{}), clock_{&ledger_, true, 0},
      cpu_(0, *cpu::Variant::named("zisa-h"), memory_, ledger_, clock_, bus_) {
  entries_.reserve(2 * kGuestFrames);
}

Hpa GuestLaboratory::host_address(const LabGuest& guest, u64 gpa) const {
  return host_page(guest.host.frames[number_of_page(gpa >> kPageShift)]) + (gpa & kPageMask);
}

void GuestLaboratory::put(Hpa address, u32 entry) {
  memory_.write<u32>(address, entry);
  entries_.emplace_back(address, entry);
}

void GuestLaboratory::set_up(const LabGuest& guest) {
  for (const auto& [address, entry] : entries_) memory_.write<u32>(address, 0);
  entries_.clear();
  clock_.instructions = guest.state.time;
  set_up_frames(guest);
  set_up_guest_tables(guest);
  set_up_nested_tables(guest);
  set_up_block(guest);
}

void GuestLaboratory::set_up_frames(const LabGuest& guest) {
  for (u32 i = 0; i < kGuestFrames; ++i) {
    u8* page = memory_.writable(host_page(guest.host.frames[i]), kPageSize);
    if (i < kLabFrames)
      std::ranges::copy(lab_picture(guest.state.contents[i]), page);
    else
      std::fill_n(page, kPageSize, u8{0});
  }
}

void GuestLaboratory::set_up_guest_tables(const LabGuest& guest) {
  const LabState& state = guest.state;
  const u32 ptbr = reachable(state.cpu.control[kLabPtbr]);
  const mmu::Shape& shape = mmu::shape_of(ptbr);
  const u64 root = ptbr & mmu::ptbr::kFrame;
  const auto frame_in_entry = [&](u32 number) {
    return guest.nested ? guest_page(number) : host_page(guest.host.frames[number]).page();
  };
  const auto entry_at = [&](unsigned level, u32 gva) {
    const u64 table = shape.table_base(root + level, level);
    return host_address(guest, table) + 4 * u64{shape.index(gva, level)};
  };
  for (unsigned level = 0; level + 1 < shape.levels; ++level)
    put(entry_at(level, kLabBase), mmu::pte::make(frame_in_entry(number_of_page(root + level + 1)), mmu::pte::kV));
  for (u32 p = 0; p < kLabPages; ++p)
    if (const LabPage& page = state.pages[p]; page.mapped)
      put(entry_at(shape.levels - 1, kLabBase + p * kPageSize),
          mmu::pte::make(frame_in_entry(page.frame), kLeaf | page.rights));
}

void GuestLaboratory::set_up_nested_tables(const LabGuest& guest) {
  const mmu::Shape& shape = mmu::shape_of(mmu::ptbr::make(0, 2));
  put(host_page(kNestedRoot) + 4 * u64{shape.index(kLabBase, 0)},
      mmu::pte::make(host_page(kNestedLeaf).page(), mmu::pte::kV));
  for (u32 i = 0; i < kGuestFrames; ++i) {
    const u32 gpa = static_cast<u32>(guest_page(i) << kPageShift);
    put(host_page(kNestedLeaf) + 4 * u64{shape.index(gpa, 1)},
        mmu::pte::make(host_page(guest.host.frames[i]).page(), kLeaf | kRights));
  }
}

void GuestLaboratory::set_up_block(const LabGuest& guest) {
  using cpu::Field;
  cpu::ControlBlock block(memory_, host_page(kBlock));
  block.clear();
  cpu::ArchState state = lab_arch_state(guest.state.cpu);
  u32& ptbr = state.control(zisa::Cr::kPtbr);
  ptbr = reachable(ptbr);
  if (!guest.nested) {
    const u32 root = guest.host.frames[number_of_page(ptbr & mmu::ptbr::kFrame)];
    ptbr = mmu::ptbr::make(host_page(root).page(), mmu::shape_of(ptbr).levels);
  }
  block.store_guest(state);
  strategies::AskedExits exits;
  if (guest.exits == LabExits::kHvm) exits = strategies::exits_with_nested_paging();
  if (guest.exits == LabExits::kAll) exits = {cpu::kInstructionBits, cpu::kCrBits, cpu::kCrBits};
  block.write(Field::kInstructionExits, exits.instructions);
  block.write(Field::kCrReadExits, exits.cr_reads);
  block.write(Field::kCrWriteExits, exits.cr_writes);
  block.write(Field::kControls, cpu::control::kInterruptExits | (guest.nested ? cpu::control::kNestedPaging : 0));
  block.write(Field::kNestedPtbr, mmu::ptbr::make(host_page(kNestedRoot).page(), 2));
  block.write(Field::kHostPc, guest.host.registers[0]);
  block.write(Field::kHostSr, guest.host.registers[1]);
  block.write(Field::kHostPtbr, guest.host.registers[2]);
  cpu_.state = state;
  entered_ = !cpu_.enter_non_root(host_page(kBlock));
  cpu_.non_root.host_pending = guest.host.pending;
}

LabGuestOutcome GuestLaboratory::run(const LabGuest& guest, u32 word) {
  using End = LabGuestOutcome::End;
  set_up(guest);
  if (!entered_) return {End::kRefused, {}, {}, false};
  const u8* own = memory_.at(host_page(kNestedRoot));
  const u64 bytes = u64{kAll - kNestedRoot} * kPageSize;
  before_.assign(own, own + bytes);
  memory_.track_dirty();
  const cpu::Step step = cpu_.execute_word(word);
  LabGuestOutcome out;
  out.end = step.kind == cpu::Step::Kind::kCompleted ? End::kCompleted
            : step.kind == cpu::Step::Kind::kExited  ? End::kExited
                                                     : End::kTrapped;
  out.after = lab_registers(cpu_.state);
  if (out.end != End::kCompleted) return out;
  out.host_changed = cpu_.state.waiting || !cpu_.non_root.active || cpu_.non_root.host_pending != guest.host.pending ||
                     std::memcmp(before_.data(), memory_.at(host_page(kNestedRoot)), bytes) != 0;
  out.written = written(guest);
  return out;
}

std::vector<LabByte> GuestLaboratory::written(const LabGuest& guest) const {
  std::vector<LabByte> bytes;
  std::array<u8, kPageSize> was{};
  for (const u32 dirty : memory_.dirty_pages()) {
    const auto at = std::ranges::find(guest.host.frames, dirty);
    if (at == guest.host.frames.end()) continue;
    const u32 number = static_cast<u32>(at - guest.host.frames.begin());
    was = {};
    if (number < kLabFrames) was = lab_picture(guest.state.contents[number]);
    for (const auto& [address, entry] : entries_)
      if (address.page() == host_page(dirty).page()) std::memcpy(&was[address.offset()], &entry, 4);
    const u8* now = memory_.at(host_page(dirty));
    for (u32 i = 0; i < kPageSize; ++i)
      if (now[i] != was[i])
        bytes.push_back({static_cast<u32>(guest_page(number) << kPageShift) + i, now[i]});
  }
  std::ranges::sort(bytes, {}, &LabByte::gva);
  return bytes;
}

}  // namespace ringside::session
