// Events as the VMCS has them: VM-entry interruption information, VM-exit interruption information and IDT-vectoring
// information are of one format (SDM volume 3, tables 25-16, 25-19 and 25-20).
#pragma once

#include "cpu/x86/trap.hpp"

namespace ringside::x86 {

namespace event_info {
/// Types, in bits 10 to 8.
enum : u32 {
  kExternalInterrupt, kReserved, kNmiType, kHardwareException, kSoftwareInterrupt, kPrivilegedSoftware,
  kSoftwareException, kOther
};
inline constexpr u32 kHasCode = 1u << 11, kNmiUnblocked = 1u << 12, kValid = 1u << 31;
inline constexpr u32 kAll = 0xff | 7u << 8 | kHasCode | kValid;
constexpr u32 vector(u32 info) { return info & 0xff; }
constexpr u32 type(u32 info) { return info >> 8 & 7; }
/// Whether the return address lies behind an instruction, whose length goes with the event.
constexpr bool by_instruction(u32 type) {
  return type == kSoftwareInterrupt || type == kPrivilegedSoftware || type == kSoftwareException;
}
}  // namespace event_info

/// INT3 and INTO raise an exception of their own; INT n is no exception, whatever n. INT1's is a privileged one.
constexpr bool is_software_exception(const Trap& trap) {
  return trap.kind == Trap::Kind::kSoftware && trap.length == 1;
}

constexpr u32 event_type(const Trap& trap) {
  switch (trap.kind) {
    case Trap::Kind::kInterrupt: return event_info::kExternalInterrupt;
    case Trap::Kind::kNmi: return event_info::kNmiType;
    case Trap::Kind::kPrivileged: return event_info::kPrivilegedSoftware;
    case Trap::Kind::kSoftware:
      return is_software_exception(trap) ? event_info::kSoftwareException : event_info::kSoftwareInterrupt;
    default: return event_info::kHardwareException;
  }
}

/// The field for an event.
constexpr u32 event_field(const Trap& trap) {
  return trap.vector | event_type(trap) << 8 | (trap.has_code ? event_info::kHasCode : 0) | event_info::kValid;
}

/// The event of a valid field. What CR2 gets at a page fault is not in it.
constexpr Trap event_of(u32 info, u32 error_code, u32 length, u32 cr2) {
  const u32 type = event_info::type(info);
  Trap trap;
  trap.vector = static_cast<u8>(event_info::vector(info));
  trap.kind = type == event_info::kExternalInterrupt    ? Trap::Kind::kInterrupt
              : type == event_info::kNmiType            ? Trap::Kind::kNmi
              : type == event_info::kPrivilegedSoftware ? Trap::Kind::kPrivileged
              : event_info::by_instruction(type)        ? Trap::Kind::kSoftware
                                                        : Trap::Kind::kException;
  trap.has_code = info & event_info::kHasCode;
  trap.code = trap.has_code ? error_code : 0;
  trap.length = event_info::by_instruction(type) ? static_cast<u8>(length) : 0;
  trap.address = trap.kind == Trap::Kind::kException && trap.vector == kPf ? cr2 : 0;
  return trap;
}

}  // namespace ringside::x86
