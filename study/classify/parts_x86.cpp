// The parts of the x86 machine.
#include <fmt/format.h>

#include "study/classify/parts.hpp"

namespace ringside::study {

using namespace session;
using namespace x86;

namespace {

std::string flags_text(u32 eflags) {
  constexpr std::pair<u32, std::string_view> kNames[] = {
      {flag::kCf, "CF"}, {flag::kPf, "PF"},   {flag::kAf, "AF"},   {flag::kZf, "ZF"},
      {flag::kSf, "SF"}, {flag::kTf, "TF"},   {flag::kIf, "IF"},   {flag::kDf, "DF"},
      {flag::kOf, "OF"}, {flag::kNt, "NT"},   {flag::kRf, "RF"},   {flag::kVm, "VM"},
      {flag::kAc, "AC"}, {flag::kVif, "VIF"}, {flag::kVip, "VIP"}, {flag::kId, "ID"}};
  std::string text;
  for (const auto& [bit, name] : kNames)
    if (eflags & bit) text += std::string(name) + " ";
  return text + fmt::format("IOPL={}", (eflags & flag::kIopl) >> flag::kIoplShift);
}

std::string table_text(const TableRegister& table) {
  return fmt::format("{:#010x} limit {:#06x}", table.base, table.limit);
}

std::string segment_text(const Segment& segment) {
  if (!segment.usable()) return fmt::format("{:#06x} unusable", segment.selector);
  return fmt::format("{:#06x} base {:#x} limit {:#x} DPL {}", segment.selector, segment.base,
                     segment.limit, segment.dpl());
}

// What says nothing where it is as in a plain machine.
Part compared(std::string_view what, std::string value, const std::string& plain) {
  return {std::string(what), value, value == plain};
}

void add_segments(Parts& parts, const State& cpu, const State& plain) {
  constexpr std::string_view kNames[] = {"ES", "CS", "SS", "DS", "FS", "GS"};
  for (unsigned i = 0; i < kSegs; ++i)
    parts.push_back(compared(kNames[i], segment_text(cpu.seg[i]), segment_text(plain.seg[i])));
  parts.push_back(compared("LDTR", segment_text(cpu.ldtr), segment_text(plain.ldtr)));
  parts.push_back(compared("TR", segment_text(cpu.tr), segment_text(plain.tr)));
}

void add_control(Parts& parts, const State& cpu, const State& plain) {
  const auto hex = [](u64 value) { return fmt::format("{:#010x}", value); };
  const auto add = [&](std::string_view name, u64 value, u64 as_plain) {
    parts.push_back(compared(name, hex(value), hex(as_plain)));
  };
  add("CR0", cpu.cr0, plain.cr0);
  add("CR2", cpu.cr2, plain.cr2);
  add("CR3", cpu.cr3, plain.cr3);
  add("CR4", cpu.cr4, plain.cr4);
  for (unsigned i = 0; i < cpu.dr.size(); ++i) add(fmt::format("DR{}", i), cpu.dr[i], plain.dr[i]);
  add("SYSENTER_CS", cpu.sysenter_cs, plain.sysenter_cs);
  add("SYSENTER_ESP", cpu.sysenter_esp, plain.sysenter_esp);
  add("SYSENTER_EIP", cpu.sysenter_eip, plain.sysenter_eip);
  add("APIC_BASE", cpu.apic_base, plain.apic_base);
  add("TSC offset", cpu.tsc_offset, plain.tsc_offset);
}

}  // namespace

Parts parts_of(const State& cpu) {
  constexpr std::string_view kNames[] = {"EAX", "ECX", "EDX", "EBX", "ESP", "EBP", "ESI", "EDI"};
  const State plain = lab_x86_plain_cpu(cpu.cpl);
  Parts parts = {{"CPL", fmt::format("{}", cpu.cpl), false},
                 compared("EFLAGS", flags_text(cpu.eflags), flags_text(plain.eflags)),
                 {"EIP", fmt::format("{:#010x}", cpu.eip), false},
                 {"halted", cpu.halted ? "yes" : "no", !cpu.halted},
                 {"NMI blocked", cpu.nmi_blocked ? "yes" : "no", !cpu.nmi_blocked}};
  for (unsigned i = 0; i < kGprs; ++i) parts.push_back(number(std::string(kNames[i]), cpu.r[i]));
  add_segments(parts, cpu, plain);
  parts.push_back(compared("GDTR", table_text(cpu.gdtr), table_text(plain.gdtr)));
  parts.push_back(compared("IDTR", table_text(cpu.idtr), table_text(plain.idtr)));
  add_control(parts, cpu, plain);
  return parts;
}

Parts parts_of(const LabX86State& state) {
  Parts parts = parts_of(state.cpu);
  add_pages(parts, kLabX86Base, state.pages);
  parts.push_back(number("time", state.time));
  return parts;
}

Parts parts_of(const State& cpu, const LabMap& map) {
  Parts parts = parts_of(cpu);
  add_map(parts, kLabX86Base, map, cpu.paging());
  return parts;
}

std::string ending(const LabX86Outcome& outcome) {
  constexpr std::string_view kNames[] = {"#DE", "#DB", "NMI", "#BP", "#OF", "#BR",
                                         "#UD", "#NM", "#DF", "",    "#TS", "#NP",
                                         "#SS", "#GP", "#PF", "",    "#MF", "#AC"};
  if (outcome.completed) return "completes";
  const bool named = outcome.vector < std::size(kNames);
  const std::string name =
      named ? std::string(kNames[outcome.vector]) : fmt::format("vector {}", outcome.vector);
  return outcome.code ? fmt::format("traps: {}({:#x})", name, *outcome.code) : "traps: " + name;
}

}  // namespace ringside::study
