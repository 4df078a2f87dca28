#include "strategies/dbt/x86_translator.hpp"

namespace ringside::strategies {

using cpu::OpKind;
using cpu::OpReason;
using namespace x86;

namespace {

struct Choice {
  OpKind kind = OpKind::kIdentical;
  OpReason reason = OpReason::kNone;
};
constexpr Choice kVirtual{OpKind::kInCache, OpReason::kVirtualRegister};
constexpr Choice kRegisterOfVmm{OpKind::kCallOutLight, OpReason::kVirtualRegister};
constexpr Choice kAsksMap{OpKind::kCallOutLight, OpReason::kGuestMap};
constexpr Choice kDevice{OpKind::kCallOutLight, OpReason::kEvents};
constexpr Choice kWaits{OpKind::kCallOutFull, OpReason::kEvents};
constexpr Choice kBigChange{OpKind::kCallOutFull, OpReason::kModeOrMap};
constexpr Choice kTrap{OpKind::kCallOutFull, OpReason::kOwnTrap};

struct NamedChoice {
  std::string_view row;
  Choice choice;
};
// What reads or writes a register that the guest has a virtual one of, and no more, is done in the cache. Loads of
// segments look into the guest's descriptor tables.
constexpr NamedChoice kKernelRows[] = {
    {"cli", kVirtual}, {"sti", kVirtual}, {"pushf", kVirtual}, {"popf", kVirtual},
    {"push_segment", kVirtual}, {"mov_from_segment", kVirtual},
    {"sgdt", kVirtual}, {"sidt", kVirtual}, {"sldt", kVirtual}, {"str", kVirtual}, {"smsw", kVirtual},
    {"mov_from_cr", kVirtual}, {"rdtsc", kVirtual},
    {"mov_to_segment", kAsksMap}, {"pop_segment", kAsksMap}, {"lds", kAsksMap}, {"les", kAsksMap},
    {"lss", kAsksMap}, {"lfs", kAsksMap}, {"lgs", kAsksMap},
    {"lar", kAsksMap}, {"lsl", kAsksMap}, {"verr", kAsksMap}, {"verw", kAsksMap},
    {"lgdt", kRegisterOfVmm}, {"lidt", kRegisterOfVmm}, {"lldt", kRegisterOfVmm}, {"ltr", kRegisterOfVmm},
    {"mov_from_dr", kRegisterOfVmm}, {"mov_to_dr", kRegisterOfVmm}, {"rdmsr", kRegisterOfVmm},
    {"wrmsr", kRegisterOfVmm}, {"cpuid", kRegisterOfVmm},
    {"invlpg", kBigChange}, {"mov_to_cr", kBigChange}, {"clts", kBigChange}, {"lmsw", kBigChange},
    {"invd", kBigChange}, {"wbinvd", kBigChange},
    {"jmp_far", kBigChange}, {"call_far", kBigChange}, {"ret_far", kBigChange}, {"iret", kBigChange},
    {"sysexit", kBigChange}, {"sysenter", kBigChange},
    {"int", kTrap}, {"int3", kTrap}, {"int1", kTrap},
    {"in", kDevice}, {"out", kDevice}, {"ins", kDevice}, {"outs", kDevice}, {"hlt", kWaits},
};

constexpr auto kKernelChoices = [] {
  std::array<Choice, kRowCount> choices{};
  for (const NamedChoice& each : kKernelRows)
    for (unsigned row = 0; row < kRowCount; ++row)
      if (kRows[row].name == each.row) choices[row] = each.choice;
  return choices;
}();

// In user mode what traps comes to the VMM by itself; what does not and is sensitive is a hole.
Choice system_choice(unsigned row, bool supervisor) {
  const bool lets_through = supervisor || is_hole(kRows[row]);
  return lets_through ? kKernelChoices[row] : Choice{};
}

Choice choose(const Instruction& instruction, bool supervisor, bool whole) {
  if (!whole) return {OpKind::kCallOutFull, OpReason::kCrossesPage};
  if (instruction.row >= kRowCount) return {};
  switch (kRows[instruction.row].kind) {
    case Kind::kBranch:
    case Kind::kJump: return {OpKind::kChainedJump, OpReason::kKnownTarget};
    case Kind::kIndirectJump: return {OpKind::kHashedJump, OpReason::kComputedTarget};
    default: return system_choice(instruction.row, supervisor);
  }
}

constexpr bool leads_away(unsigned row) {
  for (const auto* name : {"jmp_far", "call_far", "ret_far", "iret", "sysexit", "sysenter", "hlt", "ud2", "vmcall"})
    if (kRows[row].name == name) return true;
  return false;
}

}  // namespace

TcOp translate(const Instruction& instruction, bool supervisor, bool whole) {
  const Choice choice = choose(instruction, supervisor, whole);
  return {instruction, choice.kind, choice.reason, false};
}

bool ends_unit(const TcOp& op) {
  const unsigned row = op.insn.row;
  return op.kind == OpKind::kChainedJump || op.kind == OpKind::kHashedJump || op.reason == OpReason::kOwnTrap ||
         op.reason == OpReason::kCrossesPage || row >= kRowCount || leads_away(row);
}

}  // namespace ringside::strategies
