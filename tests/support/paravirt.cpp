#include "support/paravirt.hpp"

#include <fmt/format.h>

#include "catch.hpp"

namespace ringside::test {

using mmu::pte::kA, mmu::pte::kD, mmu::pte::kG, mmu::pte::kR, mmu::pte::kU, mmu::pte::kV, mmu::pte::kW, mmu::pte::kX;

PvGuest::PvGuest(u64 ram)
    : machine(test::machine({.isa = "zisa", .strategy = "paravirt", .ram = ram},
                            std::vector<u32>{word("hcall"), word("jal", {.imm = -4})})) {}

i32 PvGuest::call(u32 number, u32 a0, u32 a1, u32 a2, u32 a3) {
  auto& state = machine->cpu().state;
  state.pc = kRam;
  machine->cpu().entered();
  state.x[17] = number;
  state.x[10] = a0, state.x[11] = a1, state.x[12] = a2, state.x[13] = a3;
  // The page of the code may have to be mapped first.
  const u64 before = machine->instructions();
  for (int tries = 0; tries < 8 && machine->instructions() == before && !machine->ending(); ++tries)
    machine->step();
  return static_cast<i32>(machine->cpu().state.x[10]);
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

// The walk of everything that the hardware could walk.
class Auditor {
 public:
  explicit Auditor(const PvGuest& guest) : guest_(guest), m_(*guest.machine) {}

  std::string operator()() {
    const u32 ptbr = m_.cpu().state.control(cpu::Cr::kPtbr);
    const bool own = m_.vm().internals().guest_root.has_value();
    table(ptbr & mmu::ptbr::kFrame, mmu::shape_of(ptbr), 0, own);
    for (const auto& each : m_.cpu().mmu().tlb.entries())
      if (each.flags & kV) leaf(each.flags, each.frame, "TLB");
    return out_;
  }

 private:
  void table(u64 frame, const mmu::Shape& shape, unsigned level, bool own) {
    const auto page = m_.vm().guest_page(frame);
    if (own && (!page || !guest_.pages().is_table(*page)))
      return note(fmt::format("the hardware walks frame {:#x}, which is no table", frame));
    for (u64 i = 0; i < u64{1} << shape.bits[level]; ++i) {
      const u32 entry = m_.memory().read<u32>(Hpa{(frame << kPageShift) + 4 * i});
      if (!(entry & kV)) continue;
      if (entry & kG) note(fmt::format("global entry {:#x}", entry));
      if (mmu::pte::leaf(entry))
        leaf(entry, mmu::pte::frame(entry), "table");
      else if (level + 1 < shape.levels)
        table(mmu::pte::frame(entry), shape, level + 1, own);
    }
  }

  void leaf(u32 flags, u64 frame, const char* where) {
    const auto page = m_.vm().guest_page(frame);
    const bool tables = m_.vm().is_frame_table(frame);
    if (!page && !tables) note(fmt::format("{}: frame {:#x} is none of the guest's", where, frame));
    if (tables && flags & kW) note(fmt::format("{}: p2m or m2p is writable", where));
    if (page && flags & kW && guest_.pages().is_table(*page))
      note(fmt::format("{}: the table at {:#x} is writable", where, page->v));
  }

  void note(const std::string& text) {
    if (out_.size() < 500) out_ += text + "\n";
  }

  const PvGuest& guest_;
  const vmm::Machine& m_;
  std::string out_;
};

}  // namespace

std::string audit(const PvGuest& guest) { return Auditor(guest)(); }

}  // namespace ringside::test
