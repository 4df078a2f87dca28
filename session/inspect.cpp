#include "session/inspect.hpp"

#include <fmt/format.h>

#include "isa/zisa/decode.hpp"
#include "isa/zisa/syntax.hpp"
#include "loader/symbols.hpp"
#include "session/open.hpp"

namespace ringside::session {

using vmm::Cr;

namespace {

std::string symbol_of(const Session& session, u32 address) {
  return session.image().symbols.name(address);
}

char letter(const vmm::ArchState& state) {
  return state.supervisor() ? 'S' : 'U';
}

// What a fetch at the address would bring, whatever the rights of the page.
std::optional<u32> word_at(const vmm::Machine& machine, u32 address) {
  vmm::ArchState there = machine.vm().guest_state();
  there.pc = address & ~3u;
  return machine.vm().peek_instruction(there);
}

// As in a listing, but holes are those of this machine.
std::string mark_of(unsigned row, bool hole) {
  std::string mark = zisa::sensitivity_mark(row);
  std::erase(mark, '!');
  return hole ? mark + '!' : mark;
}

CodeLine line_at(const Session& session, u32 address) {
  const vmm::Machine& machine = session.machine();
  CodeLine line{
      address, symbol_of(session, address), word_at(machine, address), "", "", false, false, false,
      false};
  line.here = address == machine.vm().guest_state().pc;
  line.breakpoint = machine.breakpoints().contains(address);
  line.text = line.word ? zisa::disassemble(*line.word, address) : "(no memory is mapped here)";
  const unsigned row = line.word ? zisa::decode_row(*line.word) : zisa::kIllegalRow;
  line.sensitive = cpu::is_sensitive(row);
  line.hole = line.sensitive && !machine.cpu().variant().traps_in_user(row, 0);
  line.mark = mark_of(row, line.hole);
  return line;
}

}  // namespace

Position position(const Session& session) {
  const vmm::Machine& m = session.machine();
  const vmm::ArchState state = m.vm().guest_state();
  Position p;
  p.step = m.steps(), p.instructions = m.instructions();
  p.events = m.log().count(), p.cycle = m.cycles();
  p.believed_mode = letter(state), p.real_mode = letter(m.cpu().state);
  p.next = line_at(session, state.pc);
  p.waits = m.vm().internals().vcpu.halted || m.cpu().state.waiting;
  p.waits_for_input = m.waits_for_input();
  p.ending = m.ending();
  return p;
}

std::vector<CodeLine> code(const Session& session, Gva address, u32 count) {
  std::vector<CodeLine> lines;
  for (u32 i = 0; i < count; ++i) lines.push_back(line_at(session, (address.v & ~3u) + 4 * i));
  return lines;
}

// --- registers ---

Registers registers(const Session& session) {
  const vmm::Machine& m = session.machine();
  const vmm::ArchState belief = m.vm().guest_state();
  const vmm::ArchState& truth = m.cpu().state;
  Registers r;
  r.pc = belief.pc, r.symbol = symbol_of(session, belief.pc);
  for (u32 i = 0; i < 32; ++i)
    r.general.push_back({std::string(zisa::register_name(i)), belief.x[i]});
  r.deprivileged = m.vm().deprivileged();
  // In non-root mode nothing lies, and what the guest reads is what the bare machine would have.
  const vmm::ArchState& bare = r.deprivileged       ? m.vm().internals().vcpu.ideal
                               : m.vm().non_root() ? belief
                                                   : truth;
  // The user flags count as registers: the ideal record holds no value of its own for them.
  const u32 flags = belief.sr & zisa::sr::kFlags;
  r.privileged.push_back({"sr", belief.sr, truth.sr, (bare.sr & ~zisa::sr::kFlags) | flags});
  for (u32 i = 0; i < zisa::kCrCount; ++i)
    r.privileged.push_back({std::string(zisa::kCrNames[i]), belief.cr[i], truth.cr[i], bare.cr[i]});
  // Lines are levels of the outside world, which nobody can be wrong about.
  auto& pending = r.privileged[1 + static_cast<u32>(Cr::kIpend)];
  pending.bare_metal = pending.belief;
  return r;
}

std::string status_text(u32 value) {
  using namespace zisa::sr;
  const auto bit = [&](u32 mask) { return (value & mask) != 0 ? 1 : 0; };
  const auto mode = [&](u32 mask) { return (value & mask) != 0 ? "1 (S)" : "0 (U)"; };
  return fmt::format("MODE={} IE={} PMODE={} PIE={} PG={} TSD={} F={:x}", mode(kMode), bit(kIe),
                     mode(kPmode), bit(kPie), bit(kPg), bit(kTsd), (value & kFlags) >> 8);
}

WriterView view(const Session& session, const Writer& writer, bool status) {
  return {writer, symbol_of(session, writer.pc), status ? status_text(writer.before) : "",
          status ? status_text(writer.after) : ""};
}

std::vector<std::optional<u8>> memory(const Session& session, Gva address, u32 count) {
  const vmm::Vm& vm = session.machine().vm();
  std::vector<std::optional<u8>> bytes;
  for (u32 i = 0; i < count; ++i) {
    const auto gpa = vm.peek_translate(vm.guest_state(), address + i);
    u8 byte = 0;
    const bool there = gpa && vm.copy_out(*gpa, {&byte, 1});
    bytes.push_back(there ? std::optional(byte) : std::nullopt);
  }
  return bytes;
}

// --- page walks ---

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

TableWalk table_walk(std::string tables, u32 ptbr, Gva gva, const mmu::Walk& walk) {
  const mmu::Shape& shape = mmu::shape_of(ptbr);
  TableWalk view{std::move(tables), ptbr, shape.levels, {}, "", std::nullopt};
  for (unsigned i = 0; i < walk.references; ++i)
    view.references.push_back({i, shape.index(gva.v, i), walk.steps[i].address, walk.steps[i].entry,
                               mmu::pte::frame(walk.steps[i].entry),
                               flags_text(walk.steps[i].entry)});
  if (walk.fault == mmu::Fault::kAccess)
    view.outcome = "access fault: the table does not lie in RAM";
  else if (walk.fault == mmu::Fault::kPage)
    view.outcome =
        view.references.back().entry & mmu::pte::kV
            ? "page fault: the last entry is no leaf, has W without R, or is no aligned superpage"
            : "page fault: the last entry is not valid";
  else
    view.address = (walk.frame << kPageShift) + gva.offset(),
    view.outcome = rights_text(walk.flags);
  return view;
}

// Both dimensions of a walk in the order in which the hardware goes: the references of each nested walk stand
// before the reference to a guest table that needed them.
void add_nested_walks(const vmm::Machine& m, Gva address, PageWalk& view) {
  std::vector<mmu::NestedStep> trail;
  const mmu::NestedWalk found = m.vm().look_nested(address, trail);
  const u32 root = m.vm().nested_ptbr();
  TableWalk both{"both dimensions, in the order of the hardware", root, mmu::shape_of(root).levels, {}, "", std::nullopt};
  const mmu::Shape &guest = mmu::shape_of(m.vm().guest_state().control(Cr::kPtbr)), &nested = mmu::shape_of(root);
  const auto index = [&](const mmu::NestedStep& step) {
    const mmu::Shape& shape = step.nested ? nested : guest;
    return static_cast<u32>(step.address % shape.table_bytes(step.level)) / 4;
  };
  for (const auto& step : trail)
    both.references.push_back({step.level, index(step), step.address, step.entry, mmu::pte::frame(step.entry),
                               (step.nested ? "nested " : "guest  ") + flags_text(step.entry)});
  if (found.miss)
    both.outcome = fmt::format("nested fault at guest-physical {:#x}: the VMM has not mapped it", found.miss->gpa);
  else if (found.guest.fault != mmu::Fault::kNone)
    both.outcome = "a fault of the guest's own";
  else
    both.address = (found.frame << kPageShift) + address.offset(),
    both.outcome = fmt::format("{} references; {}", trail.size(), rights_text(found.flags));
  view.walks.push_back(std::move(both));
}

std::string tlb_text(const vmm::Machine& machine, Gva address) {
  if (!machine.cpu().mmu().looks_up(machine.cpu().state.paging()))
    return "paging is off in the hardware: every address stands for itself";
  const mmu::TlbEntry* entry = machine.cpu().mmu().tlb.find(address);
  if (!entry) return "the TLB holds nothing for this page";
  return fmt::format("the TLB holds frame {:#x}, {}", entry->frame, flags_text(entry->flags));
}

// Of tables that the hardware walks itself.
TableWalk host_walk(vmm::Machine& m, std::string tables, u32 ptbr, Gva gva) {
  mmu::HostTables in_memory(m.memory());
  return table_walk(std::move(tables), ptbr, gva,
                    mmu::walk(in_memory, ptbr, gva, false, Access::kLoad, mmu::Purpose::kLook));
}

TableWalk guest_walk(vmm::Machine& m, const vmm::ArchState& state, Gva gva) {
  const u32 ptbr = state.control(Cr::kPtbr);
  if (m.vm().internals().paravirtual)
    return host_walk(m, "the guest's tables, host-physical", ptbr, gva);
  return table_walk(m.vm().virtualized() ? "the guest's tables, guest-physical" : "the guest's tables",
                    ptbr, gva, m.vm().look_guest(state, gva));
}

}  // namespace

PageWalk page_walk(Session& session, Gva address) {
  vmm::Machine& m = session.machine();
  const vmm::VmState& vm = m.vm().internals();
  const vmm::ArchState state = m.vm().guest_state();
  PageWalk view{address, state.paging(), std::nullopt, {}, tlb_text(m, address)};
  if (const auto gpa = m.vm().peek_translate(state, address)) view.guest_physical = gpa->v;
  if (state.paging()) view.walks.push_back(guest_walk(m, state, address));
  if (vm.assisted.nested) add_nested_walks(m, address, view);
  if (vm.root && !vm.guest_root)
    view.walks.push_back(host_walk(m, "the VMM's shadow tables, host-physical",
                                   m.cpu().state.control(Cr::kPtbr), address));
  return view;
}

}  // namespace ringside::session
