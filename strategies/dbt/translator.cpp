#include "strategies/dbt/translator.hpp"

#include "cpu/cpu.hpp"

namespace ringside::strategies {

using cpu::Cr;
using cpu::OpKind;
using cpu::OpReason;
using cpu::TcOp;
using zisa::row_of;

namespace {

struct Choice {
  OpKind kind = OpKind::kIdentical;
  OpReason reason = OpReason::kNone;
};
constexpr Choice kVirtual{OpKind::kInCache, OpReason::kVirtualRegister};
constexpr Choice kEvents{OpKind::kCallOutLight, OpReason::kEvents};
constexpr Choice kBigChange{OpKind::kCallOutFull, OpReason::kModeOrMap};
constexpr Choice kTrap{OpKind::kCallOutFull, OpReason::kOwnTrap};

// What lines and timer depend on needs a look at the devices; a register that there is not traps.
Choice read_control(u32 number) {
  if (number >= zisa::kCrCount) return kTrap;
  return static_cast<Cr>(number) == Cr::kIpend ? kEvents : kVirtual;
}

Choice write_control(u32 number) {
  if (number >= zisa::kCrCount || zisa::read_only(static_cast<Cr>(number))) return kTrap;
  switch (static_cast<Cr>(number)) {
    case Cr::kPtbr: return kBigChange;
    case Cr::kIenable:
    case Cr::kTimecmp:
    case Cr::kTimecmph: return kEvents;
    default: return kVirtual;
  }
}

// WRITE_SR is done in the cache as long as it leaves mode and paging alone; that shows when it runs.
Choice system_in_kernel(const zisa::Decoded& decoded) {
  const u32 number = static_cast<u32>(decoded.operands.imm);
  switch (decoded.row) {
    case row_of("read_sr"):
    case row_of("write_sr"):
    case row_of("read_ptbr"):
    case row_of("rdcyc"):
    case row_of("rdcych"): return kVirtual;
    case row_of("probe"): return {OpKind::kCallOutLight, OpReason::kGuestMap};
    case row_of("read_cr"): return read_control(number);
    case row_of("write_cr"): return write_control(number);
    case row_of("wfi"): return {OpKind::kCallOutFull, OpReason::kEvents};
    case row_of("ecall"):
    case row_of("ebreak"):
    case row_of("hcall"): return kTrap;
    default: return kBigChange;
  }
}

// In user mode most traps by itself, into the VMM; what does not is a hole, whatever the variant has opened.
Choice system_in_user(const zisa::Decoded& decoded, const cpu::Variant& variant) {
  if (!cpu::is_sensitive(decoded.row) || variant.traps_in_user(decoded.row, 0)) return {};
  return system_in_kernel(decoded);
}

Choice choose(const zisa::Decoded& decoded, bool supervisor, const cpu::Variant& variant) {
  if (decoded.row == zisa::kIllegalRow) return {};
  switch (zisa::kRows[decoded.row].kind) {
    case zisa::Kind::kBranch:
    case zisa::Kind::kJump: return {OpKind::kChainedJump, OpReason::kKnownTarget};
    case zisa::Kind::kIndirectJump: return {OpKind::kHashedJump, OpReason::kComputedTarget};
    case zisa::Kind::kSystem:
      return supervisor ? system_in_kernel(decoded) : system_in_user(decoded, variant);
    default: break;
  }
  if (decoded.row == row_of("auipc")) return {OpKind::kIdentical, OpReason::kGuestPc};
  return {};
}

}  // namespace

TcOp translate(u32 word, bool supervisor, const cpu::Variant& variant) {
  const Choice choice = choose(zisa::decode(word), supervisor, variant);
  return {word, choice.kind, choice.reason, false};
}

bool ends_unit(const TcOp& op) {
  const unsigned row = zisa::decode_row(op.insn);
  return op.kind == OpKind::kChainedJump || op.kind == OpKind::kHashedJump ||
         op.reason == OpReason::kOwnTrap || row == row_of("tret") || row == row_of("ecall") ||
         row == row_of("ebreak") || row == row_of("hcall") || row == zisa::kIllegalRow;
}

}  // namespace ringside::strategies
