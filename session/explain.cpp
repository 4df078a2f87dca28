#include "session/explain.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

#include "isa/x86/table.hpp"
#include "isa/zisa/registers.hpp"

namespace ringside::session {

namespace {

using Texts = std::pair<std::string_view, std::string_view>;

constexpr std::array kAccounts = {
    Texts{"guest_user",
          "Instructions of the guest's programs, in the mode that the guest takes for user mode."},
    Texts{"guest_kernel",
          "Instructions of the guest's kernel. Under a VMM that de-privileges they too run in U "
          "mode."},
    Texts{"hardware",
          "Transitions that the hardware makes: entering a trap, returning from it, leaving "
          "non-root mode, entering it."},
    Texts{"page_walk",
          "Memory references of the hardware that looks up a translation the TLB does not hold."},
    Texts{"vmm",
          "Software of the VMM: finding out why the guest was left, doing what it wanted, keeping "
          "shadow tables."},
    Texts{"translation",
          "Translating guest code, and the instructions that translation adds to it."},
    Texts{"idle", "Nothing ran: the guest waited for a device or the timer."}};

// The more special name first.
constexpr std::array kExits = {
    Texts{"PRIVILEGED_INSN",
          "The guest's kernel executed a privileged instruction that leaves to the VMM: because it "
          "runs in U mode, or because the control block says so. The VMM did what it does on the "
          "virtual state."},
    Texts{"PAGE_FAULT true",
          "The guest's own page tables forbid the access: the VMM hands the fault to the guest, "
          "which would have had it on the bare machine too."},
    Texts{"PAGE_FAULT hidden",
          "The guest's page tables allow the access, only the VMM's shadow of them had no entry "
          "yet. The guest never learns of this fault."},
    Texts{"PAGE_FAULT traced write",
          "The guest wrote into one of its page tables. The VMM keeps them read-only, so that "
          "it learns of each change and can change its shadow."},
    Texts{"PAGE_FAULT device",
          "The guest touched a register of a device. Its page is not mapped, so that the VMM can "
          "emulate the device."},
    Texts{"PAGE_FAULT", "An access that the tables which the VMM had loaded do not allow."},
    Texts{"NESTED_FAULT hidden",
          "The guest touched a guest-physical page for the first time. The VMM maps it in its "
          "nested tables; the guest never learns of this."},
    Texts{"NESTED_FAULT device",
          "The guest touched a register of a device. Its page is not mapped, so that the VMM can "
          "emulate the device."},
    Texts{"NESTED_FAULT true",
          "The guest-physical address is nothing: the VMM hands the guest the access fault that it "
          "would have had on the bare machine."},
    Texts{"NESTED_FAULT", "An access whose guest-physical page the VMM has not mapped."},
    Texts{"PORT_IO", "The guest executed IN or OUT: the VMM emulates the device behind the port."},
    Texts{"HYPERCALL", "The guest called the VMM by an instruction made for it."},
    Texts{"EXCEPTION",
          "A trap that is the guest's own affair, such as a system call. All traps go to the VMM "
          "first, "
          "which hands this one to the guest's kernel."},
    Texts{"INTERRUPT_WINDOW", "The guest became ready to take an interrupt that had to wait."},
    Texts{
        "INTERRUPT",
        "A device or the timer wanted attention while the guest ran. The VMM looks whose it is and "
        "hands it to the guest."},
    Texts{"HALT", "The guest waits for an interrupt."},
    Texts{"ENTRY_FAILURE", "The control block did not pass the hardware's checks."},
    Texts{"NOT_TRANSLATED", "The guest came to code that has no translation yet."},
    Texts{"CALLOUT full",
          "Translated code called the VMM for an instruction that needs all of it: a change of mode or map, a "
          "trap, a wait."},
    Texts{"CALLOUT light",
          "Translated code called a routine of the VMM for an instruction that needs little of it: the timer, "
          "a right in the guest's map, an access that kept trapping."}};

template <class Table>
std::string_view look_up(const Table& table, std::string_view name) {
  const auto found = std::find_if(table.begin(), table.end(),
                                  [&](const Texts& text) { return name.starts_with(text.first); });
  return found == table.end() ? std::string_view() : found->second;
}

// The fields of SR in which two values differ, with their values in the first.
std::string status_fields(u32 value, u32 other) {
  using namespace zisa::sr;
  constexpr std::array<std::pair<u32, std::string_view>, 6> kBits = {
      {{kMode, "MODE"}, {kIe, "IE"}, {kPmode, "PMODE"}, {kPie, "PIE"}, {kPg, "PG"}, {kTsd, "TSD"}}};
  std::string text;
  for (const auto& [mask, name] : kBits) {
    if (((value ^ other) & mask) == 0) continue;
    const bool set = value & mask;
    const bool mode = mask == kMode || mask == kPmode;
    text += fmt::format("{}{}={}{}", text.empty() ? "" : ", ", name, set ? 1 : 0,
                        !mode ? ""
                        : set ? " (supervisor)"
                              : " (user)");
  }
  return text;
}

std::string probe_rights(u32 value) {
  std::string rights;
  for (const auto& [mask, name] : {std::pair{1u, "read"}, {2u, "write"}, {4u, "execute"}})
    if (value & mask) rights += (rights.empty() ? "" : ", ") + std::string(name);
  return rights.empty() ? "no access" : rights;
}

std::string shown_value(std::string_view instruction, u32 value, u32 other) {
  if (instruction == "probe") return probe_rights(value);
  const std::string number = fmt::format("{:#x}", value);
  if (!instruction.ends_with("_sr")) return number;
  return status_fields(value, other);
}

}  // namespace

std::string_view explain_account(std::string_view name) {
  return look_up(kAccounts, name);
}
std::string_view explain_exit(std::string_view name) {
  return look_up(kExits, name);
}

std::string instruction_name(std::string_view name) {
  std::string upper;
  for (const char c : name) upper += static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return upper;
}

namespace {
bool is_of_x86(std::string_view instruction) {
  return std::ranges::find(x86::kRows, instruction, &x86::RowInfo::name) != x86::kRows.end();
}
}  // namespace

std::string explain_hole(const HoleReport& hole) {
  const std::string place =
      fmt::format("{:08x}{}", hole.pc, hole.symbol.empty() ? "" : " (" + hole.symbol + ")");
  const std::string got = shown_value(hole.instruction, hole.got, hole.bare_metal);
  const std::string bare = shown_value(hole.instruction, hole.bare_metal, hole.got);
  if (hole.instruction == "write_sr")
    return fmt::format(
        "WRITE_SR at {} ran in U mode without a trap, so what it wrote was dropped and {} stayed; "
        "on the bare machine it would have set {}.",
        place, got, bare);
  if (hole.instruction == "popf" || hole.instruction == "iret")
    return fmt::format(
        "{} at {} ran in ring 1 without a trap, so what it set of EFLAGS was dropped and {} stayed; on the bare "
        "machine it would have set {}.",
        instruction_name(hole.instruction), place, got, bare);
  return fmt::format(
      "{} at {} ran in {} without a trap and returned {}; on the bare machine it would have "
      "returned {}.",
      instruction_name(hole.instruction), place, is_of_x86(hole.instruction) ? "an outer ring" : "U mode", got, bare);
}

}  // namespace ringside::session
