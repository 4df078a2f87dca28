// Instructions that exit from VMX non-root operation (SDM volume 3, section 26.1). What the guest's own privilege forbids
// faults before it exits.
#include "cpu/x86/cpu.hpp"
#include "cpu/x86/hardware.hpp"
#include "cpu/x86/operands.hpp"

namespace ringside::x86 {

namespace {

constexpr bool is_port_io(unsigned row) {
  return row == row_of("in") || row == row_of("out") || row == row_of("ins") || row == row_of("outs");
}

u32 io_port(const Instruction& i, const State& state) {
  for (const Operand& each : i.operands) {
    if (i.row == row_of("ins") || i.row == row_of("outs")) break;
    if (each.kind == Operand::kImmediate) return i.immediate[each.number] & 0xff;
  }
  return state.r[kEdx] & 0xffff;
}

// SDM volume 3, table 28-5.
u32 io_qualification(const Instruction& i, u32 port) {
  namespace q = qualification;
  const bool string = i.row == row_of("ins") || i.row == row_of("outs");
  const bool in = i.row == row_of("in") || i.row == row_of("ins");
  bool immediate = false;
  for (const Operand& each : i.operands) immediate |= !string && each.kind == Operand::kImmediate;
  return (i.width - 1u) | (in ? q::kIn : 0) | (string ? q::kString : 0) | (i.rep != Rep::kNone ? q::kRep : 0) |
         (immediate ? q::kImmediatePort : 0) | port << q::kPortShift;
}

}  // namespace

std::optional<Step> Cpu::exit_before(const Instruction& i) {
  non_root.instruction = i;
  if (i.row >= kRowCount || kRows[i.row].since > model_.generation) return std::nullopt;
  if (is_port_io(i.row)) return exit_for_io(i);
  const RowInfo& row = kRows[i.row];
  if (row.kind != Kind::kSystem) return std::nullopt;
  if (row.in_user == InUser::kTraps && state.cpl != 0) return std::nullopt;
  const auto info = wanted_exit(i);
  if (!info) return std::nullopt;
  return leave(*info);
}

std::optional<ExitInfo> Cpu::wanted_exit(const Instruction& i) const {
  const VmxControls& c = non_root.controls;
  const auto when = [&](bool exits, ExitReason reason, u32 qualification = 0) {
    return exits ? std::optional(exit_for(reason, qualification)) : std::nullopt;
  };
  const bool tables = c.secondary & secondary::kDescriptorTableExiting;
  switch (i.row) {
    case row_of("cpuid"): return when(true, ExitReason::kCpuid);
    case row_of("vmcall"): return when(true, ExitReason::kVmcall);
    case row_of("invd"): return when(true, ExitReason::kInvd);
    case row_of("wbinvd"): return when(c.secondary & secondary::kWbinvdExiting, ExitReason::kWbinvd);
    case row_of("hlt"): return when(c.primary & primary::kHltExiting, ExitReason::kHlt);
    case row_of("invlpg"): return when(c.primary & primary::kInvlpgExiting, ExitReason::kInvlpg, linear_operand(i));
    case row_of("rdtsc"):
      if (state.cr4 & cr4::kTsd && state.cpl != 0) return std::nullopt;
      return when(c.primary & primary::kRdtscExiting, ExitReason::kRdtsc);
    case row_of("rdmsr"): return when(msr_exits(false), ExitReason::kRdmsr);
    case row_of("wrmsr"): return when(msr_exits(true), ExitReason::kWrmsr);
    case row_of("sgdt"): case row_of("sidt"): case row_of("lgdt"): case row_of("lidt"):
      return when(tables, ExitReason::kGdtrIdtr);
    case row_of("sldt"): case row_of("str"): case row_of("lldt"): case row_of("ltr"):
      return when(tables && state.cr0 & cr0::kPe, ExitReason::kLdtrTr);
    case row_of("mov_from_dr"): case row_of("mov_to_dr"):
      return when(c.primary & primary::kMovDrExiting, ExitReason::kMovDr, dr_qualification(i));
    case row_of("mov_to_cr"): case row_of("mov_from_cr"): case row_of("clts"): case row_of("lmsw"):
      if (const auto access = control_register_exit(i)) return exit_for(ExitReason::kControlRegister, *access);
      return std::nullopt;
    default: return std::nullopt;
  }
}

u32 Cpu::linear_operand(const Instruction& i) const {
  Hardware hardware(const_cast<Cpu&>(*this));
  State copy = state;
  View<Hardware> view(copy, hardware, model_);
  const OperandOf<View<Hardware>, u8> operand(view, i, 0);
  return view.linear(operand.segment(), operand.offset());
}

// --- control registers (SDM volume 3, section 26.1.3) ---

namespace {
struct Moved {
  unsigned number, general;
};
// The special register of MOV CR and MOV DR, and the general one.
Moved moved(const Instruction& i) {
  const bool to = i.row == row_of("mov_to_cr") || i.row == row_of("mov_to_dr");
  return {i.operands[to ? 0 : 1].number, i.operands[to ? 1 : 0].number};
}
}  // namespace

u32 Cpu::dr_qualification(const Instruction& i) const {
  namespace q = qualification;
  const auto [number, general] = moved(i);
  return number | (i.row == row_of("mov_from_dr") ? q::kMovFromDr : 0) | general << q::kRegisterShift;
}

// The qualification, if the access exits.
std::optional<u32> Cpu::control_register_exit(const Instruction& i) const {
  namespace q = qualification;
  const VmxControls& c = non_root.controls;
  if (i.row == row_of("clts")) {
    if (c.cr0_mask & c.cr0_shadow & cr0::kTs) return q::kClts;
    return std::nullopt;
  }
  if (i.row == row_of("lmsw")) return lmsw_exit(i);
  const auto [number, general] = moved(i);
  const u32 which = number | general << q::kRegisterShift;
  if (i.row == row_of("mov_from_cr")) {
    if (number == 3 && c.primary & primary::kCr3StoreExiting) return which | q::kMovFromCr;
    return std::nullopt;
  }
  if (cr_write_exits(number, state.r[general])) return which | q::kMovToCr;
  return std::nullopt;
}

bool Cpu::cr_write_exits(unsigned number, u32 value) const {
  const VmxControls& c = non_root.controls;
  if (number == 0) return (value ^ c.cr0_shadow) & c.cr0_mask;
  if (number == 4) return model_.cr4() != 0 && (value ^ c.cr4_shadow) & c.cr4_mask;
  if (number != 3 || !(c.primary & primary::kCr3LoadExiting)) return false;
  return std::find(c.cr3_target.begin(), c.cr3_target.begin() + c.cr3_targets, value) ==
         c.cr3_target.begin() + c.cr3_targets;
}

// LMSW exits if it would set PE, or change one of the three bits above, where they are the VMM's.
std::optional<u32> Cpu::lmsw_exit(const Instruction& i) const {
  namespace q = qualification;
  const VmxControls& c = non_root.controls;
  constexpr u32 kChanges = cr0::kMp | cr0::kEm | cr0::kTs;
  if (i.operands[0].kind == Operand::kMemory) return c.cr0_mask & (kChanges | cr0::kPe) ? std::optional(q::kLmsw | 1u << 6) : std::nullopt;
  const u32 value = state.r[i.operands[0].number] & 0xffff;
  const bool sets = value & ~c.cr0_shadow & c.cr0_mask & cr0::kPe;
  const bool changes = (value ^ c.cr0_shadow) & c.cr0_mask & kChanges;
  if (!sets && !changes) return std::nullopt;
  return q::kLmsw | value << q::kLmswShift;
}

// --- masks and shadows ---

// Such an instruction executes on what the guest sees; what is the VMM's is put back behind it.
Cpu::Unmasked::Unmasked(Cpu& cpu) : cpu_(cpu), cr0_(cpu.state.cr0), cr4_(cpu.state.cr4) {
  cpu.state.cr0 = cpu.non_root.visible_cr0(cr0_);
  cpu.state.cr4 = cpu.non_root.visible_cr4(cr4_);
}

Cpu::Unmasked::~Unmasked() {
  const VmxControls& c = cpu_.non_root.controls;
  State& s = cpu_.state;
  s.cr0 = (s.cr0 & ~c.cr0_mask) | (cr0_ & c.cr0_mask);
  s.cr4 = (s.cr4 & ~c.cr4_mask) | (cr4_ & c.cr4_mask);
}

// --- MSRs (SDM volume 3, section 25.6.9): a bitmap for reads and one for writes of the low MSRs; the high ones exit ---

bool Cpu::msr_exits(bool write) const {
  const VmxControls& c = non_root.controls;
  constexpr u32 kLow = 0x2000, kWrites = 0x800;
  const u32 number = state.r[kEcx];
  if (!(c.primary & primary::kMsrBitmaps) || number >= kLow) return true;
  const u8 byte = mmu_.memory().read<u8>(c.msrs + (write ? kWrites : 0) + number / 8);
  return byte >> (number & 7) & 1;
}

// --- ports (SDM volume 3, section 25.6.4): by the bitmaps, or all; an access that wraps around exits ---

bool Cpu::port_exits(u32 port, unsigned bytes) const {
  const VmxControls& c = non_root.controls;
  if (!(c.primary & primary::kIoBitmaps)) return c.primary & primary::kIoExiting;
  if (port + bytes > 0x10000) return true;
  for (u32 each = port; each < port + bytes; ++each) {
    const Hpa map = each < 0x8000 ? c.io_a : c.io_b;
    if (mmu_.memory().read<u8>(map + (each & 0x7fff) / 8) >> (each & 7) & 1) return true;
  }
  return false;
}

// The permission is looked up in the guest's TSS first, as the instruction would. REP without an iteration to go does
// not exit.
std::optional<Step> Cpu::exit_for_io(const Instruction& i) {
  const u32 port = io_port(i, state);
  if (!port_exits(port, i.width)) return std::nullopt;
  if (i.rep != Rep::kNone && (state.r[kEcx] & rows::address_mask(i)) == 0) return std::nullopt;
  Hardware hardware(*this);
  View<Hardware> view(state, hardware, model_);
  if (!view.port_allowed(static_cast<u16>(port), i.width)) return std::nullopt;
  return leave(exit_for(ExitReason::kIo, io_qualification(i, port)));
}

}  // namespace ringside::x86
