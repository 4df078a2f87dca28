#include "cpu/x86/vmcs.hpp"

#include <fmt/format.h>

namespace ringside::x86 {

namespace {

constexpr unsigned kLdtr = kSegs, kTr = kSegs + 1, kSegmentFields = kSegs + 2;

// Of a State or a const one.
auto& segment_number(auto& state, unsigned number) {
  return number == kLdtr ? state.ldtr : number == kTr ? state.tr : state.seg[number];
}

u32 interruptibility_of(const State& state) {
  using namespace interruptibility;
  const u32 shadow = state.shadow == Shadow::kBySti ? kBySti : state.shadow == Shadow::kByMovSs ? kByMovSs : 0;
  return shadow | (state.nmi_blocked ? kByNmi : 0);
}

Shadow shadow_of(u32 interruptibility) {
  if (interruptibility & interruptibility::kBySti) return Shadow::kBySti;
  return interruptibility & interruptibility::kByMovSs ? Shadow::kByMovSs : Shadow::kNone;
}

}  // namespace

std::array<FieldValue, kGuestFields> guest_fields(const State& s) {
  std::array<FieldValue, kGuestFields> out{};
  unsigned count = 0;
  const auto add = [&](Field field, u64 value) { out[count++] = {field, value}; };
  for (unsigned i = 0; i < kSegmentFields; ++i) {
    const Segment& segment = segment_number(s, i);
    add(field_after(Field::kGuestEsSelector, i), segment.selector);
    add(field_after(Field::kGuestEsBase, i), segment.base);
    add(field_after(Field::kGuestEsLimit, i), segment.limit);
    add(field_after(Field::kGuestEsRights, i), segment.access);
  }
  add(Field::kGuestGdtrBase, s.gdtr.base), add(Field::kGuestGdtrLimit, s.gdtr.limit);
  add(Field::kGuestIdtrBase, s.idtr.base), add(Field::kGuestIdtrLimit, s.idtr.limit);
  add(Field::kGuestCr0, s.cr0), add(Field::kGuestCr3, s.cr3), add(Field::kGuestCr4, s.cr4);
  add(Field::kGuestDr7, s.dr[7]), add(Field::kGuestPendingDebug, s.pending_debug);
  add(Field::kGuestRsp, s.r[kEsp]), add(Field::kGuestRip, s.eip), add(Field::kGuestRflags, s.eflags);
  add(Field::kGuestSysenterCs, s.sysenter_cs), add(Field::kGuestSysenterEsp, s.sysenter_esp);
  add(Field::kGuestSysenterEip, s.sysenter_eip);
  add(Field::kGuestInterruptibility, interruptibility_of(s)), add(Field::kGuestActivity, s.halted);
  return out;
}

void Vmcs::store_guest(const State& state) {
  for (const auto& [field, value] : guest_fields(state)) write(field, value);
}

// CPL is the DPL of SS (SDM volume 3, section 25.4.1).
void Vmcs::load_guest(State& s) const {
  for (unsigned i = 0; i < kSegmentFields; ++i) {
    segment_number(s, i) = {static_cast<u16>(read(field_after(Field::kGuestEsSelector, i))),
               read32(field_after(Field::kGuestEsBase, i)), read32(field_after(Field::kGuestEsLimit, i)),
               read32(field_after(Field::kGuestEsRights, i))};
  }
  s.cpl = static_cast<u8>(s.segment(Seg::kSs).dpl());
  s.gdtr = {read32(Field::kGuestGdtrBase), static_cast<u16>(read(Field::kGuestGdtrLimit))};
  s.idtr = {read32(Field::kGuestIdtrBase), static_cast<u16>(read(Field::kGuestIdtrLimit))};
  s.cr0 = read32(Field::kGuestCr0), s.cr3 = read32(Field::kGuestCr3), s.cr4 = read32(Field::kGuestCr4);
  s.dr[7] = read32(Field::kGuestDr7), s.pending_debug = read32(Field::kGuestPendingDebug);
  s.r[kEsp] = read32(Field::kGuestRsp), s.eip = read32(Field::kGuestRip), s.eflags = read32(Field::kGuestRflags);
  s.sysenter_cs = read32(Field::kGuestSysenterCs), s.sysenter_esp = read32(Field::kGuestSysenterEsp);
  s.sysenter_eip = read32(Field::kGuestSysenterEip);
  const bool offsetting = read(Field::kPrimaryControls) & primary::kTscOffsetting;
  s.tsc_offset = offsetting ? read(Field::kTscOffset) : 0;
  const u32 blocked = read32(Field::kGuestInterruptibility);
  s.shadow = shadow_of(blocked);
  s.nmi_blocked = blocked & interruptibility::kByNmi;
  s.halted = read(Field::kGuestActivity) == 1;
}

void Vmcs::clear() {
  memory_->write<u32>(at_, kVmcsRevision);
  memory_->write<u32>(at_ + 4, u32{0});
  for (const FieldInfo& each : kFields) write(each.field, 0);
  write(Field::kVmcsLinkPointer, ~u64{0});
  store_guest(State{});
}

std::string EntryFault::text() const {
  const FieldInfo* const info = find_field(field);
  return fmt::format("VMCS: {} ({:04X}H) = {:#x}: {}", info ? info->name : "?", encoding_of(field), value, rule);
}

namespace {

std::string_view group_name(FieldGroup group) {
  switch (group) {
    case FieldGroup::kGuest: return "guest state";
    case FieldGroup::kControl: return "control";
    case FieldGroup::kExit: return "exit information, read-only";
  }
  return "";
}

std::string_view width_name(Field field) {
  constexpr std::string_view kWidths[] = {"16", "64", "32", "natural"};
  return kWidths[encoding_of(field) >> 13 & 3];
}

}  // namespace

std::string vmcs_field_table() {
  std::string text = "| encoding | width | field | group |\n|---------:|------:|-------|-------|\n";
  for (const FieldInfo& each : kFields)
    text += fmt::format("| {:04X}H | {} | {} | {} |\n", encoding_of(each.field), width_name(each.field), each.name,
                        group_name(each.group));
  return text;
}

}  // namespace ringside::x86
