#include "cpu/control_block.hpp"

#include <fmt/format.h>

namespace ringside::cpu {

void ControlBlock::clear() {
  for (const FieldInfo& each : kFields) write(each.field, 0);
  write(Field::kRevision, kControlBlockRevision);
  write(Field::kHostSr, zisa::sr::kMode);
  store_guest(ArchState{});
}

void ControlBlock::load_guest(ArchState& state) const {
  state.pc = read(Field::kGuestPc);
  state.sr = read(Field::kGuestSr);
  for (u32 i = 0; i < zisa::kCrCount; ++i) state.cr[i] = read(guest_field(static_cast<Cr>(i)));
  state.waiting = read(Field::kGuestActivity) != 0;
}

void ControlBlock::store_guest(const ArchState& state) {
  write(Field::kGuestPc, state.pc);
  write(Field::kGuestSr, state.sr);
  for (u32 i = 0; i < zisa::kCrCount; ++i) write(guest_field(static_cast<Cr>(i)), state.cr[i]);
  write(Field::kGuestActivity, state.waiting);
}

std::string EntryFault::text() const {
  return fmt::format("control block: {} = {:#x}: {}", info_of(field).name, value, rule);
}

namespace {

constexpr u32 kExceptions = 1u << 0 | 1u << 1 | 1u << 2 | 1u << 3 | 1u << 4 | 1u << 5 | 1u << 6 |
                            1u << 7 | 1u << 8 | 1u << 9 | 1u << 12 | 1u << 13 | 1u << 15 |
                            1u << 24 | 1u << 25;

// Bits that no trap, return or user code changes behind the VMM's back.
constexpr u32 kMaskable = zisa::sr::kPg | zisa::sr::kTsd;

bool is_cause(u32 value) {
  if (value >> 31) return (value & 31) == (value & 0x7fffffff) && zisa::kInterruptBits >> (value & 31) & 1;
  return value < 32 && kExceptions >> value & 1;
}

class Checks {
 public:
  Checks(const ControlBlock& block, const mmu::Memory& memory, const HardwareAssist& assist)
      : block_(block), memory_(memory), assist_(assist) {}

  std::optional<EntryFault> run() {
    demand(Field::kRevision, at(Field::kRevision) == kControlBlockRevision, "is not 1");
    guest();
    host();
    controls();
    event();
    return fault_;
  }

 private:
  u32 at(Field field) const { return block_.read(field); }
  void demand(Field field, bool holds, std::string_view rule) {
    if (!holds && !fault_) fault_ = EntryFault{field, at(field), rule};
  }
  void demand_bits(Field field, u32 allowed, std::string_view rule) {
    demand(field, (at(field) & ~allowed) == 0, rule);
  }
  void demand_root(Field field) {
    const u32 value = at(field);
    demand(field, mmu::ptbr::valid(value) && (value & ~mmu::ptbr::kAll) == 0, "is no shape of page tables");
  }

  void guest() {
    demand(Field::kGuestPc, at(Field::kGuestPc) % 4 == 0, "is not a multiple of 4");
    demand_bits(Field::kGuestSr, zisa::sr::kAll, "has bits that SR has not");
    demand(Field::kGuestTvec, at(Field::kGuestTvec) % 4 == 0, "is not a multiple of 4");
    demand_root(Field::kGuestPtbr);
    demand_bits(Field::kGuestIpend, zisa::kInterruptBits, "names interrupts that there are not");
    demand_bits(Field::kGuestIenable, zisa::kInterruptBits, "names interrupts that there are not");
    demand(Field::kGuestActivity, at(Field::kGuestActivity) <= 1, "is neither 0 nor 1");
  }

  void host() {
    demand(Field::kHostPc, at(Field::kHostPc) % 4 == 0, "is not a multiple of 4");
    demand_bits(Field::kHostSr, zisa::sr::kAll, "has bits that SR has not");
    demand(Field::kHostSr, at(Field::kHostSr) & zisa::sr::kMode, "is not supervisor mode");
    demand_root(Field::kHostPtbr);
  }

  void controls() {
    demand_bits(Field::kInstructionExits, kInstructionBits, "names instructions that there are not");
    demand_bits(Field::kCrReadExits, kCrBits, "names control registers that there are not");
    demand_bits(Field::kCrWriteExits, kCrBits, "names control registers that there are not");
    demand_bits(Field::kExceptionExits, kExceptions, "names causes that there are not");
    demand_bits(Field::kControls, control::kAll, "has bits that mean nothing");
    demand_bits(Field::kControls, assist_.vmids ? ~u32{0} : ~control::kUseVmid,
                "tags translations, and this CPU has no VM identifiers");
    demand_bits(Field::kInterruptWindow, zisa::kInterruptBits, "names interrupts that there are not");
    if (at(Field::kControls) & control::kNestedPaging) nested_root();
    if (at(Field::kControls) & control::kUseVmid)
      demand(Field::kVmid, at(Field::kVmid) - 1 < 0xffff, "is not between 1 and 65535");
    demand_bits(Field::kSrMask, kMaskable, "masks other bits than PG and TSD");
    demand_bits(Field::kSrShadow, zisa::sr::kAll, "has bits that SR has not");
  }

  void nested_root() {
    demand_root(Field::kNestedPtbr);
    if (fault_) return;
    const u32 root = at(Field::kNestedPtbr);
    const mmu::Shape& shape = mmu::shape_of(root);
    const Hpa table{shape.table_base(root & mmu::ptbr::kFrame, 0)};
    demand(Field::kNestedPtbr, memory_.contains(table, shape.table_bytes(0)), "does not lie in RAM");
  }

  void event() {
    const u32 event = at(Field::kEntryEvent), cause = at(Field::kEntryCause);
    demand(Field::kEntryEvent, event <= 1, "is neither 0 nor 1");
    if (event != 1) return;
    demand(Field::kEntryCause, is_cause(cause), "is no cause");
    const u32 sr = at(Field::kGuestSr);
    const bool enabled = !(sr & zisa::sr::kMode) || sr & zisa::sr::kIe;
    demand(Field::kEntryCause, !(cause >> 31) || enabled,
           "is an interrupt, and the guest has interrupts disabled");
  }

  const ControlBlock& block_;
  const mmu::Memory& memory_;
  const HardwareAssist& assist_;
  std::optional<EntryFault> fault_;
};

std::string_view group_name(FieldGroup group) {
  switch (group) {
    case FieldGroup::kHeader: return "header";
    case FieldGroup::kGuest: return "guest state";
    case FieldGroup::kHost: return "host state";
    case FieldGroup::kControl: return "control";
    case FieldGroup::kEntry: return "entry";
    case FieldGroup::kExit: return "exit, read-only";
  }
  return "";
}

}  // namespace

std::optional<EntryFault> check_entry(const ControlBlock& block, const mmu::Memory& memory,
                                      const HardwareAssist& assist) {
  return Checks(block, memory, assist).run();
}

std::string field_table() {
  std::string text = "| number | offset | field | group | meaning |\n|-------:|-------:|-------|-------|---------|\n";
  for (const FieldInfo& each : kFields)
    text += fmt::format("| {} | {:#05x} | `{}` | {} | {} |\n", number_of(each.field),
                        4 * number_of(each.field), each.name, group_name(each.group), each.meaning);
  return text;
}

}  // namespace ringside::cpu
