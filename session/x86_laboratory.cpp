#include "session/x86_laboratory.hpp"

#include <algorithm>
#include <array>

#include "isa/x86/decode.hpp"
#include "isa/x86/disassemble.hpp"
#include "session/x86_laboratory_machine.hpp"

namespace ringside::session {

using namespace x86;

namespace {

// The operands behind an opening may be anything that begins with zeros.
void add_opening(std::vector<LabX86Instruction>& all, LabX86Code opening) {
  const Instruction found = x86::decode(opening.bytes, CodeSize::kBits32);
  if (found.row < kRowCount) all[found.row].openings.push_back(opening);
}

// Every byte and the one behind it, alone and behind 0F. Prefixes are among the first bytes.
std::vector<LabX86Instruction> all_instructions() {
  std::vector<LabX86Instruction> all;
  for (const RowInfo& row : kRows) all.push_back({std::string(row.name), {}});
  for (u32 first = 0; first < 256; ++first)
    for (u32 second = 0; second < 256; ++second) {
      const u8 a = static_cast<u8>(first), b = static_cast<u8>(second);
      add_opening(all, {{a, b}, 2});
      add_opening(all, {{0x0f, a, b}, 3});
    }
  return all;
}

}  // namespace

// Experiments go to and fro between states whose memory differs; each of these machines keeps its own.
struct X86Laboratory::Parts {
  std::array<LabX86Machine, 4> machines;
  std::size_t used = 0;  ///< the one that ran last
  std::size_t next = 0;  ///< the one that has to change its memory
  std::vector<LabX86Instruction> instructions = all_instructions();

  LabX86Machine& machine_for(const LabX86State& state) {
    const auto at = std::ranges::find_if(machines, [&](auto& each) { return each.holds(state); });
    const bool found = at != machines.end();
    used = found ? static_cast<std::size_t>(at - machines.begin()) : next;
    if (!found) next = next % (machines.size() - 1) + 1;  // the first keeps what is drawn first
    return machines[used];
  }
};

X86Laboratory::X86Laboratory() : parts_(std::make_unique<Parts>()) {}
X86Laboratory::X86Laboratory(X86Laboratory&&) noexcept = default;
X86Laboratory::~X86Laboratory() = default;

const std::string& X86Laboratory::isa() const {
  static const std::string name(kLabX86);
  return name;
}

const std::vector<LabX86Instruction>& X86Laboratory::instructions() const {
  return parts_->instructions;
}

namespace {

// INT n and its like trap by what they are: they have completed where the handler that they called
// was entered, which the gate's level has to allow. Else they were denied, unless they could not push.
std::optional<u8> exception_of(const Step& step, u32 cpl, u32 eip) {
  if (step.kind != Step::Kind::kTrapped) return std::nullopt;
  if (!step.trap.asked_for()) return step.trap.vector;
  const bool asks_level = step.trap.kind == Trap::Kind::kSoftware;  // INT1 does not
  if (asks_level && cpl > lab_x86_gate_level(step.trap.vector)) return u8{kGp};
  const u32 entered = lab_x86_vector_of(eip);
  if (entered == step.trap.vector && !step.triple_fault) return std::nullopt;
  return entered == kGp ? u8{kGp} : u8{kPf};
}

}  // namespace

LabX86Outcome X86Laboratory::run(const LabX86State& state, const LabX86Code& code) {
  LabX86Machine& machine = parts_->machine_for(state);
  machine.set_up(state);
  LabX86Outcome outcome;
  outcome.before = state.cpu;
  outcome.map_before = machine.map();
  const Step step = machine.execute(code);
  outcome.after = machine.registers();
  const auto exception = exception_of(step, state.cpu.cpl, outcome.after.eip);
  outcome.completed = !exception;
  if (exception) outcome.vector = *exception;
  if (exception && step.trap.has_code) outcome.code = step.trap.code;
  outcome.map_after = machine.map();
  outcome.written = machine.written(outcome.map_before);
  return outcome;
}

// What an instruction has accessed is what it has brought into an empty TLB.
u32 X86Laboratory::accessed(const LabX86State& state, const LabX86Code& code) {
  LabX86State bare = state;
  for (LabPage& page : bare.pages)
    if (page.cached) page = {true, page.rights, *page.cached, std::nullopt};
  run(bare, code);
  return parts_->machines[parts_->used].cached_pages();
}

std::string_view X86Laboratory::decode(LabX86Code& code) {
  const x86::Instruction found = x86::decode(code.bytes, CodeSize::kBits32);
  if (found.row >= kRowCount) return {};
  code.length = found.length;
  return kRows[found.row].name;
}

std::string X86Laboratory::disassemble(const LabX86Code& code, u32 eip) const {
  return x86::disassemble({code.bytes.data(), code.length}, eip, CodeSize::kBits32);
}

State lab_x86_plain_cpu(u32 level) {
  State cpu;
  const LabX86Tables& tables = lab_x86_tables(0);
  cpu.cr0 = cr0::kPe | cr0::kEt;
  cpu.cr3 = lab_x86_cr3(0);
  cpu.gdtr = tables.gdtr, cpu.idtr = tables.idtr, cpu.ldtr = tables.ldtr, cpu.tr = tables.tr;
  cpu.seg.fill(lab_x86_flat_data(kLabLevels - 1));
  cpu.segment(Seg::kCs) = lab_x86_flat_code(level);
  cpu.segment(Seg::kSs) = lab_x86_flat_data(level);
  cpu.cpl = static_cast<u8>(level);
  cpu.eip = kLabX86Base;
  cpu.sysenter_cs = lab_x86_code(0);
  return cpu;
}

u32 lab_x86_cr3(u32 frame) {
  return kLabX86PageTables + frame * kPageSize;
}

}  // namespace ringside::session
