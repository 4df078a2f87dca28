#include "session/beliefs.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "isa/x86/registers.hpp"
#include "isa/zisa/registers.hpp"
#include "session/lens.hpp"

namespace ringside::session {

namespace {

// A field of a privileged register in words.
struct Field {
  std::string_view reg;
  u32 mask;
  std::string_view name, off, on;
  std::string_view meaning;
};

namespace sr = zisa::sr;
constexpr std::array kZisaFields = {
    Field{"sr", sr::kMode, "mode", "U (user)", "S (supervisor)", "The mode the CPU is in (SR.MODE)."},
    Field{"sr", sr::kIe, "interrupts", "off", "on", "Whether interrupts are let in (SR.IE)."},
    Field{"sr", sr::kPmode, "came from", "U (user)", "S (supervisor)",
          "The mode before the last trap, to which TRET goes back (SR.PMODE)."},
    Field{"sr", sr::kPie, "then interrupts", "off", "on", "What TRET makes of the interrupt flag (SR.PIE)."},
    Field{"sr", sr::kPg, "paging", "off", "on", "Whether addresses go through page tables (SR.PG)."},
    Field{"sr", sr::kTsd, "RDCYC in U", "allowed", "traps", "Whether user code may read the cycle counter (SR.TSD)."}};

constexpr std::array kX86Fields = {
    Field{"eflags", x86::flag::kIf, "interrupts", "off", "on", "Whether interrupts are let in (EFLAGS.IF)."},
    Field{"eflags", x86::flag::kTf, "single step", "off", "on", "Whether each instruction raises #DB (EFLAGS.TF)."},
    Field{"cr0", x86::cr0::kPe, "protected mode", "off", "on", "Whether segments are descriptors (CR0.PE)."},
    Field{"cr0", x86::cr0::kPg, "paging", "off", "on", "Whether addresses go through page tables (CR0.PG)."},
    Field{"cr0", x86::cr0::kWp, "write protection", "user alone", "kernel too",
          "Whether the kernel too may not write read-only pages (CR0.WP)."},
    Field{"cr0", x86::cr0::kTs, "FPU", "free", "traps", "Whether the next FPU instruction raises #NM (CR0.TS)."}};

struct Meaning {
  std::string_view reg, text;
};
constexpr std::array kMeanings = {
    Meaning{"sr", "The status register: mode, interrupts, paging."},
    Meaning{"tvec", "Where traps go: the address of the kernel's handler."},
    Meaning{"epc", "Where the last trap came from, and TRET goes back to."},
    Meaning{"cause", "Why the last trap came."},
    Meaning{"tval", "The address or word that the last trap is about."},
    Meaning{"scratch", "A word that is the kernel's own."},
    Meaning{"ptbr", "Where the page tables are: frame number of the root."},
    Meaning{"ipend", "Interrupts that wait."},
    Meaning{"ienable", "Interrupts that the kernel wants."},
    Meaning{"timecmp", "When the timer interrupts, low word."},
    Meaning{"timecmph", "When the timer interrupts, high word."},
    Meaning{"cpuid", "What the CPU says it is."},
    Meaning{"eflags", "Flags: arithmetic ones, and those of the system such as IF and IOPL."},
    Meaning{"cr0", "Protected mode, paging, write protection."},
    Meaning{"cr2", "The address that the last page fault was about."},
    Meaning{"cr3", "Where the page tables are: address of the page directory."},
    Meaning{"cr4", "Large pages, global pages, the time-stamp counter for user code."},
    Meaning{"cs", "The code segment; its last two bits are the privilege level."},
    Meaning{"ss", "The stack segment."},
    Meaning{"ds", "The data segment."},
    Meaning{"es", "A further data segment."},
    Meaning{"fs", "A further data segment."},
    Meaning{"gs", "A further data segment."},
    Meaning{"ldtr", "The local descriptor table."},
    Meaning{"tr", "The task state segment: where the kernel's stack is."},
    Meaning{"gdtr", "The global descriptor table."},
    Meaning{"idtr", "The interrupt descriptor table: where traps go."}};

std::string_view meaning_of(std::string_view name) {
  const auto found = std::ranges::find(kMeanings, name, &Meaning::reg);
  return found == kMeanings.end() ? std::string_view() : found->text;
}

Belief field_belief(const Field& field, const PrivilegedRegister& r) {
  const auto words = [&](u32 value) { return std::string(value & field.mask ? field.on : field.off); };
  return {std::string(field.name), field.meaning,       words(r.belief),
          words(r.truth),          words(r.bare_metal), r.belief & field.mask};
}

void add_fields(Beliefs& all, std::span<const Field> fields, const Registers& registers) {
  for (const Field& field : fields)
    for (const PrivilegedRegister& r : registers.privileged)
      if (r.name == field.reg) all.state.push_back(field_belief(field, r));
}

std::string segment_text(const SegmentView& s) {
  const std::string base = fmt::format("{:08x}+{:x}", s.base, s.limit);
  return s.selector ? fmt::format("{:04x}  {}", *s.selector, base) : base;
}

}  // namespace

Beliefs beliefs(const Session& session) {
  const auto lens = make_lens(session.any_machine());
  const Registers r = lens->registers();
  Beliefs all{lens->virtualized(), lens->deprivileged(), {}, {}};
  if (session.is_x86())
    all.state.push_back({"mode", "The privilege level the CPU is in (CPL): 0 is the kernel's, 3 the programs'.",
                         lens->believed_mode(), lens->real_mode(), lens->believed_mode(), 0});
  add_fields(all, session.is_x86() ? std::span<const Field>(kX86Fields) : kZisaFields, r);
  const auto word = [](u32 value) { return fmt::format("{:08x}", value); };
  for (const PrivilegedRegister& each : r.privileged)
    all.registers.push_back({each.name, meaning_of(each.name), word(each.belief), word(each.truth),
                             word(r.deprivileged ? each.bare_metal : each.belief), each.belief});
  for (const SegmentRegister& each : r.segments) {
    const std::string believed = segment_text(each.belief);
    all.registers.push_back(
        {each.name, meaning_of(each.name), believed, segment_text(each.truth), believed, each.belief.base});
  }
  if (!all.deprivileged)
    for (Belief& each : all.state) each.bare_metal = each.believed;
  return all;
}

std::string explain_belief(const Belief& b) {
  std::string text;
  if (b.differs())
    text = fmt::format("The guest believes {} = {}; the machine holds {}.", b.name, b.believed, b.true_value);
  if (b.deceived())
    text += fmt::format("{}On the bare machine it would be {}: a sensitive instruction ran without a trap and lied.",
                        text.empty() ? "" : " ", b.bare_metal);
  return text;
}

}  // namespace ringside::session
