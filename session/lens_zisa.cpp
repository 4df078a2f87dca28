#include "session/lens_zisa.hpp"

#include <fmt/format.h>

#include "base/bits.hpp"
#include "isa/zisa/decode.hpp"
#include "isa/zisa/syntax.hpp"

namespace ringside::session {

using vmm::Cr;
using Kind = RegisterId::Kind;

namespace {

u32 word_of(const Code& code) {
  return load_le<u32>(code.bytes.data());
}

unsigned row_of(const Code& code) {
  return code.count == 0 ? zisa::kIllegalRow : zisa::decode_row(word_of(code));
}

Cr control_of(RegisterId which) {
  return static_cast<Cr>(which.number);
}

// As in a listing, but holes are those of this machine.
std::string mark_of(unsigned row, bool hole) {
  std::string mark = zisa::sensitivity_mark(row);
  std::erase(mark, '!');
  return hole ? mark + '!' : mark;
}

}  // namespace

// --- code ---

Code ZisaLens::fetch(u32 address) const {
  Code code{address & ~3u};
  vmm::ArchState there = belief();
  there.pc = code.address;
  if (const auto word = vm().peek_instruction(there)) {
    store_le(code.bytes.data(), *word);
    code.count = sizeof *word;
  }
  return code;
}

std::string ZisaLens::text(const Code& code) const {
  return code.count == 0 ? "?" : zisa::disassemble(word_of(code), code.address);
}

CodeLine ZisaLens::line(const Code& code, const SymbolOf&) const {
  CodeLine line;
  line.address = code.address, line.length = sizeof(u32);
  line.bytes.assign(code.span().begin(), code.span().end());
  if (code.count != 0) line.word = word_of(code);
  line.code = line.word ? fmt::format("{:08x}", *line.word) : "--------";
  line.text = line.word ? text(code) : "(no memory is mapped here)";
  const unsigned row = row_of(code);
  line.sensitive = cpu::is_sensitive(row);
  line.hole = line.sensitive && !machine().cpu().variant().traps_in_user(row, 0);
  line.hole_in = "U mode";
  line.mark = mark_of(row, line.hole);
  return line;
}

bool ZisaLens::stores(const Code& code) const {
  const unsigned row = row_of(code);
  if (row == zisa::kIllegalRow) return false;
  return zisa::kRows[row].kind == zisa::Kind::kStore ||
         zisa::kRows[row].kind == zisa::Kind::kAtomic;
}

bool ZisaLens::writes(const Code& code, RegisterId which) const {
  if (code.count == 0) return false;
  const zisa::Decoded decoded = zisa::decode(word_of(code));
  switch (which.kind) {
    case Kind::kGeneral:
      return decoded.operands.rd == which.number;
    case Kind::kStatus:
      return decoded.row == zisa::row_of("write_sr") || decoded.row == zisa::row_of("tret");
    case Kind::kSystem:
      return decoded.row == zisa::row_of("write_cr") &&
             decoded.operands.imm == static_cast<i32>(which.number);
  }
  return false;
}

// --- registers ---

Registers ZisaLens::registers() const {
  const vmm::ArchState guest = belief(), bare = bare_metal();
  Registers r;
  r.pc = guest.pc;
  for (u32 i = 0; i < 32; ++i)
    r.general.push_back({std::string(zisa::register_name(i)), guest.x[i]});
  r.deprivileged = deprivileged();
  // The user flags count as registers: the ideal record holds no value of its own for them.
  const u32 flags = guest.sr & zisa::sr::kFlags;
  r.privileged.push_back({"sr", guest.sr, truth().sr, (bare.sr & ~zisa::sr::kFlags) | flags});
  for (u32 i = 0; i < zisa::kCrCount; ++i)
    r.privileged.push_back(
        {std::string(zisa::kCrNames[i]), guest.cr[i], truth().cr[i], bare.cr[i]});
  // Lines are levels of the outside world, which nobody can be wrong about.
  auto& pending = r.privileged[1 + static_cast<u32>(Cr::kIpend)];
  pending.bare_metal = pending.belief;
  r.believed_status = words({Kind::kStatus}, guest.sr),
  r.real_status = words({Kind::kStatus}, truth().sr);
  return r;
}

std::vector<std::string> ZisaLens::register_names() const {
  std::vector<std::string> names{"sr"};
  for (u32 i = 0; i < 32; ++i) names.emplace_back(zisa::register_name(i));
  names.insert(names.end(), zisa::kCrNames.begin(), zisa::kCrNames.end());
  return names;
}

std::optional<RegisterId> ZisaLens::find(std::string_view name) const {
  if (name == "sr") return RegisterId{Kind::kStatus};
  if (const auto number = zisa::register_number(name)) return RegisterId{Kind::kGeneral, *number};
  const auto cr = std::ranges::find(zisa::kCrNames, name);
  if (cr == zisa::kCrNames.end()) return std::nullopt;
  return RegisterId{Kind::kSystem, static_cast<u32>(cr - zisa::kCrNames.begin())};
}

u32 ZisaLens::value(RegisterId which) const {
  const vmm::ArchState guest = belief();
  switch (which.kind) {
    case Kind::kGeneral:
      return guest.x[which.number];
    case Kind::kStatus:
      return guest.sr;
    case Kind::kSystem:
      return guest.control(control_of(which));
  }
  return 0;
}

std::string ZisaLens::words(RegisterId which, u32 value) const {
  if (which.kind != Kind::kStatus) return "";
  using namespace zisa::sr;
  const auto bit = [&](u32 mask) { return (value & mask) != 0 ? 1 : 0; };
  const auto mode = [&](u32 mask) { return (value & mask) != 0 ? "1 (S)" : "0 (U)"; };
  return fmt::format("MODE={} IE={} PMODE={} PIE={} PG={} TSD={} F={:x}", mode(kMode), bit(kIe),
                     mode(kPmode), bit(kPie), bit(kPg), bit(kTsd), (value & kFlags) >> 8);
}

std::string_view ZisaLens::outside_writer(RegisterId which) const {
  const bool lines = which.kind == Kind::kSystem && control_of(which) == Cr::kIpend;
  return lines ? "an interrupt line changed" : "";
}

// --- traps ---

bool ZisaLens::is_interrupt(const vmm::Event& event) const {
  return zisa::is_interrupt(static_cast<vmm::Cause>(event.a));
}

bool ZisaLens::trap_writes(const vmm::Event&, RegisterId which) const {
  if (which.kind == Kind::kStatus) return true;
  if (which.kind != Kind::kSystem) return false;
  const Cr cr = control_of(which);
  return cr == Cr::kEpc || cr == Cr::kCause || cr == Cr::kTval;
}

// --- paging ---

namespace {

std::string flags_text(u32 entry) {
  static constexpr std::string_view kLetters = "VRWXUGAD";
  std::string text;
  for (unsigned i = 0; i < kLetters.size(); ++i) text += (entry >> i & 1) != 0 ? kLetters[i] : '-';
  return text;
}

std::string rights_text(u32 flags) {
  const auto mode = [&](bool supervisor) {
    const u32 rights = mmu::rights(flags, supervisor);
    return fmt::format("{}{}{}", rights & 1 ? 'r' : '-', rights & 2 ? 'w' : '-',
                       rights & 4 ? 'x' : '-');
  };
  return fmt::format("S may {}, U may {}", mode(true), mode(false));
}

std::string fault_text(const TableWalk& view, mmu::Fault fault) {
  if (fault == mmu::Fault::kAccess) return "access fault: the table does not lie in RAM";
  return view.references.back().entry & mmu::pte::kV
             ? "page fault: the last entry is no leaf, has W without R, or is no aligned superpage"
             : "page fault: the last entry is not valid";
}

TableWalk table_walk(std::string tables, u32 ptbr, Gva gva, const mmu::Walk& walk) {
  const mmu::Shape& shape = mmu::shape_of(ptbr);
  TableWalk view{std::move(tables), "PTBR", ptbr, shape.levels, {}, "", std::nullopt};
  for (unsigned i = 0; i < walk.references; ++i)
    view.references.push_back({i, shape.index(gva.v, i), walk.steps[i].address, walk.steps[i].entry,
                               mmu::pte::frame(walk.steps[i].entry),
                               flags_text(walk.steps[i].entry)});
  if (walk.fault != mmu::Fault::kNone) {
    view.outcome = fault_text(view, walk.fault);
  } else {
    view.address = (walk.frame << kPageShift) + gva.offset();
    view.outcome = rights_text(walk.flags);
  }
  return view;
}

// The hardware's tables, looked at.
struct LookTables {
  const mmu::Memory& memory;
  std::optional<u32> read_entry(u64 address) const {
    return memory.contains({address}, 4) ? std::optional(memory.read<u32>({address}))
                                         : std::nullopt;
  }
  void write_entry(u64, u32) const {}
};

}  // namespace

// Both dimensions of a walk in the order in which the hardware goes: the references of each nested
// walk stand before the reference to a guest table that needed them.
TableWalk ZisaLens::nested_walk(Gva address) const {
  std::vector<mmu::NestedStep> trail;
  const mmu::NestedWalk found = vm().look_nested(address, trail);
  const u32 root = vm().nested_ptbr();
  const mmu::Shape &guest = mmu::shape_of(belief().control(Cr::kPtbr)),
                   &nested = mmu::shape_of(root);
  TableWalk both{"both dimensions, in the order of the hardware",
                 "PTBR",
                 root,
                 nested.levels,
                 {},
                 "",
                 std::nullopt};
  const auto index = [&](const mmu::NestedStep& step) {
    const mmu::Shape& shape = step.nested ? nested : guest;
    return static_cast<u32>(step.address % shape.table_bytes(step.level)) / 4;
  };
  for (const auto& step : trail)
    both.references.push_back({step.level, index(step), step.address, step.entry,
                               mmu::pte::frame(step.entry),
                               (step.nested ? "nested " : "guest  ") + flags_text(step.entry)});
  if (found.miss)
    both.outcome = fmt::format("nested fault at guest-physical {:#x}: the VMM has not mapped it",
                               found.miss->gpa);
  else if (found.guest.fault != mmu::Fault::kNone)
    both.outcome = "a fault of the guest's own";
  else
    both.address = (found.frame << kPageShift) + address.offset(),
    both.outcome = fmt::format("{} references; {}", trail.size(), rights_text(found.flags));
  return both;
}

// Of tables that the hardware walks itself.
TableWalk ZisaLens::host_walk(std::string tables, u32 ptbr, Gva address) const {
  LookTables in_memory{machine().memory()};
  return table_walk(std::move(tables), ptbr, address,
                    mmu::walk(in_memory, ptbr, address, false, Access::kLoad, mmu::Purpose::kLook));
}

TableWalk ZisaLens::guest_walk(const vmm::ArchState& guest, Gva address) const {
  const u32 ptbr = guest.control(Cr::kPtbr);
  if (vm().internals().paravirtual) return host_walk("the guest's tables, host-physical", ptbr, address);
  return table_walk(virtualized() ? "the guest's tables, guest-physical" : "the guest's tables", ptbr, address,
                    vm().look_guest(guest, address));
}

std::vector<TableWalk> ZisaLens::walks(Gva address) const {
  std::vector<TableWalk> all;
  const vmm::VmState& state = vm().internals();
  const vmm::ArchState guest = belief();
  if (guest.paging()) all.push_back(guest_walk(guest, address));
  if (state.assisted.nested) all.push_back(nested_walk(address));
  if (state.root && !state.guest_root)
    all.push_back(host_walk("the VMM's shadow tables, host-physical", truth().control(Cr::kPtbr), address));
  return all;
}

std::string ZisaLens::tlb(Gva address) const {
  const auto& mmu = machine().cpu().mmu();
  if (!mmu.looks_up(truth().paging()))
    return "paging is off in the hardware: every address stands for itself";
  const mmu::TlbEntry* entry = mmu.tlb.find(address);
  if (!entry) return "the TLB holds nothing for this page";
  return fmt::format("the TLB holds frame {:#x}, {}", entry->frame, flags_text(entry->flags));
}

}  // namespace ringside::session
