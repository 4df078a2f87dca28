#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "isa/x86/decode.hpp"
#include "isa/x86/disassemble.hpp"
#include "mmu/x86/paging.hpp"
#include "session/checked_isa.hpp"
#include "session/x86_words.hpp"

namespace ringside::session {

using namespace x86;
using Isa = CheckedIsa<x86::Arch>;

// --- states ---

std::string_view Isa::mode(const State& state) {
  constexpr std::array<std::string_view, 4> kNames{"CPL 0", "CPL 1", "CPL 2", "CPL 3"};
  return kNames[state.cpl & 3];
}

namespace {

void add_segment(Differences& out, std::string_view name, const x86::Segment& a, const x86::Segment& b) {
  if (a == b) return;
  const auto text = [](const x86::Segment& s) {
    return fmt::format("{:#x} (base {:#x}, limit {:#x}, rights {:#x})", s.selector, s.base, s.limit, s.access);
  };
  out.push_back(fmt::format("{}: {} / {}", name, text(a), text(b)));
}

void add_table(Differences& out, std::string_view name, const TableRegister& a, const TableRegister& b) {
  if (a == b) return;
  out.push_back(fmt::format("{}: base {:#x}, limit {:#x} / base {:#x}, limit {:#x}", name, a.base, a.limit, b.base, b.limit));
}

void add_segments(Differences& out, const x86::State& a, const x86::State& b) {
  constexpr std::array<std::string_view, kSegs> kNames{"es", "cs", "ss", "ds", "fs", "gs"};
  for (unsigned i = 0; i < kSegs; ++i) add_segment(out, kNames[i], a.seg[i], b.seg[i]);
  add_segment(out, "ldtr", a.ldtr, b.ldtr);
  add_segment(out, "tr", a.tr, b.tr);
  add_table(out, "gdtr", a.gdtr, b.gdtr);
  add_table(out, "idtr", a.idtr, b.idtr);
}

// Whatever has a name of its own; the rest of a state is compared as a whole.
void add_numbers(Differences& out, const x86::State& a, const x86::State& b) {
  const auto compare = [&](std::string_view name, u64 x, u64 y) {
    if (x != y) out.push_back(fmt::format("{}: {:#x} / {:#x}", name, x, y));
  };
  for (const char* name : {"eax", "ecx", "edx", "ebx", "esp", "ebp", "esi", "edi", "eflags", "cr0", "cr2", "cr3", "cr4"})
    compare(name, x86_value(a, *x86_find_register(name)), x86_value(b, *x86_find_register(name)));
  compare("eip", a.eip, b.eip);
  compare("cpl", a.cpl, b.cpl);
  for (unsigned i = 0; i < a.dr.size(); ++i) compare(fmt::format("dr{}", i), a.dr[i], b.dr[i]);
  compare("IA32_APIC_BASE", a.apic_base, b.apic_base);
  compare("offset of the time-stamp counter", a.tsc_offset, b.tsc_offset);
  compare("debug trap that waits", a.pending_debug, b.pending_debug);
  compare("interrupt shadow", static_cast<u8>(a.shadow), static_cast<u8>(b.shadow));
  compare("NMI blocked", a.nmi_blocked, b.nmi_blocked);
}

}  // namespace

// Whether a wait goes on is no state of its own: a VMM may have ended it, and the guest not taken the interrupt yet.
void Isa::add_differences(Differences& out, const State& first, const State& other) {
  State a = first, b = other;
  a.halted = b.halted = false;
  if (a == b) return;
  add_numbers(out, a, b);
  add_segments(out, a, b);
  if (out.empty()) out.push_back("registers of SYSENTER");
}

u64 Isa::lines(const Machine& machine) {
  const auto pending = machine.vm().internals().platform.pending();
  return pending ? 0x100u | *pending : 0;
}

// --- tables ---

namespace {

// The guest's tables as they stand now; where no RAM is, the bus reads as ones. What a walk would write is noted only.
struct TablesNow {
  const mmu::Memory& memory;
  const x86::Vm& vm;
  bool written = false;
  u32 read_entry(u32 address) const {
    const Gpa at = vm.on_bus({address});
    return vm.is_ram(at, 4) ? memory.read<u32>(vm.host_of(at)) : ~u32{0};
  }
  void write_entry(u32 address, u32) { written |= vm.is_ram(vm.on_bus({address}), 4); }
};

}  // namespace

bool Isa::holds(const Machine& machine, bool supervisor, Gva gva, Access access, Hpa hpa) {
  TablesNow tables{machine.memory(), machine.vm()};
  PagingContext context = machine.cpu().paging_context();
  context.user = !supervisor;
  const x86::Walk now = x86::walk(tables, context, gva.v, access);
  if (now.fault || tables.written) return false;
  if (walks_own_tables(machine)) return now.frame == hpa.page();
  const u64 used = (hpa.v - machine.vm().host_of({0}).v) >> kPageShift;
  constexpr u64 kLine20 = u64{1} << (20 - kPageShift);
  return ((used ^ now.frame) & ~kLine20) == 0;
}

bool Isa::monitors_own(const Machine& machine, Hpa address) {
  return machine.vm().deprivileged() && address.v - machine.cpu().monitor_tables->v < kMonitorTableBytes;
}

// Entries of page tables and of the EPT alike: bit 1 is the right to write.
MappingRights Isa::rights(u32 flags) {
  return {!(flags & pte::kRw), (flags & pte::kRw) != 0, (flags & pte::kG) != 0};
}

// --- instructions and events ---

bool Isa::innocuous(u32 row) {
  if (row >= kRowCount || row == row_of("ins") || row == row_of("outs")) return false;
  return !kRows[row].sensitivity.sensitive() && kRows[row].kind != Kind::kSystem && kRows[row].kind != Kind::kIo;
}

namespace {

CodeSize size_of(const Code& code) {
  return code.bits16 ? CodeSize::kBits16 : CodeSize::kBits32;
}

// As far as it can be read.
Code read_code(const x86::Machine& machine, const x86::State& state, u32 linear) {
  Code code{linear};
  code.bits16 = !state.segment(Seg::kCs).big();
  while (code.count < code.bytes.size()) {
    const Gva at{linear + code.count};
    const u32 chunk = std::min<u32>(kMaxLength - code.count, kPageSize - at.offset());
    const auto gpa = machine.vm().peek_translate(state, at.v);
    if (!gpa || !machine.vm().copy_out(machine.vm().on_bus(*gpa), {&code.bytes[code.count], chunk})) break;
    code.count += chunk;
  }
  return code;
}

}  // namespace

Code Isa::code_at(const Machine& machine, const State& state) {
  return read_code(machine, state, pc(state));
}

std::string Isa::text(const Code& code) {
  return disassemble(code.span(), code.address, size_of(code));
}

// It is over, but its bytes mostly stand where they stood.
std::string Isa::text(const Machine& machine, u32 pc, u32 row) {
  const Code code = read_code(machine, machine.vm().guest_state(), pc);
  if (code.count != 0 && decode(code.span(), size_of(code)).row == row) return text(code);
  return row < kRowCount ? std::string(kRows[row].name) : "?";
}

bool Isa::is_interrupt(const vmm::Event& event) {
  const auto kind = static_cast<Trap::Kind>(event.detail);
  return event.kind == vmm::EventKind::kTrap && (kind == Trap::Kind::kInterrupt || kind == Trap::Kind::kNmi);
}

std::optional<u32> Isa::next_in_line(const Machine& machine, const State& state) {
  const auto found = machine.vm().peek_instruction(state);
  if (!found || found->row >= kRowCount) return std::nullopt;
  const Kind kind = kRows[found->row].kind;
  if (kind == Kind::kBranch || kind == Kind::kJump || kind == Kind::kIndirectJump) return std::nullopt;
  return pc(state) + found->length;
}

bool Isa::repeats(const Machine& machine, const State& state) {
  const auto found = machine.vm().peek_instruction(state);
  return found && found->row < kRowCount && found->rep != Rep::kNone;
}

}  // namespace ringside::session
