// CPU models: which features exist, and what CPUID says of them (Intel SDM volume 2, CPUID).
#pragma once

#include <array>
#include <string_view>

#include "isa/x86/row.hpp"

namespace ringside::x86 {

/// Bits of EDX in CPUID leaf 1, and what else tells one model from the other.
namespace feature {
inline constexpr u32 kDe = 1u << 2, kPse = 1u << 3, kTsc = 1u << 4, kMsr = 1u << 5, kCx8 = 1u << 8,
                     kApic = 1u << 9;
inline constexpr u32 kSep = 1u << 11, kPge = 1u << 13, kCmov = 1u << 15;
}  // namespace feature

struct CpuModel {
  std::string_view name;
  Model generation;  ///< instructions of later ones raise #UD
  unsigned family, number, stepping;
  u32 features;  ///< bits of namespace feature
  bool cpuid;    ///< whether there are CPUID and EFLAGS.ID

  bool has(u32 which) const { return (features & which) == which; }
  /// Bits of CR4 that exist; 0 means there is no CR4.
  u32 cr4() const;
  /// Bits of EFLAGS that exist.
  u32 eflags() const;
  /// EAX, EBX, ECX, EDX of a leaf; those beyond the last one read as that. `apic_id` stands in
  /// leaf 1.
  std::array<u32, 4> leaf(u32 number, u32 apic_id) const;
};

/// i486, pentium and i686.
const CpuModel* find_model(std::string_view name);
/// What a machine has if nothing is said: i686.
const CpuModel& default_model();

}  // namespace ringside::x86
