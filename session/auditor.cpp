#include "session/auditor.hpp"

#include <fmt/format.h>

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
  mid_repeat_events += other.mid_repeat_events;
  return *this;
}

// A VMM lives in the memory below its guest.
template <class A>
AuditorOf<A>::AuditorOf(Machine& machine)
    : m_(machine),
      ram_(machine.vm().host_of({A::kRamBase})),
      owns_(ram_ == machine.memory().base()),
      tables_(machine.vm().ram_bytes() >> kPageShift),
      executed_(machine.vm().ram_bytes() / Isa::kCodeUnit) {
  m_.memory().set_audit(this);
  m_.log().keep(true);
}

template <class A>
bool AuditorOf<A>::in_ram(Hpa address, u64 bytes) const {
  const u64 offset = address.v - ram_.v, size = m_.vm().ram_bytes();
  return offset < size && bytes <= size - offset;
}

template <class A>
bool AuditorOf<A>::executed(u64 gpa, u32 bytes) const {
  const u64 first = gpa - A::kRamBase;
  for (u64 unit = first / Isa::kCodeUnit; unit * Isa::kCodeUnit < first + bytes && unit < executed_.size(); ++unit)
    if (executed_[unit]) return true;
  return false;
}

template <class A>
Finding AuditorOf<A>::finding(std::string what) const {
  return {m_.clock().now(), Isa::pc(m_.vm().guest_state()), std::move(what)};
}

template <class A>
void AuditorOf<A>::blame(std::string what) {
  if (!breach_) breach_ = finding(std::move(what));
}

// --- accesses ---

template <class A>
void AuditorOf<A>::accessed(Agent agent, Hpa address, u64 bytes, Access access) {
  ++counts_.accesses;
  if (agent == Agent::kWalk) return note_walk(address);
  const bool reads = agent == Agent::kGuest && access == Access::kLoad;
  if (reads && Isa::may_read(m_, address)) return;
  if (agent == Agent::kGuest && Isa::monitors_own(m_, address)) return;
  if (!in_ram(address, bytes))
    return blame(fmt::format("{} host memory at {:#x}, which is not the guest's",
                             agent == Agent::kGuest ? "the guest reaches" : "the VMM takes for the guest's", address.v));
  if (access == Access::kStore) note_store(address, bytes, agent == Agent::kGuest);
  if (access != Access::kFetch) return;
  const u64 first = address.v - ram_.v;
  for (u64 unit = first / Isa::kCodeUnit; unit * Isa::kCodeUnit < first + bytes; ++unit) executed_[unit] = true;
}

// The walker goes through tables of the VMM too, which the guest cannot reach; but not where the tables are the
// guest's own.
template <class A>
void AuditorOf<A>::note_walk(Hpa address) {
  if (in_ram(address, 4))
    tables_[(address.v - ram_.v) >> kPageShift] = true;
  else if (Isa::walks_own_tables(m_) && !Isa::monitors_own(m_, address))
    blame(fmt::format("the guest's own tables lead the page walker to host memory at {:#x}", address.v));
}

template <class A>
void AuditorOf<A>::note_store(Hpa address, u64 bytes, bool by_guest) {
  const u64 offset = address.v - ram_.v;
  const Gpa guest = guest_address(address);
  if (by_guest && m_.vm().traced(guest))
    blame(fmt::format("a store to the traced page of {:#x} does not leave to the VMM", guest.v));
  guest_.page_table_edits += tables_[offset >> kPageShift];
  guest_.code_rewrites += executed(guest.v, static_cast<u32>(bytes));
}

template <class A>
void AuditorOf<A>::device_touched(Agent agent, u64 address, bool write) {
  ++counts_.device_touches;
  if (agent == Agent::kGuest && !owns_)
    blame(fmt::format("the guest {} the bus at {:#x}, past the VMM", write ? "writes" : "reads", address));
}

template <class A>
void AuditorOf<A>::mapped(u64 frame, u32 flags) {
  ++counts_.mappings;
  const Hpa page{frame << kPageShift};
  const MappingRights rights = Isa::rights(flags);
  if (Isa::may_read(m_, page) && rights.readable_only) return;
  if (!in_ram(page, kPageSize))
    return blame(fmt::format("the VMM maps host frame {:#x}, which is not the guest's", frame));
  if (rights.global) blame("the VMM makes a mapping of one guest global");
  const Gpa guest = guest_address(page);
  if (rights.writable && m_.vm().traced(guest))
    blame(fmt::format("the VMM maps the traced page {:#x} for writing", guest.v));
}

// --- translations ---

template <class A>
void AuditorOf<A>::translated(bool supervisor, Gva gva, Access access, Hpa hpa) {
  ++counts_.translations;
  if (access == Access::kFetch && gva.v == m_.pc()) note_fetch(supervisor);
  if (owns_ || m_.cpu().mmu().nested.on) look_for_stale(supervisor, gva, access, hpa);
  if (owns_ || in_ram(hpa)) return;
  if (access == Access::kLoad && Isa::may_read(m_, hpa)) return;
  blame(fmt::format("address {:#x} leads to host memory at {:#x}, which is not the guest's", gva.v, hpa.v));
}

template <class A>
void AuditorOf<A>::note_fetch(bool supervisor) {
  ++guest_.instructions;
  guest_.mode_switches += supervisor_.value_or(supervisor) != supervisor;
  supervisor_ = supervisor;
  if (guest_.after_paging != 0 || Isa::paging(m_)) ++guest_.after_paging;
}

// A translation is stale where a walk would now come out otherwise, A and D included: a VMM need
// not keep what the guest's tables do not say any more.
template <class A>
void AuditorOf<A>::look_for_stale(bool supervisor, Gva gva, Access access, Hpa hpa) {
  if (stale_ || !Isa::paging(m_)) return;
  if (Isa::holds(m_, supervisor, gva, access, hpa)) return;
  stale_ = finding(fmt::format("uses a translation of {:#x} that its tables do not hold any more "
                               "and that it has not invalidated",
                               gva.v));
}

// --- what is emulated, and events ---

template <class A>
void AuditorOf<A>::emulated(u32 pc, u32 word, bool needed_vmm) {
  ++emulation_.emulated;
  if (needed_vmm || !Isa::innocuous(word)) return;
  if (emulation_.needless++ == 0)
    emulation_.first_needless = Finding{m_.clock().now(), pc, Isa::text(m_, pc, word)};
}

template <class A>
bool AuditorOf<A>::follows(const vmm::Event& event, const typename A::State& state) const {
  return Isa::next_in_line(m_, state) == event.pc;
}

// Whether an event comes between two instructions shows by the one before: of this tick where events are compared
// first, else of the last one. Iterations of a REP are steps, so an event in it comes in a later one.
template <class A>
void AuditorOf<A>::count_event(const vmm::Event& event, const typename A::State& before) {
  const bool interrupt = Isa::is_interrupt(event);
  const auto& one_before = Isa::kEventsFirst ? std::optional(before) : last_;
  guest_.interrupts += interrupt;
  guest_.mid_unit_events += interrupt && one_before && follows(event, *one_before);
  const bool goes_on = event.kind == vmm::EventKind::kTrap && event.step > steps_ && event.pc == Isa::pc(before);
  guest_.mid_repeat_events += goes_on && Isa::repeats(m_, before);
}

template <class A>
void AuditorOf<A>::count_events(const typename A::State& before) {
  for (const vmm::Event& event : m_.log().events()) count_event(event, before);
  m_.log().forget();
  last_ = before;
  steps_ = m_.steps();
}

template class AuditorOf<vmm::ZisaArch>;
template class AuditorOf<x86::Arch>;

}  // namespace ringside::session
