// Names of Z-ISA's privileged architecture: status register, control registers, causes
// (docs/zisa.md, sections 2 to 4).
#pragma once

#include <array>
#include <optional>
#include <string_view>

#include "base/types.hpp"

namespace ringside::zisa {

/// Bits of the status register.
namespace sr {
inline constexpr u32 kMode = 1u << 0;   ///< 1 = supervisor
inline constexpr u32 kIe = 1u << 1;     ///< interrupts enabled (in U always)
inline constexpr u32 kPmode = 1u << 2;  ///< MODE before the last trap
inline constexpr u32 kPie = 1u << 3;    ///< IE before the last trap
inline constexpr u32 kPg = 1u << 4;     ///< paging on
inline constexpr u32 kTsd = 1u << 5;    ///< RDCYC traps in U
inline constexpr u32 kFlags = 0xfu << 8;  ///< F0-F3, writable in both modes
inline constexpr u32 kAll = 0x3f | kFlags;
}  // namespace sr

enum class Mode : u8 { kUser = 0, kSupervisor = 1 };

/// Control registers by their number in READ_CR and WRITE_CR.
enum class Cr : u8 {
  kTvec, kEpc, kCause, kTval, kScratch, kPtbr, kIpend, kIenable, kTimecmp, kTimecmph, kCpuid
};
inline constexpr u32 kCrCount = 11;
inline constexpr std::array<std::string_view, kCrCount> kCrNames = {
    "tvec", "epc", "cause", "tval", "scratch", "ptbr", "ipend", "ienable", "timecmp", "timecmph",
    "cpuid"};

constexpr bool read_only(Cr cr) { return cr == Cr::kIpend || cr == Cr::kCpuid; }

/// Values of CAUSE; numbers as in RISC-V, with two of our own.
enum class Cause : u32 {
  kMisalignedJump = 0,
  kFetchAccess = 1,
  kIllegal = 2,
  kBreakpoint = 3,
  kLoadMisaligned = 4,
  kLoadAccess = 5,
  kStoreMisaligned = 6,
  kStoreAccess = 7,
  kEcallU = 8,
  kEcallS = 9,
  kFetchPage = 12,
  kLoadPage = 13,
  kStorePage = 15,
  kPrivileged = 24,  ///< a privileged instruction in U mode
  kHcall = 25,
  kSoftwareInterrupt = 0x80000001,
  kTimerInterrupt = 0x80000005,
  kExternalInterrupt = 0x80000009,
};

constexpr bool is_interrupt(Cause cause) { return static_cast<u32>(cause) >> 31; }

/// Bit of an interrupt in IPEND and IENABLE.
constexpr u32 interrupt_bit(Cause cause) { return 1u << (static_cast<u32>(cause) & 31); }
inline constexpr u32 kInterruptBits = 1u << 1 | 1u << 5 | 1u << 9;

/// The page-fault or access-fault cause of an access.
constexpr Cause page_fault(Access access) {
  return access == Access::kFetch ? Cause::kFetchPage
         : access == Access::kLoad ? Cause::kLoadPage
                                   : Cause::kStorePage;
}
constexpr Cause access_fault(Access access) {
  return access == Access::kFetch ? Cause::kFetchAccess
         : access == Access::kLoad ? Cause::kLoadAccess
                                   : Cause::kStoreAccess;
}

/// A cause in words ("load page fault").
std::string_view cause_name(Cause cause);

/// The calling convention's name of a register ("a0"), and back; x0-x31 are understood too.
std::string_view register_name(u32 number);
std::optional<u32> register_number(std::string_view name);
std::optional<u32> cr_number(std::string_view name);

}  // namespace ringside::zisa
