#include <fmt/format.h>

#include "base/bits.hpp"
#include "isa/zisa/decode.hpp"
#include "session/checked_isa.hpp"

namespace ringside::session {

using Isa = CheckedIsa<vmm::ZisaArch>;

// IPEND is a copy of the lines that is made when it is looked at; whether a wait goes on is no
// state of its own.
void Isa::add_differences(Differences& out, const State& a, const State& b) {
  const auto compare = [&](std::string_view name, u32 x, u32 y) {
    if (x != y) out.push_back(fmt::format("{}: {:#x} / {:#x}", name, x, y));
  };
  if (a.x != b.x)
    for (u32 i = 1; i < 32; ++i) compare(zisa::register_name(i), a.x[i], b.x[i]);
  compare("pc", a.pc, b.pc);
  compare("sr", a.sr, b.sr);
  if (a.cr != b.cr)
    for (u32 i = 0; i < zisa::kCrCount; ++i)
      if (static_cast<cpu::Cr>(i) != cpu::Cr::kIpend) compare(zisa::kCrNames[i], a.cr[i], b.cr[i]);
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

bool Isa::holds(const Machine& machine, bool supervisor, Gva gva, Access access, Hpa hpa) {
  TablesNow tables{machine.memory(), machine.vm()};
  const mmu::Walk now = mmu::walk(tables, machine.cpu().state.context().ptbr, gva, supervisor, access);
  const bool same = machine.vm().host_of({now.frame << kPageShift}).page() == hpa.page();
  return now.fault == mmu::Fault::kNone && same && !tables.written;
}

MappingRights Isa::rights(u32 flags) {
  using namespace mmu::pte;
  return {!(flags & (kW | kX | kG)), (flags & kW) != 0, (flags & kG) != 0};
}

Code Isa::code_at(const Machine& machine, const State& state) {
  Code code{state.pc};
  const auto word = machine.vm().peek_instruction(state);
  if (!word) return code;
  store_le(code.bytes.data(), *word);
  code.count = sizeof *word;
  return code;
}

std::string Isa::text(const Code& code) {
  return zisa::disassemble(load_le<u32>(code.bytes.data()), code.address);
}

bool Isa::innocuous(u32 word) {
  const unsigned row = zisa::decode_row(word);
  return row < zisa::kRowCount && !zisa::kRows[row].sensitivity.sensitive() && zisa::kRows[row].kind != zisa::Kind::kSystem;
}

std::string Isa::text(const Machine&, u32 pc, u32 word) {
  return zisa::disassemble(word, pc);
}

bool Isa::is_interrupt(const vmm::Event& event) {
  return event.kind == vmm::EventKind::kTrap && zisa::is_interrupt(static_cast<cpu::Cause>(event.a));
}

std::optional<u32> Isa::next_in_line(const Machine& machine, const State& state) {
  const auto word = machine.vm().peek_instruction(state);
  const unsigned row = word ? zisa::decode_row(*word) : zisa::kIllegalRow;
  if (row >= zisa::kRowCount || zisa::kRows[row].kind >= zisa::Kind::kBranch) return std::nullopt;
  return state.pc + 4;
}

}  // namespace ringside::session
