#include "vmm/exit.hpp"

#include <fmt/format.h>

#include <array>

#include "isa/zisa/table.hpp"
#include "vmm/hypercall_names.hpp"

namespace ringside::vmm {

namespace {

constexpr std::array<std::string_view, std::variant_size_v<Exit>> kReasons = {
    "PRIVILEGED_INSN", "PAGE_FAULT",       "NESTED_FAULT", "PORT_IO",
    "HYPERCALL",       "EXCEPTION",        "INTERRUPT",    "INTERRUPT_WINDOW",
    "HALT",            "ENTRY_FAILURE",    "NOT_TRANSLATED", "CALLOUT"};
constexpr std::array<std::string_view, 5> kMeanings = {"", "true", "hidden", "traced write",
                                                       "device"};

template <class E>
constexpr u8 number_of() {
  return static_cast<u8>(Exit(E{}).index());
}

// Causes of interrupts fit a byte once their top bit is moved down.
u8 pack(Cause cause) {
  const u32 value = static_cast<u32>(cause);
  return static_cast<u8>((value & 0x7f) | (value >> 31) << 7);
}
Cause unpack(u8 detail) {
  return static_cast<Cause>((detail & 0x7fu) | static_cast<u32>(detail >> 7) << 31);
}

constexpr u8 kLight = 0x80;  // in the detail of a call-out, beside its row
static_assert(zisa::kRowCount < kLight);

std::string row_name(unsigned row) {
  return row < zisa::kRowCount ? std::string(zisa::kRows[row].name) : "";
}

std::string detail_name(ExitKind kind) {
  if (kind.reason == number_of<Hypercall>()) return std::string(hypercall_name(kind.detail, kZisaHypercalls));
  if (kind.reason == number_of<PrivilegedInstruction>())
    return row_name(kind.detail);
  if (kind.reason == number_of<CallOut>())
    return (kind.detail & kLight ? "light " : "full ") + row_name(kind.detail & ~kLight);
  if (kind.reason == number_of<PageFault>() || kind.reason == number_of<NestedFault>())
    return std::string(kMeanings[kind.detail]);
  if (kind.reason == number_of<Exception>() || kind.reason == number_of<Interrupt>())
    return std::string(zisa::cause_name(unpack(kind.detail)));
  return "";
}

}  // namespace

u8 detail_of_hypercall(u32 number) { return hypercall_detail(number, kZisaHypercalls); }

std::string cause_name(const Event& event) {
  return std::string(zisa::cause_name(static_cast<Cause>(event.a)));
}

std::string cause_text(const Event& event) {
  using enum zisa::Cause;
  const auto cause = static_cast<Cause>(event.a);
  const bool fault = cause == kFetchPage || cause == kLoadPage || cause == kStorePage || cause == kFetchAccess ||
                     cause == kLoadAccess || cause == kStoreAccess;
  return cause_name(event) + (fault ? fmt::format(" for address {:#x}", event.b) : "");
}

ExitKind kind_of(const Exit& exit) {
  ExitKind kind{static_cast<u8>(exit.index()), 0};
  if (const auto* e = std::get_if<PrivilegedInstruction>(&exit)) kind.detail = static_cast<u8>(e->row);
  if (const auto* e = std::get_if<CallOut>(&exit))
    kind.detail = static_cast<u8>(e->row | (e->light ? kLight : 0));
  if (const auto* e = std::get_if<Exception>(&exit)) kind.detail = pack(e->cause);
  if (const auto* e = std::get_if<Interrupt>(&exit)) kind.detail = pack(e->cause);
  return kind;
}

std::string exit_name(ExitKind kind) {
  const std::string detail = detail_name(kind);
  return std::string(kReasons[kind.reason]) + (detail.empty() ? "" : " " + detail);
}

Exit exit_of(const Trap& trap, unsigned row) {
  switch (trap.cause) {
    case Cause::kPrivileged: return PrivilegedInstruction{trap.tval, row};
    case Cause::kFetchPage: return PageFault{{trap.tval}, Access::kFetch};
    case Cause::kLoadPage: return PageFault{{trap.tval}, Access::kLoad};
    case Cause::kStorePage: return PageFault{{trap.tval}, Access::kStore};
    case Cause::kHcall: return Hypercall{trap.tval};
    default: break;
  }
  if (zisa::is_interrupt(trap.cause)) return Interrupt{trap.cause};
  return Exception{trap.cause, trap.tval};
}

}  // namespace ringside::vmm
