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
  if (which.kind == Kind::kStatus) return true;
  const auto kind = static_cast<x86::Trap::Kind>(event.detail);
  return x86_register_name(which) == "cr2" && kind == x86::Trap::Kind::kException &&
         event.a == x86::kPf;
}

// --- paging ---

namespace {

std::string flags_text(u32 entry) {
  static constexpr std::string_view kLetters = "PWUTCADSG";
  std::string text;
  for (unsigned i = 0; i < kLetters.size(); ++i) text += (entry >> i & 1) != 0 ? kLetters[i] : '-';
  return text;
}

std::string rights_text(u32 flags) {
  const auto mode = [&](bool supervisor) -> std::string {
    if (!x86::allowed(flags, supervisor, Access::kLoad)) return "---";
    return fmt::format("r{}{}", x86::allowed(flags, supervisor, Access::kStore) ? 'w' : '-',
                       x86::allowed(flags, supervisor, Access::kFetch) ? 'x' : '-');
  };
  return fmt::format("supervisor may {}, user may {}", mode(true), mode(false));
}

std::string fault_text(const x86::Walk& walk) {
  return walk.code & x86::page_fault::kReserved ? "page fault: the last entry has reserved bits set"
                                                : "page fault: the last entry is not present";
}

// The tables where the guest believes them to be. Where no RAM is, the bus reads as ones.
struct GuestTables {
  const x86::Vm& vm;
  u32 read_entry(u32 address) const {
    std::array<u8, 4> bytes;
    return vm.copy_out({address}, bytes) ? load_le<u32>(bytes.data()) : ~u32{0};
  }
  void write_entry(u32, u32) const {}
};

// Those that the hardware walks.
struct HostTables {
  const mmu::Memory& memory;
  u32 read_entry(u32 address) const {
    return memory.contains({address}, 4) ? memory.read<u32>({address}) : ~u32{0};
  }
  void write_entry(u32, u32) const {}
};

x86::PagingContext context_of(const State& state) {
  return {state.cr3,
          state.paging(),
          false,
          (state.cr0 & x86::cr0::kWp) != 0,
          (state.cr4 & x86::cr4::kPse) != 0,
          (state.cr4 & x86::cr4::kPge) != 0};
}

template <class Tables>
TableWalk table_walk(std::string name, Tables tables, const State& state, Gva address) {
  const x86::Walk walk =
      x86::walk(tables, context_of(state), address.v, Access::kLoad, x86::Purpose::kLook);
  TableWalk view{std::move(name), "CR3", state.cr3, 2, {}, "", std::nullopt};
  for (unsigned i = 0; i < walk.references; ++i) {
    const auto& [at, entry] = walk.steps[i];
    view.references.push_back(
        {i, (at & kPageMask) / 4, at, entry, entry >> kPageShift, flags_text(entry)});
  }
  view.outcome = walk.fault ? fault_text(walk)
                            : rights_text(walk.flags) + (walk.large ? "; a page of 4 MiB" : "");
  if (!walk.fault) view.address = (u64{walk.frame} << kPageShift) + address.offset();
  return view;
}

}  // namespace

std::vector<TableWalk> X86Lens::walks(Gva address) const {
  std::vector<TableWalk> all;
  if (paging())
    all.push_back(
        table_walk(virtualized() ? "the guest's tables, guest-physical" : "the guest's tables",
                   GuestTables{vm()}, belief(), address));
  if (deprivileged() && truth().paging())
    all.push_back(table_walk("the VMM's shadow tables, host-physical",
                             HostTables{machine().memory()}, truth(), address));
  return all;
}

std::string X86Lens::tlb(Gva address) const {
  const x86::Mmu& mmu = machine().cpu().mmu();
  if (!mmu.looks_up(truth().paging()))
    return "paging is off in the hardware: every address stands for itself";
  const mmu::TlbEntry* entry = mmu.tlb.find(address);
  if (!entry) return "the TLB holds nothing for this page";
  return fmt::format("the TLB holds frame {:#x}, {}", entry->frame, flags_text(entry->flags));
}

}  // namespace ringside::session
