#include "session/control_view.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "cpu/control_block.hpp"
#include "cpu/x86/vmcs.hpp"
#include "session/control_words.hpp"
#include "session/lens.hpp"
#include "vmm/x86/arch.hpp"

namespace ringside::session {

namespace {

// A block's class can write as well; nothing here does.
mmu::Memory& memory_of(const Session& session) { return const_cast<mmu::Memory&>(session.any_machine().memory()); }

// --- Z-ISA ---

std::string_view group_name(cpu::FieldGroup group) {
  constexpr std::array<std::string_view, 6> kNames = {"Header",   "Guest state",    "Host state",
                                                      "Controls", "Event at entry", "About the last exit"};
  return kNames[static_cast<std::size_t>(group)];
}

std::optional<u64> held(const vmm::ArchState& state, cpu::Field field) {
  using cpu::Field;
  if (field == Field::kGuestPc) return state.pc;
  if (field == Field::kGuestSr) return state.sr;
  if (field == Field::kGuestActivity) return state.waiting;
  if (field < Field::kGuestTvec || field > Field::kGuestCpuid) return std::nullopt;
  return state.cr[number_of(field) - number_of(Field::kGuestTvec)];
}

void add_fields(ControlView& view, const Session& session, const vmm::VmState& state) {
  const auto& cpu = session.machine().cpu();
  const cpu::ControlBlock block(memory_of(session), state.assisted.block);
  view.entered = cpu.non_root.active && cpu.non_root.block == state.assisted.block;
  for (const cpu::FieldInfo& info : cpu::kFields) {
    const u32 number = cpu::number_of(info.field);
    const bool read = number < 64 && state.assisted.fetched >> number & 1;
    ControlField f{number, std::string(info.name), group_name(info.group), info.meaning, block.read(info.field), std::nullopt, 8, read, ""};
    if (view.entered) f.now = held(cpu.state, info.field);
    f.words = control_words(info.field, static_cast<u32>(f.now.value_or(f.value)));
    view.fields.push_back(std::move(f));
  }
  const u32 reason = block.read(cpu::Field::kExitReason);
  view.failed = reason == static_cast<u32>(cpu::ExitReason::kEntryFailure);
  view.last_exit = control_words(cpu::Field::kExitReason, reason);
  if (const auto fault = cpu::check_entry(block, session.any_machine().memory(), cpu.assist()))
    view.check = ControlCheck{cpu::number_of(fault->field), fault->value, std::string(fault->rule), fault->text()};
}

// --- x86 ---

std::string_view group_name(x86::FieldGroup group) {
  constexpr std::array<std::string_view, 3> kNames = {"Guest state", "Controls", "About the last exit"};
  return kNames[static_cast<std::size_t>(group)];
}

unsigned digits_of(x86::Field field) {
  constexpr std::array<unsigned, 4> kDigits = {4, 16, 8, 8};
  return kDigits[x86::encoding_of(field) >> 13 & 3];
}

void add_fields(ControlView& view, const Session& session, const x86::VmState& state) {
  const auto& cpu = session.pc().cpu();
  const x86::Vmcs vmcs(memory_of(session), state.assisted.vmcs);
  view.entered = cpu.non_root.active && cpu.non_root.vmcs == state.assisted.vmcs;
  const auto guest = x86::guest_fields(cpu.state);
  for (const x86::FieldInfo& info : x86::kFields) {
    ControlField f{x86::encoding_of(info.field), std::string(info.name), group_name(info.group), "", vmcs.read(info.field), std::nullopt,
                   digits_of(info.field), state.assisted.fetched.test(x86::slot_of(info.field)), ""};
    const auto found = std::ranges::find(guest, info.field, &x86::FieldValue::field);
    if (view.entered && found != guest.end()) f.now = found->value;
    f.words = control_words(info.field, f.now.value_or(f.value));
    view.fields.push_back(std::move(f));
  }
  const u32 reason = vmcs.read32(x86::Field::kExitReason);
  view.failed = (reason & x86::kEntryFailed) || vmcs.read32(x86::Field::kInstructionError) == x86::kInvalidControls;
  view.last_exit = control_words(x86::Field::kExitReason, reason);
  if (const auto fault = x86::check_entry(vmcs, session.any_machine().memory(), cpu.model(), cpu.assist()))
    view.check = ControlCheck{x86::encoding_of(fault->field), fault->value, std::string(fault->rule), fault->text()};
}

// The hardware has never been entered where nothing was ever left; then the reason that reads as 0 is none.
bool ever_left(const Session& session, std::size_t vm) {
  return session.is_x86() ? !session.pc().vm(vm).internals().exits.empty() : !session.machine().vm(vm).internals().exits.empty();
}

// What people look for first stands first in its group; else by number.
std::size_t rank(const ControlField& f) {
  constexpr std::array<std::string_view, 6> kGroups = {"Guest state", "About the last exit", "Event at entry",
                                                       "Controls",    "Host state",          "Header"};
  constexpr std::array<std::string_view, 10> kFirst = {"guest RIP",
                                                       "guest RSP",
                                                       "guest RFLAGS",
                                                       "guest CR0",
                                                       "guest CR3",
                                                       "guest CR4",
                                                       "exit reason",
                                                       "exit qualification",
                                                       "guest-linear address",
                                                       "guest-physical address"};
  const auto group = std::ranges::find(kGroups, f.group) - kGroups.begin();
  return static_cast<std::size_t>(group) * 100 + static_cast<std::size_t>(std::ranges::find(kFirst, f.name) - kFirst.begin());
}

template <class State>
void fill(ControlView& view, const Session& session, const State& state) {
  view.there = state.assisted.on;
  if (!view.there) return;
  if constexpr (std::is_same_v<State, x86::VmState>) view.address = state.assisted.vmcs.v;
  else view.address = state.assisted.block.v;
  add_fields(view, session, state);
  std::ranges::stable_sort(view.fields, std::less(), rank);
}

}  // namespace

ControlView control_view(const Session& session) {
  ControlView view;
  const std::size_t vm = session.any_machine().current();
  view.virtualized = make_lens(session.any_machine())->virtualized();
  view.strategy = session.any_machine().strategy_name();
  view.name = session.is_x86() ? "VMCS" : "control block";
  if (session.is_x86())
    fill(view, session, session.pc().vm(vm).internals());
  else
    fill(view, session, session.machine().vm(vm).internals());
  if (!ever_left(session, vm)) view.last_exit.clear();
  return view;
}

std::string control_text(const ControlView& view) {
  if (!view.there) return fmt::format("{} has no control structure\n", view.strategy);
  std::string text = fmt::format("{} at {:#x}\n", view.name, view.address);
  if (view.check) text += view.check->text + "\n";
  std::string_view group;
  for (const ControlField& f : view.fields) {
    if (f.group != group) text += fmt::format("\n{}\n", f.group);
    group = f.group;
    text += fmt::format("  {:>5x}  {:<42} {:0{}x}", f.number, f.name, f.value, f.digits);
    if (f.changed()) text += fmt::format("  now {:0{}x}", *f.now, f.digits);
    text += (f.words.empty() ? "" : "  " + f.words) + "\n";
  }
  return text;
}

}  // namespace ringside::session
