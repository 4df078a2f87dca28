#include "study/classify/robin_irvine.hpp"

#include <algorithm>

namespace ringside::study {

namespace {

constexpr std::string_view kRegisters = "sensitive register instructions";
constexpr std::string_view kProtection = "protection system references";

std::vector<PublishedInstruction> published() {
  return {{"SGDT", kRegisters, {"sgdt"}},
          {"SIDT", kRegisters, {"sidt"}},
          {"SLDT", kRegisters, {"sldt"}},
          {"SMSW", kRegisters, {"smsw"}},
          {"PUSHF", kRegisters, {"pushf"}},
          {"POPF", kRegisters, {"popf"}},
          {"LAR", kProtection, {"lar"}},
          {"LSL", kProtection, {"lsl"}},
          {"VERR", kProtection, {"verr"}},
          {"VERW", kProtection, {"verw"}},
          {"POP segment", kProtection, {"pop_segment"}},
          {"PUSH segment", kProtection, {"push_segment"}},
          {"CALL far", kProtection, {"call_far"}},
          {"JMP far", kProtection, {"jmp_far"}},
          {"INT n", kProtection, {"int"}},
          {"RET far", kProtection, {"ret_far"}},
          {"STR", kProtection, {"str"}},
          {"MOV segment", kProtection, {"mov_from_segment", "mov_to_segment"}}};
}

struct Reason {
  std::string_view instruction, why;
};
constexpr std::string_view kFarPointer =
    "loads a segment register as MOV segment does: by CPL and by the descriptor table that GDTR or "
    "LDTR names";
constexpr std::string_view kGate =
    "calls a handler as INT n does: through IDTR, to another privilege level";
constexpr std::string_view kNoCount =
    "traps in user mode as it should, but for REP with ECX = 0, which does nothing at any level";
constexpr Reason kReasons[] = {
    {"iret", "returns as RET far does, and drops IF and IOPL without a trap as POPF does"},
    {"int3", kGate},
    {"into", kGate},
    {"int1", "calls the handler of #DB as INT n does its own, and asks no gate's level"},
    {"sysenter",
     "enters level 0 where the SYSENTER registers say; a user program's system call, as INT n"},
    {"les", kFarPointer},
    {"lds", kFarPointer},
    {"lss", kFarPointer},
    {"lfs", kFarPointer},
    {"lgs", kFarPointer},
    {"ins", kNoCount},
    {"outs", kNoCount},
    {"cpuid",
     "names the machine's features, among them the local APIC, which IA32_APIC_BASE switches off"},
    {"rdtsc",
     "time-sensitive alone: the clock goes on while the VMM works; CR4.TSD makes it trap"},
};

std::string_view reason_of(std::string_view instruction) {
  const auto at = std::ranges::find(kReasons, instruction, &Reason::instruction);
  return at == std::end(kReasons) ? "its witnesses tell (--witness)" : at->why;
}

bool is_hole(const std::vector<Finding>& findings, std::string_view row) {
  const auto at = std::ranges::find(findings, row, &Finding::instruction);
  return at != findings.end() && at->hole();
}

// The clock is no hole: a monitor that minds can have it trap.
bool is_extra(const Finding& finding) {
  return finding.hole() || (finding.is(Class::kTime) && !finding.privileged());
}

bool lists(const std::vector<PublishedInstruction>& published, const std::string& row) {
  return std::ranges::any_of(published, [&](const PublishedInstruction& each) {
    return std::ranges::count(each.rows, row) != 0;
  });
}

}  // namespace

Comparison compare_with_robin_irvine(const std::vector<Finding>& findings) {
  Comparison all{published(), {}};
  for (PublishedInstruction& each : all.published)
    each.found =
        std::ranges::all_of(each.rows, [&](const auto& row) { return is_hole(findings, row); });
  for (const Finding& each : findings)
    if (is_extra(each) && !lists(all.published, each.instruction))
      all.extras.push_back({each.instruction, reason_of(each.instruction)});
  return all;
}

}  // namespace ringside::study
