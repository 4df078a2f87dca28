#include "session/lens_x86.hpp"

#include <fmt/format.h>

#include "isa/x86/decode.hpp"
#include "isa/x86/disassemble.hpp"
#include "isa/x86/written.hpp"
#include "session/x86_words.hpp"

namespace ringside::session {

using Kind = RegisterId::Kind;
using x86::CodeSize;
using x86::Seg;
using x86::State;

namespace {

CodeSize size_of(const Code& code) {
  return code.bits16 ? CodeSize::kBits16 : CodeSize::kBits32;
}

std::string mode_of(const State& state) {
  return state.cr0 & x86::cr0::kPe ? fmt::format("CPL {}", state.cpl) : "real mode";
}

// What is no instruction is a byte of data.
u32 length_of(const Code& code, const x86::Instruction& instruction) {
  const bool whole = instruction.row != x86::kIllegalRow && instruction.length != 0;
  return whole ? instruction.length : std::min(code.count, 1u);
}

}  // namespace

std::string X86Lens::believed_mode() const {
  return mode_of(belief());
}
std::string X86Lens::real_mode() const {
  return mode_of(truth());
}

// --- code ---

Code X86Lens::fetch(u32 address) const {
  const State guest = belief();
  Code code{address};
  code.bits16 = !guest.segment(Seg::kCs).big();
  while (code.count < code.bytes.size()) {
    const Gva at{address + code.count};
    const u32 chunk = std::min<u32>(kLongestInstruction - code.count, kPageSize - at.offset());
    const auto gpa = vm().peek_translate(guest, at.v);
    if (!gpa || !vm().copy_out(*gpa, {&code.bytes[code.count], chunk})) break;
    code.count += chunk;
  }
  return code;
}

std::string X86Lens::text(const Code& code) const {
  return code.count == 0 ? "?" : x86::disassemble(code.span(), code.address, size_of(code));
}

CodeLine X86Lens::line(const Code& code, const SymbolOf& symbol) const {
  CodeLine line;
  line.address = code.address, line.length = 1;
  line.code = "--", line.text = "(no memory is mapped here)";
  if (code.count == 0) return line;
  const x86::Instruction instruction = x86::decode(code.span(), size_of(code));
  line.length = length_of(code, instruction);
  line.bytes.assign(code.bytes.begin(), code.bytes.begin() + line.length);
  line.code = fmt::format("{:02x}", fmt::join(line.bytes, " "));
  line.text = x86::disassemble(code.span().first(line.length), code.address, size_of(code), symbol);
  if (instruction.row >= x86::kRowCount) return line;
  const x86::RowInfo& row = x86::kRows[instruction.row];
  line.sensitive = row.sensitivity.sensitive(), line.hole = x86::is_hole(row);
  line.hole_in = "an outer ring";
  line.mark = x86::sensitivity_mark(instruction.row);
  return line;
}

bool X86Lens::stores(const Code& code) const {
  return code.count != 0 && x86::writes_memory(code.span(), size_of(code));
}

bool X86Lens::writes(const Code& code, RegisterId which) const {
  return code.count != 0 &&
         x86::writes_register(code.span(), size_of(code), x86_register_name(which));
}

u32 X86Lens::repetitions(const Code& code) const {
  if (code.count == 0) return 0;
  const x86::Instruction instruction = x86::decode(code.span(), size_of(code));
  if (instruction.row >= x86::kRowCount || instruction.rep == x86::Rep::kNone) return 0;
  return belief().r[x86::kEcx] & (instruction.address_size == 2 ? 0xffff : ~u32{0});
}

// --- registers ---

Registers X86Lens::registers() const {
  const State guest = belief(), bare = bare_metal();
  Registers r;
  r.pc = pc();
  for (u32 i = 0; i < x86::kGprs; ++i)
    r.general.push_back({std::string(x86_register_name({Kind::kGeneral, i})), guest.r[i]});
  r.deprivileged = deprivileged();
  for (const RegisterId which : x86_privileged_registers()) {
    // The status flags are the guest's own: the ideal record holds no value of its own for them.
    const u32 own = which.kind == Kind::kStatus ? x86::flag::kStatus : 0;
    const u32 believed = x86_value(guest, which);
    r.privileged.push_back({std::string(x86_register_name(which)), believed,
                            x86_value(truth(), which),
                            (x86_value(bare, which) & ~own) | (believed & own)});
  }
  r.segments = x86_segments(guest, truth());
  r.believed_status = x86_status(guest), r.real_status = x86_status(truth());
  return r;
}

std::vector<std::string> X86Lens::register_names() const {
  return x86_register_names();
}
std::optional<RegisterId> X86Lens::find(std::string_view name) const {
  return x86_find_register(name);
}
u32 X86Lens::value(RegisterId which) const {
  return x86_value(belief(), which);
}
std::string X86Lens::words(RegisterId which, u32 value) const {
  return x86_register_words(which, value);
}

// --- traps ---

bool X86Lens::is_interrupt(const vmm::Event& event) const {
  const auto kind = static_cast<x86::Trap::Kind>(event.detail);
  return kind == x86::Trap::Kind::kInterrupt || kind == x86::Trap::Kind::kNmi;
}

bool X86Lens::trap_writes(const vmm::Event& event, RegisterId which) const {
  const std::string_view name = x86_register_name(which);
  if (which.kind == Kind::kStatus || name == "cs") return true;
  const auto kind = static_cast<x86::Trap::Kind>(event.detail);
  return name == "cr2" && kind == x86::Trap::Kind::kException && event.a == x86::kPf;
}

}  // namespace ringside::session
