#include "vmm/x86/exit.hpp"

#include <fmt/format.h>

#include <array>

#include "isa/x86/table.hpp"
#include "vmm/hypercall_names.hpp"

namespace ringside::x86 {

namespace {
constexpr std::array<std::string_view, std::variant_size_v<Exit> + 1> kReasons = {
    "PRIVILEGED_INSN", "PAGE_FAULT", "NESTED_FAULT",     "PORT_IO", "HYPERCALL",     "EXCEPTION",
    "INTERRUPT",       "INTERRUPT_WINDOW", "HALT",       "ENTRY_FAILURE", "NOT_TRANSLATED",
    "CALLOUT light",   "TRIPLE_FAULT",     "CALLOUT full"};

// Rows take all of the detail, so that the weight of a call-out makes two reasons of it.
constexpr u8 kLightCallOut = 11, kFullCallOut = std::variant_size_v<Exit>;

constexpr std::array<std::string_view, 5> kMeanings = {"", "true", "hidden", "traced write", "device"};

constexpr std::array<std::string_view, 20> kVectors = {
    "#DE", "#DB", "NMI", "#BP", "#OF", "#BR", "#UD", "#NM", "#DF", "",
    "#TS", "#NP", "#SS", "#GP", "#PF", "",    "#MF", "#AC", "#MC", "#XM"};
}  // namespace

std::string vector_name(u8 vector) {
  if (vector < kVectors.size() && !kVectors[vector].empty()) return std::string(kVectors[vector]);
  return fmt::format("vector {:#x}", vector);
}

std::string cause_name(const vmm::Event& event) {
  const u8 vector = static_cast<u8>(event.a);
  switch (static_cast<Trap::Kind>(event.detail)) {
    case Trap::Kind::kInterrupt: return fmt::format("interrupt {:#x}", vector);
    case Trap::Kind::kSoftware: return fmt::format("INT {:#x}", vector);
    case Trap::Kind::kNmi: return "NMI";
    case Trap::Kind::kPrivileged: return "INT1";
    case Trap::Kind::kException: return vector_name(vector);
    case Trap::Kind::kNestedFault: break;  // never delivered
  }
  return "?";
}

std::string cause_text(const vmm::Event& event) {
  const std::string name = x86::cause_name(event);
  if (static_cast<Trap::Kind>(event.detail) != Trap::Kind::kException) return name;
  if (event.a == kPf) return name + fmt::format(" for address {:#x}", event.b);
  return has_error_code(static_cast<u8>(event.a)) ? name + fmt::format(", error code {:#x}", event.b) : name;
}

vmm::ExitKind kind_of(const Exit& exit) {
  vmm::ExitKind kind{static_cast<u8>(exit.index()), 0};
  if (const auto* e = std::get_if<PrivilegedInstruction>(&exit)) kind.detail = static_cast<u8>(e->row);
  if (const auto* e = std::get_if<Exception>(&exit)) kind.detail = e->trap.vector;
  if (const auto* e = std::get_if<CallOut>(&exit)) {
    kind.reason = e->light ? kLightCallOut : kFullCallOut;
    kind.detail = static_cast<u8>(e->instruction.row);
  }
  return kind;
}

u8 detail_of_hypercall(u32 number) { return vmm::hypercall_detail(number, vmm::kX86Hypercalls); }

std::string exit_name(vmm::ExitKind kind) {
  std::string detail;
  if (kind.reason == 0 || kind.reason == kLightCallOut || kind.reason == kFullCallOut) detail = kind.detail < kRowCount ? kRows[kind.detail].name : "";
  if (kind.reason == 1 || kind.reason == 2) detail = kMeanings[kind.detail];
  if (kind.reason == 4) detail = vmm::hypercall_name(kind.detail, vmm::kX86Hypercalls);
  if (kind.reason == 5) detail = vector_name(kind.detail);
  return std::string(kReasons[kind.reason]) + (detail.empty() ? "" : " " + detail);
}

}  // namespace ringside::x86
