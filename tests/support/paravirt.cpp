#include "support/paravirt.hpp"

#include "catch.hpp"
#include "support/paravirt_audit.hpp"

namespace ringside::test {

using mmu::pte::kA, mmu::pte::kD, mmu::pte::kG, mmu::pte::kR, mmu::pte::kU, mmu::pte::kV, mmu::pte::kW, mmu::pte::kX;
using strategies::pv::TablePlace;

namespace {

constexpr u32 kLoad = kRam + 8, kStore = kRam + 12;

std::vector<u32> code() {
  return {word("hcall"), word("jal", {.imm = -4}), word("lw", {.rd = 5, .rs1 = 6}),
          word("sw", {.rs1 = 6, .rs2 = 7})};
}

Setup setup_of(u64 ram) {
  Setup setup;
  setup.isa = "zisa";
  setup.strategy = "paravirt";
  setup.ram = ram;
  // Both would be writable mappings, were they ever to land in a table.
  setup.drive.assign(16 * 512, 0xd7);
  setup.input.assign(4096, '\xd7');
  return setup;
}

}  // namespace

PvGuest::PvGuest(u64 ram)
    : machine(test::machine(setup_of(ram), code())), auditor(std::make_unique<session::Auditor>(*machine)) {}

void PvGuest::write_code() {
  static const std::vector<u32> words = code();
  if (pages().is_table({kRam})) return;
  for (u32 i = 0; i < words.size(); ++i) set(kRam + 4 * i, words[i]);
}

// The page of the code may have to be mapped first.
void PvGuest::step_from(u32 pc) {
  machine->cpu().state.pc = pc;
  machine->cpu().entered();
  const u64 before = machine->instructions();
  for (int tries = 0; tries < 8 && machine->instructions() == before && !machine->ending(); ++tries)
    machine->step();
}

i32 PvGuest::call(u32 number, u32 a0, u32 a1, u32 a2, u32 a3) {
  auto& x = machine->cpu().state.x;
  x[17] = number;
  x[10] = a0, x[11] = a1, x[12] = a2, x[13] = a3;
  step_from(kRam);
  return static_cast<i32>(x[10]);
}

void PvGuest::touch(u32 gva, bool store, u32 value) {
  machine->cpu().state.x[6] = gva;
  machine->cpu().state.x[7] = value;
  step_from(store ? kStore : kLoad);
}

const strategies::pv::PageTypes& PvGuest::pages() const {
  return dynamic_cast<const strategies::Paravirt&>(machine->strategy()).pages();
}

u32 PvGuest::entry(u32 gpa, u32 flags) {
  return mmu::pte::make(vm().host_frame({gpa}), flags);
}

void PvGuest::build_space(u32 at) {
  const u32 table = at + 2 * kPageSize;
  for (u32 offset = 0; offset < 3 * kPageSize; offset += 4) set(at + offset, 0);
  set(at + 4 * (kRam >> 22), entry(table, kV));
  for (u32 i = 0; i < 64; ++i) {
    const u32 page = kRam + i * kPageSize;
    const bool writable = page < at || page > table;
    set(table + 4 * i, entry(page, kV | kR | kX | kU | kA | kD | (writable ? kW : 0)));
  }
}

namespace {

// What the audit has to know of an entry, said anew.
struct ZisaTables {
  static bool present(u32 entry) { return entry & kV; }
  static bool is_leaf(u32 entry, TablePlace) { return mmu::pte::leaf(entry); }
  static u64 frame(u32 entry) { return mmu::pte::frame(entry); }
  static bool writes(u32 flags) { return flags & kW; }
  static bool global(u32 flags) { return flags & kG; }
  static u64 table_bytes(TablePlace place) { return mmu::kShapes[place.levels].table_bytes(place.level); }
  static u64 root_frame(u32 ptbr) { return ptbr & mmu::ptbr::kFrame; }
  static TablePlace root_place(u32 ptbr) { return {static_cast<u8>(mmu::shape_of(ptbr).levels), 0}; }
};

}  // namespace

std::string audit(const PvGuest& guest) {
  if (const auto& breach = guest.auditor->breach()) return breach->what;
  return PvAudit<ZisaTables, vmm::Machine, strategies::pv::PageTypes>(*guest.machine, guest.pages())();
}

}  // namespace ringside::test
