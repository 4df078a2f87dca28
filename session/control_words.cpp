#include "session/control_words.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <span>
#include <utility>

namespace ringside::session {

namespace {

struct Bit {
  u32 mask;
  std::string_view name;
};

std::string bits(u32 value, std::span<const Bit> names) {
  std::string text;
  for (const auto& [mask, name] : names)
    if (value & mask) text += (text.empty() ? "" : ", ") + std::string(name);
  return text.empty() ? "none" : text;
}

// --- Z-ISA ---

std::string reason_words(cpu::ExitReason reason) {
  using R = cpu::ExitReason;
  switch (reason) {
    case R::kInstruction: return "instruction";
    case R::kPageFault: return "page fault";
    case R::kNestedFault: return "nested fault";
    case R::kHypercall: return "hypercall";
    case R::kException: return "exception";
    case R::kInterrupt: return "interrupt";
    case R::kInterruptWindow: return "interrupt window";
    case R::kHalt: return "halt";
    case R::kEntryFailure: return "entry failure";
  }
  return "";
}

constexpr std::array kControls = {Bit{cpu::control::kInterruptExits, "interrupts exit"}, Bit{cpu::control::kNestedPaging, "nested paging"},
                                  Bit{cpu::control::kUseVmid, "tagged with vmid"}};
constexpr std::array kStatus = {Bit{zisa::sr::kMode, "S mode"}, Bit{zisa::sr::kIe, "IE"},   Bit{zisa::sr::kPmode, "came from S"},
                                Bit{zisa::sr::kPie, "PIE"},     Bit{zisa::sr::kPg, "paging"}, Bit{zisa::sr::kTsd, "TSD"}};

// --- x86 (SDM volume 3, sections 25.6 to 25.8 and appendix C) ---

constexpr std::array kPins = {Bit{x86::pin::kExternalInterruptExiting, "external interrupts exit"}, Bit{x86::pin::kNmiExiting, "NMIs exit"},
                              Bit{x86::pin::kVirtualNmis, "virtual NMIs"}};
constexpr std::array kPrimary = {
    Bit{x86::primary::kInterruptWindow, "interrupt window"}, Bit{x86::primary::kTscOffsetting, "TSC offset"},
    Bit{x86::primary::kHltExiting, "HLT exits"},             Bit{x86::primary::kInvlpgExiting, "INVLPG exits"},
    Bit{x86::primary::kRdtscExiting, "RDTSC exits"},         Bit{x86::primary::kCr3LoadExiting, "CR3 loads exit"},
    Bit{x86::primary::kCr3StoreExiting, "CR3 stores exit"},  Bit{x86::primary::kNmiWindow, "NMI window"},
    Bit{x86::primary::kMovDrExiting, "MOV DR exits"},        Bit{x86::primary::kIoExiting, "I/O exits"},
    Bit{x86::primary::kIoBitmaps, "I/O bitmaps"},            Bit{x86::primary::kMsrBitmaps, "MSR bitmaps"},
    Bit{x86::primary::kSecondary, "secondary controls"}};
constexpr std::array kSecondary = {Bit{x86::secondary::kEpt, "EPT"}, Bit{x86::secondary::kDescriptorTableExiting, "descriptor tables exit"},
                                   Bit{x86::secondary::kVpid, "VPID"}, Bit{x86::secondary::kWbinvdExiting, "WBINVD exits"},
                                   Bit{x86::secondary::kUnrestrictedGuest, "unrestricted guest"}};

constexpr std::array<std::pair<x86::ExitReason, std::string_view>, 23> kReasons = {{
    {x86::ExitReason::kExceptionOrNmi, "exception or NMI"},
    {x86::ExitReason::kExternalInterrupt, "external interrupt"},
    {x86::ExitReason::kTripleFault, "triple fault"},
    {x86::ExitReason::kInterruptWindow, "interrupt window"},
    {x86::ExitReason::kNmiWindow, "NMI window"},
    {x86::ExitReason::kTaskSwitch, "task switch"},
    {x86::ExitReason::kCpuid, "CPUID"},
    {x86::ExitReason::kHlt, "HLT"},
    {x86::ExitReason::kInvd, "INVD"},
    {x86::ExitReason::kInvlpg, "INVLPG"},
    {x86::ExitReason::kRdtsc, "RDTSC"},
    {x86::ExitReason::kVmcall, "VMCALL"},
    {x86::ExitReason::kControlRegister, "control-register access"},
    {x86::ExitReason::kMovDr, "MOV DR"},
    {x86::ExitReason::kIo, "I/O instruction"},
    {x86::ExitReason::kRdmsr, "RDMSR"},
    {x86::ExitReason::kWrmsr, "WRMSR"},
    {x86::ExitReason::kInvalidGuestState, "invalid guest state"},
    {x86::ExitReason::kGdtrIdtr, "access to GDTR or IDTR"},
    {x86::ExitReason::kLdtrTr, "access to LDTR or TR"},
    {x86::ExitReason::kEptViolation, "EPT violation"},
    {x86::ExitReason::kEptMisconfiguration, "EPT misconfiguration"},
    {x86::ExitReason::kWbinvd, "WBINVD"}}};

std::string reason_words(u32 value) {
  const auto found = std::ranges::find(kReasons, static_cast<x86::ExitReason>(value & 0xffff), &decltype(kReasons)::value_type::first);
  const std::string name(found == kReasons.end() ? std::string_view("unknown") : found->second);
  return value & x86::kEntryFailed ? "VM-entry failure: " + name : name;
}

}  // namespace

std::string control_words(cpu::Field field, u32 value) {
  using cpu::Field;
  switch (field) {
    case Field::kExitReason: return reason_words(static_cast<cpu::ExitReason>(value));
    case Field::kControls: return bits(value, kControls);
    case Field::kGuestSr:
    case Field::kHostSr: return bits(value, kStatus);
    case Field::kGuestActivity: return value == 0 ? "runs" : "waits";
    case Field::kEntryEvent: return value == 0 ? "nothing to deliver" : "delivers an event";
    case Field::kExitEvent: return value == 0 ? "" : "a delivery was broken off";
    default: return "";
  }
}

std::string control_words(x86::Field field, u64 value) {
  using x86::Field;
  const u32 low = static_cast<u32>(value);
  switch (field) {
    case Field::kExitReason: return reason_words(low);
    case Field::kPinControls: return bits(low, kPins);
    case Field::kPrimaryControls: return bits(low, kPrimary);
    case Field::kSecondaryControls: return bits(low, kSecondary);
    case Field::kGuestActivity: return value == 0 ? "active" : value == 1 ? "HLT" : "";
    case Field::kInstructionError: return value == x86::kInvalidControls ? "VM entry with invalid control fields" : "";
    default: return "";
  }
}

}  // namespace ringside::session
