#include "support/paravirt.hpp"

#include <fmt/format.h>

#include "catch.hpp"

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

// The shared page, the ring, and a page for each request under way: writable without an entry that says so.
constexpr u32 kMostHeld = 2 + 32;

// Every table that there is, whether the hardware walks it now or could after a switch, and the TLB.
class Audit {
 public:
  explicit Audit(const PvGuest& guest)
      : m_(*guest.machine), pages_(guest.pages()), writers_(frames()), parents_(frames()) {}

  std::string operator()() {
    if (const auto root = m_.vm().internals().guest_root) walks(*root);
    for (u64 i = 0; i < frames(); ++i)
      if (const auto place = pages_.table(page(i))) table(page(i), *place);
    for (u64 i = 0; i < frames(); ++i) count(i);
    if (held_ > kMostHeld) note(fmt::format("{} pages are writable for no reason", held_));
    for (const auto& each : m_.cpu().mmu().tlb.entries())
      if (each.flags & kV) leaf(each.flags, each.frame, "TLB");
    return out_;
  }

 private:
  u64 frames() const { return m_.vm().ram_bytes() >> kPageShift; }
  static Gpa page(u64 number) { return {kRam + (number << kPageShift)}; }
  static u64 number(Gpa page) { return (page.v - kRam) >> kPageShift; }

  void walks(u32 ptbr) {
    const auto root = m_.vm().guest_page(ptbr & mmu::ptbr::kFrame);
    const TablePlace wanted{static_cast<u8>(mmu::shape_of(ptbr).levels), 0};
    if (!root || pages_.table(*root) != wanted) note(fmt::format("the hardware walks from {:#x}, no root", ptbr));
  }

  void table(Gpa at, TablePlace place) {
    const u64 bytes = mmu::kShapes[place.levels].table_bytes(place.level);
    for (u64 offset = 0; offset < bytes; offset += 4) {
      const u32 entry = m_.memory().read<u32>(m_.vm().host_of(at + offset));
      if (!(entry & kV)) continue;
      if (mmu::pte::leaf(entry) != place.last()) note(fmt::format("entry {:#x} is at the wrong level", entry));
      if (place.last())
        leaf(entry, mmu::pte::frame(entry), "table");
      else
        pointer(mmu::pte::frame(entry), place.below());
    }
  }

  void pointer(u64 frame, TablePlace place) {
    const auto page = m_.vm().guest_page(frame);
    if (!page || pages_.table(*page) != place) return note(fmt::format("frame {:#x} is no table", frame));
    ++parents_[number(*page)];
  }

  void leaf(u32 flags, u64 frame, std::string_view where) {
    const auto page = m_.vm().guest_page(frame);
    const bool tables = m_.vm().is_frame_table(frame);
    if (flags & kG) note(fmt::format("{}: frame {:#x} is global", where, frame));
    if (!page && !tables) note(fmt::format("{}: frame {:#x} is none of the guest's", where, frame));
    if (tables && flags & kW) note(fmt::format("{}: p2m or m2p is writable", where));
    if (page && flags & kW && pages_.is_table(*page))
      note(fmt::format("{}: the table at {:#x} is writable", where, page->v));
    if (page && flags & kW && where == "table") ++writers_[number(*page)];
  }

  // A table may be pinned beside the entries that lead to it.
  void count(u64 i) {
    const u32 uses = pages_.uses(page(i));
    if (pages_.is_table(page(i))) {
      if (uses < parents_[i] || uses == 0) note(fmt::format("the table at {:#x} counts too few uses", page(i).v));
      return;
    }
    if (uses < writers_[i]) note(fmt::format("the page at {:#x} counts too few uses", page(i).v));
    held_ += uses - writers_[i];
  }

  void note(const std::string& text) {
    if (out_.size() < 500) out_ += text + "\n";
  }

  const vmm::Machine& m_;
  const strategies::pv::PageTypes& pages_;
  std::vector<u32> writers_, parents_;
  u32 held_ = 0;
  std::string out_;
};

}  // namespace

std::string audit(const PvGuest& guest) {
  if (const auto& breach = guest.auditor->breach()) return breach->what;
  return Audit(guest)();
}

}  // namespace ringside::test
