#include "session/auditor.hpp"

#include <fmt/format.h>

#include "isa/zisa/decode.hpp"

namespace ringside::session {

using mmu::Agent;

GuestCounts& GuestCounts::operator+=(const GuestCounts& other) {
  instructions += other.instructions;
  after_paging += other.after_paging;
  mode_switches += other.mode_switches;
  page_table_edits += other.page_table_edits;
  interrupts += other.interrupts;
  code_rewrites += other.code_rewrites;
  mid_unit_events += other.mid_unit_events;
  return *this;
}

// A VMM lives in the memory below its guest.
Auditor::Auditor(vmm::Machine& machine)
    : m_(machine),
      ram_(machine.vm().host_of({vmm::Vm::kRamBase})),
      owns_(ram_ == machine.memory().base()),
      tables_(machine.vm().ram_bytes() >> kPageShift),
      executed_(machine.vm().ram_bytes() / 4) {
  m_.memory().set_audit(this);
  m_.log().keep(true);
}

bool Auditor::in_ram(Hpa address, u64 bytes) const {
  const u64 offset = address.v - ram_.v, size = m_.vm().ram_bytes();
  return offset < size && bytes <= size - offset;
}

bool Auditor::executed(u64 gpa) const {
  const u64 number = (gpa - vmm::Vm::kRamBase) / 4;
  return number < executed_.size() && executed_[number];
}

Finding Auditor::finding(std::string what) const {
  return {m_.clock().now(), m_.vm().guest_state().pc, std::move(what)};
}

void Auditor::blame(std::string what) {
  if (!breach_) breach_ = finding(std::move(what));
}

// --- accesses ---

void Auditor::accessed(Agent agent, Hpa address, u64 bytes, Access access) {
  ++counts_.accesses;
  if (agent == Agent::kWalk) return note_walk(address);
  if (agent == Agent::kGuest && access == Access::kLoad && may_read(address)) return;
  if (!in_ram(address, bytes))
    return blame(fmt::format(
        "{} host memory at {:#x}, which is not the guest's",
        agent == Agent::kGuest ? "the guest reaches" : "the VMM takes for the guest's", address.v));
  if (access == Access::kStore) note_store(address, bytes, agent == Agent::kGuest);
  if (access == Access::kFetch) executed_[(address.v - ram_.v) / 4] = true;
}

// The walker goes through tables of the VMM too, which the guest cannot reach; but not where the tables are the
// guest's own.
void Auditor::note_walk(Hpa address) {
  if (in_ram(address, 4))
    tables_[(address.v - ram_.v) >> kPageShift] = true;
  else if (m_.vm().internals().guest_root)
    blame(fmt::format("the guest's own tables lead the page walker to host memory at {:#x}", address.v));
}

void Auditor::note_store(Hpa address, u64 bytes, bool by_guest) {
  const u64 offset = address.v - ram_.v;
  if (by_guest && m_.vm().traced({vmm::Vm::kRamBase + offset}))
    blame(fmt::format("a store to the traced page of {:#x} does not leave to the VMM",
                      vmm::Vm::kRamBase + offset));
  guest_.page_table_edits += tables_[offset >> kPageShift];
  bool code = false;
  for (u64 word = offset / 4; word <= (offset + bytes - 1) / 4; ++word) code |= executed_[word];
  guest_.code_rewrites += code;
}

void Auditor::device_touched(Agent agent, u64 address, bool write) {
  ++counts_.device_touches;
  if (agent == Agent::kGuest && !owns_)
    blame(fmt::format("the guest {} the bus at {:#x}, past the VMM", write ? "writes" : "reads",
                      address));
}

void Auditor::mapped(u64 frame, u32 flags) {
  ++counts_.mappings;
  const Hpa page{frame << kPageShift};
  if (may_read(page) && !(flags & (mmu::pte::kW | mmu::pte::kX | mmu::pte::kG))) return;
  if (!in_ram(page, kPageSize))
    return blame(fmt::format("the VMM maps host frame {:#x}, which is not the guest's", frame));
  if (flags & mmu::pte::kG) blame("the VMM makes a mapping of one guest global");
  const Gpa guest{page.v - ram_.v + vmm::Vm::kRamBase};
  if (flags & mmu::pte::kW && m_.vm().traced(guest))
    blame(fmt::format("the VMM maps the traced page {:#x} for writing", guest.v));
}

// --- translations ---

void Auditor::translated(const mmu::Context& context, Gva gva, Access access, Hpa hpa) {
  ++counts_.translations;
  if (access == Access::kFetch) note_fetch(context);
  if (owns_) return look_for_stale(context, gva, access, hpa);
  if (m_.vm().internals().assisted.nested) look_for_stale(context, gva, access, hpa);
  if (!in_ram(hpa) && !(access == Access::kLoad && may_read(hpa)))
    blame(fmt::format("address {:#x} leads to host memory at {:#x}, which is not the guest's",
                      gva.v, hpa.v));
}

void Auditor::note_fetch(const mmu::Context& context) {
  ++guest_.instructions;
  guest_.mode_switches += supervisor_.value_or(context.supervisor) != context.supervisor;
  supervisor_ = context.supervisor;
  if (context.paging || guest_.after_paging != 0) ++guest_.after_paging;
}

namespace {

// The guest's tables as they stand now, by guest-physical address; what a walk would write is noted only.
struct TablesNow {
  const mmu::Memory& memory;
  const vmm::Vm& vm;
  bool written = false;
  std::optional<u32> read_entry(u64 address) const {
    if (!vm.is_ram({address}, 4)) return std::nullopt;
    return memory.read<u32>(vm.host_of({address}));
  }
  void write_entry(u64, u32) { written = true; }
};

}  // namespace

// A translation is stale where a walk would now come out otherwise, A and D included: a VMM need
// not keep what the guest's tables do not say any more.
void Auditor::look_for_stale(const mmu::Context& context, Gva gva, Access access, Hpa hpa) {
  if (!context.paging || stale_) return;
  TablesNow tables{m_.memory(), m_.vm()};
  const mmu::Walk now = mmu::walk(tables, context.ptbr, gva, context.supervisor, access);
  const bool same = m_.vm().host_of({now.frame << kPageShift}).page() == hpa.page();
  if (now.fault == mmu::Fault::kNone && same && !tables.written) return;
  stale_ =
      finding(fmt::format("uses a translation of {:#x} that its tables do not hold any more "
                          "and that it has not invalidated",
                          gva.v));
}

// --- what is emulated, and events ---

void Auditor::emulated(u32 pc, u32 word, bool needed_vmm) {
  ++emulation_.emulated;
  const unsigned row = zisa::decode_row(word);
  const bool innocuous = row < zisa::kRowCount && !zisa::kRows[row].sensitivity.sensitive() &&
                         zisa::kRows[row].kind != zisa::Kind::kSystem;
  if (!innocuous || needed_vmm) return;
  if (emulation_.needless++ == 0)
    emulation_.first_needless = Finding{m_.clock().now(), pc, zisa::disassemble(word, pc)};
}

namespace {

bool ends_unit(const vmm::Vm& vm, const cpu::ArchState& before) {
  const auto word = vm.peek_instruction(before);
  const unsigned row = word ? zisa::decode_row(*word) : zisa::kIllegalRow;
  return row >= zisa::kRowCount || zisa::kRows[row].kind >= zisa::Kind::kBranch;
}

}  // namespace

void Auditor::count_events(const cpu::ArchState& before) {
  for (const vmm::Event& event : m_.log().events()) {
    if (event.kind != vmm::EventKind::kTrap) continue;
    if (!zisa::is_interrupt(static_cast<cpu::Cause>(event.a))) continue;
    ++guest_.interrupts;
    const bool follows = last_ && event.pc == last_->pc + 4;
    guest_.mid_unit_events += follows && !ends_unit(m_.vm(), *last_);
  }
  m_.log().forget();
  last_ = before;
}

}  // namespace ringside::session
