#include "session/explain.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

#include "isa/x86/table.hpp"
#include "isa/zisa/registers.hpp"
#include "session/open.hpp"

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

// What reads otherwise on x86.
constexpr std::array kX86Exits = {
    Texts{"PRIVILEGED_INSN",
          "The guest executed an instruction that leaves to the VMM: because its kernel runs in ring 1, where it "
          "raises #GP, or because the VMCS says so. The VMM did what it does on the virtual state."},
    Texts{"PAGE_FAULT traced write",
          "The guest wrote into a page with one of its page tables or descriptor tables. The VMM keeps them "
          "read-only, so that it learns of each change and can change its shadow."},
    Texts{"PAGE_FAULT true",
          "The guest's own page tables forbid the access: the VMM hands the #PF to the guest, which would have had it "
          "on the bare machine too."},
    Texts{"NESTED_FAULT hidden",
          "The guest touched a guest-physical page for the first time (an EPT violation). The VMM maps it in its "
          "extended page tables; the guest never learns of this."},
    Texts{"NESTED_FAULT true",
          "The guest-physical address is nothing: as on the bus of the bare machine it reads as ones, and what is "
          "written there is lost."},
    Texts{"NESTED_FAULT", "An access whose guest-physical page the VMM has not mapped (an EPT violation)."},
    Texts{"EXCEPTION #UD",
          "An instruction that there is not, or not on this CPU. The VMM hands the exception to the guest's kernel."},
    Texts{"EXCEPTION #GP",
          "What the guest did is forbidden to it, or faults because a selector or descriptor is the VMM's copy. The VMM "
          "finds out which, and emulates the instruction or hands the exception to the guest's kernel."},
    Texts{"EXCEPTION",
          "An exception or a software interrupt that is the guest's own affair, such as a system call. All of them go "
          "to the VMM first, which hands this one to the guest's kernel by its IDT."},
    Texts{"HALT", "The guest executed HLT: it waits for an interrupt."},
    Texts{"HYPERCALL", "The guest executed VMCALL, by which it calls the VMM."},
    Texts{"ENTRY_FAILURE", "The VMCS did not pass the hardware's checks of a VM entry."},
    Texts{"TRIPLE_FAULT",
          "An exception could not be delivered, nor the double fault that came of that: a real CPU would reset. The guest "
          "can never get further."}};

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

bool works_on_eflags(std::string_view instruction) {
  return instruction == "pushf" || instruction == "popf" || instruction == "iret";
}

// The system fields of EFLAGS in which two values differ, with their values in the first.
std::string eflags_fields(u32 value, u32 other) {
  using namespace x86::flag;
  constexpr std::array<std::pair<u32, std::string_view>, 4> kBits = {
      {{kTf, "TF"}, {kIf, "IF"}, {kNt, "NT"}, {kAc, "AC"}}};
  std::string text;
  const auto add = [&](std::string_view name, u32 field) {
    text += fmt::format("{}{}={}", text.empty() ? "" : ", ", name, field);
  };
  for (const auto& [mask, name] : kBits)
    if ((value ^ other) & mask) add(name, value & mask ? 1 : 0);
  if ((value ^ other) & kIopl) add("IOPL", (value & kIopl) >> kIoplShift);
  return text;
}

std::string shown_value(std::string_view instruction, u32 value, u32 other) {
  if (instruction == "probe") return probe_rights(value);
  const std::string fields = instruction.ends_with("_sr")      ? status_fields(value, other)
                             : works_on_eflags(instruction) ? eflags_fields(value, other)
                                                            : "";
  return fields.empty() ? fmt::format("{:#x}", value) : fields;
}

}  // namespace

std::string_view explain_account(std::string_view name) {
  return look_up(kAccounts, name);
}
std::string_view explain_exit(std::string_view name, std::string_view isa) {
  const std::string_view own = isa == kX86 ? look_up(kX86Exits, name) : "";
  return own.empty() ? look_up(kExits, name) : own;
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

namespace {
std::string place_of(u32 pc, const std::string& symbol) {
  return fmt::format("{:08x}{}", pc, symbol.empty() ? "" : " (" + symbol + ")");
}
}  // namespace

std::string explain_hole(const HoleReport& hole) {
  const std::string place = place_of(hole.pc, hole.symbol);
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

// --- what the x86 subset leaves out ---

namespace {

bool is_model(std::string_view name) {
  return name == x86::model_name(x86::Model::kPentium) || name == x86::model_name(x86::Model::kI686);
}
bool is_arithmetic(std::string_view needs) {
  return needs == "X87" || needs == "MMX" || needs.starts_with("SSE") || needs.starts_with("SSSE");
}

std::string lack(const LeftOutReport& left_out) {
  if (is_model(left_out.needs)) return fmt::format("CPUs before the {} do not have it", left_out.needs);
  return fmt::format("the x86 subset leaves out {}", left_out.needs.empty() ? "this instruction" : left_out.needs);
}

}  // namespace

std::string explain_left_out(const LeftOutReport& left_out) {
  const std::string code = left_out.bytes.empty()
                               ? ""
                               : fmt::format(" ({:02x}: {})", fmt::join(left_out.bytes, " "), left_out.text);
  const std::string times = left_out.count == 1 ? "once" : fmt::format("{} times", left_out.count);
  return fmt::format("{} at {}{} raised #UD {}: {}", left_out.instruction, place_of(left_out.pc, left_out.symbol), code,
                     times, lack(left_out));
}

std::string remedy_for(const LeftOutReport& left_out) {
  if (is_model(left_out.needs)) return "take --cpu " + left_out.needs;
  if (is_arithmetic(left_out.needs)) return "build the guest with -mno-sse -mno-mmx -msoft-float";
  return "build the guest without it";
}

}  // namespace ringside::session
