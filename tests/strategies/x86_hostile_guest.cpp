#include "x86_hostile_guest.hpp"

#include "isa/x86/table.hpp"

namespace ringside::test::x86 {

using namespace ringside::x86;

namespace {
constexpr u32 kCode0 = 0x9b, kData0 = 0x93, kDpl3 = 0x60;
}

// --- descriptors and gates ---

u64 HostileGuest::random_descriptor() {
  const u32 base = dice_.pick<u32>({0, 0, 0, 0x10000, kData, 0xffff0000});
  const u32 limit = dice_.pick<u32>({0xfffff, 0xfffff, 0xff, 0, 0x4000});
  const u32 rights = roll(4) ? 0x80 | roll(4) << 5 | 0x10 | roll(16) : roll(256);
  const u32 size = dice_.pick<u32>({0xc, 0xc, 0xc, 0x4, 0x8, 0});
  const u32 high = (base >> 16 & 0xff) | rights << 8 | (limit & 0xf0000) | size << 20 | (base & 0xff000000);
  return u64{high} << 32 | (limit & 0xffff) | (base & 0xffff) << 16;
}

u64 HostileGuest::random_gate() {
  const u32 type = dice_.pick<u32>({0xe, 0xe, 0xe, 0xf, 0xf, 0xc, 6, 7, 5}), dpl = roll(3) ? 0 : 3;
  const u32 entry = roll(8) ? kHandler : somewhere(), present = roll(16) ? 0x80 : 0;
  const u32 code = roll(8) ? 0x08 : selector();
  return u64{(entry & 0xffff0000) | (present | dpl << 5 | type) << 8} << 32 | (entry & 0xffff) | (code & 0xffff) << 16;
}

void HostileGuest::make_tables() {
  put64(kGdt + 0x08, flat(kCode0)), put64(kGdt + 0x10, flat(kData0));
  put64(kGdt + 0x18, flat(kCode0 | kDpl3)), put64(kGdt + 0x20, flat(kData0 | kDpl3));
  put64(kGdt + 0x28, 0x0000'8900'0000'0068ull | u64{kTss} << 16);
  put64(kGdt + 0x30, 0x0000'8200'0000'003full | u64{kLdt} << 16);
  for (u32 at = kGdt + 0x38; at < kGdt + kLimit; at += 8) put64(at, roll(3) ? random_descriptor() : random_gate());
  for (u32 at = kLdt; at < kLdt + 0x40; at += 8) put64(at, random_descriptor());
  for (u32 vector = 0; vector < 256; ++vector)
    put64(kIdt + 8 * vector, roll(24) || vector == 13 ? u64{(kHandler & 0xffff0000) | 0x8e00} << 32 | (kHandler & 0xffff) | 0x80000
                                                      : random_gate());
  put32(kTss + 4, kKernelStack), put32(kTss + 8, 0x10), put32(kTss + 12, kKernelStack), put32(kTss + 16, 0x39);
  put32(kTss + 20, kKernelStack), put32(kTss + 24, 0x3a), put32(kTss + 0x64, 0x68u << 16);
  put32(kDirectory, kTable | 7), put32(kDirectory + 4, 0x87);
  for (u32 page = 0; page < 512; ++page) {
    const bool user = page >= 0xa && page != (kKernel >> 12) && page != (kHandler >> 12);
    put32(kTable + 4 * page, page << 12 | 3 | (user ? 4 : 0) | (roll(4) ? 0x60 : 0));
  }
  put32(kTable + 4 * ((kKernelStack >> 12) - 2), 0);  // a stack that grows for ever does not reach page tables
}

// Goes on in the next slot, whatever came.
void HostileGuest::make_handler() {
  set_eax(0x10), emit({0x8e, 0xd8, 0x8e, 0xc0});             // DS, ES
  emit({0xbc}), emit32(kKernelStack - 0x400);                // ESP
  emit({0xb0, 0x20, 0xe6, 0x20});                            // end of interrupt
  emit({0xff, 0x05}), emit32(kData), emit({0x8b, 0x1d}), emit32(kData);
  emit({0x6b, 0xdb, 0x0d, 0x83, 0xe3, kSlots - 1, 0xc1, 0xe3, 0x06, 0x81, 0xc3}), emit32(kKernel), emit({0xff, 0xe3});
  place(kHandler);
  // The beginning: tables, the task, a timer.
  emit({0x0f, 0x01, 0x15}), emit32(kStart + 0x800), emit({0x0f, 0x01, 0x1d}), emit32(kStart + 0x808);
  set_eax(0x28), emit({0x0f, 0x00, 0xd8}), set_eax(0x30), emit({0x0f, 0x00, 0xd0});
  for (const auto& [port, value] : std::initializer_list<std::pair<u32, u32>>{
           {0x20, 0x11}, {0x21, 0x20}, {0x21, 4}, {0x21, 1}, {0x21, 0xfe}, {0x43, 0x34}, {0x40, 60 + roll(200)}, {0x40, 0}})
    emit({0xb0, value, 0xe6, port});
  if (how_.paging) set_eax(kDirectory), emit({0x0f, 0x22, 0xd8}), set_eax(0x80000011u | (roll(2) << 16)), emit({0x0f, 0x22, 0xc0});
  emit({0xe9}), emit32(kKernel - (kStart + static_cast<u32>(code_.size()) + 4));
  place(kStart);
  put32(kStart + 0x800, kLimit | kGdt << 16), put32(kStart + 0x804, kGdt >> 16);
  put32(kStart + 0x808, 0x7ff | kIdt << 16), put32(kStart + 0x80c, kIdt >> 16);
}

// --- code ---

void HostileGuest::make_slot(u32 at, bool user) {
  const std::size_t enough = kSlotBytes - 30;
  while (code_.size() < enough && roll(6)) one_thing(user);
  while (code_.size() < kSlotBytes) emit({0x90});
  code_.resize(kSlotBytes);
  place(at);
}

void HostileGuest::one_thing(bool user) {
  switch (roll(user ? 12 : 16)) {
    case 0: case 1: return load_segment();
    case 2: case 3: return look_at_system();
    case 4: return push(flags()), emit({roll(4) ? 0x9du : 0x66u}), emit({0x90});
    case 5: return emit({0x9c, 0x58, 0xa3}), emit32(data());                             // what PUSHF says
    case 6: return emit({0xcd, dice_.pick<u32>({0x80, 0x20, 3, 4, 13, roll(256)})});
    case 7: return go_far();
    case 8: case 9: return access_memory();
    case 10: return use_port();
    case 11: return emit({dice_.pick<u32>({0xfa, 0xfb, 0xcc, 0xce, 0x27, 0x40 + roll(16)})});
    case 12: return return_somewhere();
    case 13: return change_table();
    case 14: return how_.paging ? change_pages() : change_control();
    default: return change_control();
  }
}

void HostileGuest::load_segment() {
  const u32 which = dice_.pick<u32>({0, 2, 3, 4, 5, 3, 0});  // ES, SS, DS, FS, GS
  if (roll(2)) return set_eax(selector()), emit({0x8e, 0xc0 | which << 3});
  push(selector());
  if (which >= 4) return emit({0x0f, which == 4 ? 0xa1u : 0xa9u});
  emit({which << 3 | 7});
}

// SLDT, STR, VERR, VERW; SGDT, SIDT, SMSW; LAR, LSL; selectors.
void HostileGuest::look_at_system() {
  switch (roll(5)) {
    case 0: return set_eax(selector()), emit({0x0f, 0x00, 0xc0 | dice_.pick<u32>({0, 1, 4, 5}) << 3});
    case 1: return emit({0x0f, 0x01, 0x05 | dice_.pick<u32>({0, 1, 4}) << 3}), emit32(data());
    case 2: return set_eax(selector()), emit({0x0f, 0x02 + roll(2), 0xc8});
    case 3: return emit({0x8c, 0xc0 | roll(6) << 3});
    default: return emit({dice_.pick<u32>({0x06, 0x0e, 0x16, 0x1e})}), emit({0x58});
  }
}

void HostileGuest::go_far() {
  const u32 ring = roll(4);
  emit({roll(2) ? 0xeau : 0x9au}), emit32(somewhere_of(ring)), emit({selector(), 0});
}

// By IRET or RET far, with a frame of whatever ring.
void HostileGuest::return_somewhere() {
  const u32 ring = dice_.pick<u32>({0, 0, 3, 3, 3, 1, 2});
  const u32 code = roll(6) ? (ring == 3 ? 0x1b : ring == 0 ? 0x08 : 0x08 | ring) : selector();
  if (ring != 0) push(roll(8) ? (ring == 3 ? 0x23 : 0x10 | ring) : selector()), push(roll(8) ? kUserStack : data());
  if (roll(6)) return push(flags()), push(code), push(somewhere_of(ring)), emit({0xcf});
  push(code), push(somewhere_of(ring)), emit({0xcb});
}

// A descriptor, a gate, a stack of the TSS; or another place for the table.
void HostileGuest::change_table() {
  const u32 table = roll(8);
  if (table == 0) return emit({0x0f, 0x01, roll(2) ? 0x15u : 0x1du}), emit32(kStart + 0x800 + 8 * roll(2));
  if (table == 1) return set_eax(selector()), emit({0x0f, 0x00, roll(2) ? 0xd0u : 0xd8u});
  const u64 value = table < 5 ? random_descriptor() : random_gate();
  const u32 at = table < 4 ? kGdt + 0x38 + 8 * roll(25) : table == 4 ? kLdt + 8 * roll(8) : kIdt + 8 * roll(256);
  emit({0xc7, 0x05}), emit32(at), emit32(static_cast<u32>(value));
  emit({0xc7, 0x05}), emit32(at + 4), emit32(static_cast<u32>(value >> 32));
}

// The kernel's own pages stay the kernel's, no page leads to page tables, and nothing comes between the change and its
// invalidation.
void HostileGuest::change_pages() {
  const u32 page = roll(0x200);
  u32 frame = roll(0x1ff), rights = roll(8) ? 1 : 0;
  while (frame >= kDirectory >> 12 && frame < 8) frame = roll(0x1ff);
  rights |= roll(4) ? 2 : 0;
  const bool essential = page < 0xa || (page >= kKernel >> 12 && page <= kStart >> 12) || page == kData >> 12;
  if (essential && roll(4)) frame = page, rights = 3;
  if (!essential && frame >= 0xa && roll(2)) rights |= 4;
  if (how_.beyond_reason && roll(4) == 0) frame = dice_.word() >> 12, rights = roll(0x1000);
  if (page >= kDirectory >> 12 && page < 8 && !how_.beyond_reason) return emit({0x0f, 0x20, 0xd8, 0x0f, 0x22, 0xd8});
  push(2), emit({0x9d, 0xc7, 0x05}), emit32(kTable + 4 * page), emit32(frame << 12 | rights);
  if (roll(2)) return emit({0x0f, 0x20, 0xd8, 0x0f, 0x22, 0xd8});
  emit({0x0f, 0x01, 0x3d}), emit32(page << 12);
}

void HostileGuest::change_control() {
  if (how_.beyond_reason && roll(8) == 0) return set_eax(dice_.word()), emit({0x0f, 0x22, 0xc0 | roll(5) << 3});
  switch (roll(9)) {
    case 0: return emit({0x0f, 0x20, 0xc0 | dice_.pick<u32>({0, 2, 3, 4}) << 3}), emit({0xa3}), emit32(data());
    case 1: return set_eax((how_.paging ? 0x80000011u : 0x11u) | roll(2) << 16 | roll(2) << 3 | roll(2) << 18), emit({0x0f, 0x22, 0xc0});
    case 2: return set_eax(roll(2) << 4 | roll(2) << 2 | roll(2) << 7), emit({0x0f, 0x22, 0xe0});
    case 3: return emit({0x0f, 0x06});
    case 4: return set_eax(dice_.pick<u32>({0x400, 0x401, 0x2400, 0x00030401})), emit({0x0f, 0x23, 0xf8});
    case 5: return set_eax(data()), emit({0x0f, 0x23, 0xc0});
    case 6: return set_eax(roll(2) ? 0x08 : 0), emit({0x31, 0xd2, 0xb9}), emit32(0x174 + roll(4)), emit({0x0f, 0x30});
    case 7: return emit({0x0f, roll(2) ? 0x34u : 0x35u});
    default: return emit({0xfb, 0xf4});
  }
}

// Data, code of a slot, the tables by string instructions; FS and GS too.
void HostileGuest::access_memory() {
  switch (roll(6)) {
    case 0: return emit({0xc7, 0x05}), emit32(roll(8) ? data() : somewhere() + roll(kSlotBytes)), emit32(dice_.word());
    case 1: return emit({roll(2) ? 0x64u : 0x65u, 0xa1}), emit32(data());
    case 2: return emit({0xbf}), emit32(roll(3) ? data() : kGdt + 0x38), emit({0xbe}), emit32(data()), emit({0xb9}), emit32(roll(24)), emit({0xf3, 0xa5});
    case 3: return emit({0xa1}), emit32(roll(4) ? data() : dice_.word());
    case 4: return emit({0x01, 0x05}), emit32(data());
    default: return emit({0x66, 0xff, 0x05}), emit32(roll(4) ? data() : kTss + 4 * roll(4));
  }
}

void HostileGuest::use_port() {
  const u32 port = dice_.pick<u32>({0x20, 0x21, 0x40, 0x61, 0x71, 0x3f8, 0x80});
  if (port < 0x100 && roll(2)) return emit({0xe4 + roll(2), port});
  emit({0xba}), emit32(port == 0x21 ? 0x80 : port), emit({dice_.pick<u32>({0xec, 0xed, 0xee})});
}

State HostileGuest::first_state() const {
  constexpr u32 kFlat = rights::kS | rights::kPresent | rights::kBig | rights::kGranular | rights::kAccessed;
  State state;
  state.seg.fill({0x10, 0, ~u32{0}, kFlat | rights::kWritable});
  state.segment(Seg::kCs) = {0x08, 0, ~u32{0}, kFlat | rights::kCode | rights::kReadable};
  state.cr0 |= cr0::kPe;
  state.eip = kStart;
  state.r[kEsp] = kKernelStack;
  return state;
}

std::unique_ptr<Machine> hostile_machine(const Hostility& how, std::unique_ptr<Strategy> strategy, bool cured) {
  const HostileGuest guest(how);
  GuestConfig config;
  config.ram_bytes = config.platform.ram_bytes = HostileGuest::kRam;
  config.platform.frequency_khz = 4000;
  if (cured)
    for (unsigned row = 0; row < kRowCount; ++row) config.cured[row] = is_hole(kRows[row]);
  auto machine = std::make_unique<Machine>(MachineConfig{default_model(), *cost::preset("textbook"), {config}, true},
                                           std::move(strategy));
  machine->vm().copy_in({0}, guest.ram());
  machine->start_from(guest.first_state());
  return machine;
}

}  // namespace ringside::test::x86
