// The architectural state of an x86 CPU, as a plain record. As on Z-ISA it serves three times: the
// simulated CPU holds one (the truth), a Vm one per vcpu (what the VMM believes that the guest set),
// and the ideal record is one.
#pragma once

#include <array>

#include "base/hash.hpp"
#include "isa/x86/registers.hpp"

namespace ringside::x86 {

/// Access rights of a descriptor as VMX keeps them (SDM volume 3, table 25-2): bits 0-3 type, 4 S, 5-6 DPL,
/// 7 P, 12 AVL, 14 D/B, 15 G, 16 unusable.
namespace rights {
inline constexpr u32 kType = 0xf, kAccessed = 1, kWritable = 2, kReadable = 2, kExpandDown = 4, kConforming = 4, kCode = 8;
inline constexpr u32 kS = 1u << 4, kDpl = 3u << 5, kPresent = 1u << 7, kAvl = 1u << 12, kBig = 1u << 14, kGranular = 1u << 15;
inline constexpr u32 kUnusable = 1u << 16;
inline constexpr unsigned kDplShift = 5;
}  // namespace rights

/// A segment register with its hidden part.
struct Segment {
  u16 selector = 0;
  u32 base = 0;
  u32 limit = 0;  ///< last byte's offset, granularity applied
  u32 access = rights::kUnusable;

  bool usable() const { return !(access & rights::kUnusable); }
  unsigned dpl() const { return (access & rights::kDpl) >> rights::kDplShift; }
  bool big() const { return access & rights::kBig; }
  bool operator==(const Segment&) const = default;
};

/// GDTR or IDTR.
struct TableRegister {
  u32 base = 0;
  u16 limit = 0;
  bool operator==(const TableRegister&) const = default;
};

/// What keeps interrupts waiting for one instruction, though IF is set (SDM volume 3, section 6.8.3).
enum class Shadow : u8 { kNone, kBySti, kByMovSs };

struct State {
  std::array<u32, kGprs> r{};
  u32 eip = 0xfff0;
  u32 eflags = flag::kOne;
  std::array<Segment, kSegs> seg{};
  Segment ldtr, tr;
  TableRegister gdtr{0, 0xffff}, idtr{0, 0xffff};
  u32 cr0 = cr0::kEt, cr2 = 0, cr3 = 0, cr4 = 0;
  std::array<u32, 8> dr{0, 0, 0, 0, 0, 0, 0xffff0ff0, 0x400};
  u32 sysenter_cs = 0, sysenter_esp = 0, sysenter_eip = 0;
  u64 apic_base = 0xfee00900;
  u64 tsc_offset = 0;       ///< added to the time by RDTSC, set by writing the time-stamp counter
  u8 cpl = 0;
  Shadow shadow = Shadow::kNone;
  bool halted = false;      ///< in HLT
  bool nmi_blocked = false; ///< until the next IRET
  u32 pending_debug = 0;    ///< bits of DR6 with which a #DB comes before the next instruction

  Segment& segment(Seg which) { return seg[static_cast<unsigned>(which)]; }
  const Segment& segment(Seg which) const { return seg[static_cast<unsigned>(which)]; }
  bool paging() const { return cr0 & cr0::kPg; }
  bool user() const { return cpl == 3; }
  unsigned iopl() const { return (eflags & flag::kIopl) >> flag::kIoplShift; }
  bool operator==(const State&) const = default;
};

/// Hash of all that the state holds.
u64 hash_state(const State& state);

}  // namespace ringside::x86
