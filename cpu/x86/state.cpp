#include "cpu/x86/state.hpp"

namespace ringside::x86 {

namespace {

u64 mix_segment(u64 hash, const Segment& segment) {
  hash = hash_mix(hash, u64{segment.base} << 32 | segment.limit);
  return hash_mix(hash, u64{segment.access} << 32 | segment.selector);
}

u64 mix_table(u64 hash, const TableRegister& table) {
  return hash_mix(hash, u64{table.base} << 16 | table.limit);
}

}  // namespace

u64 hash_state(const State& s) {
  u64 hash = hash_bytes(s.r.data(), sizeof s.r);
  hash = hash_bytes(s.dr.data(), sizeof s.dr, hash);
  hash = hash_mix(hash, u64{s.eip} << 32 | s.eflags);
  for (const Segment& segment : s.seg) hash = mix_segment(hash, segment);
  hash = mix_segment(mix_segment(hash, s.ldtr), s.tr);
  hash = mix_table(mix_table(hash, s.gdtr), s.idtr);
  hash = hash_mix(hash, u64{s.cr0} << 32 | s.cr2);
  hash = hash_mix(hash, u64{s.cr3} << 32 | s.cr4);
  hash = hash_mix(hash, u64{s.sysenter_cs} << 32 | s.sysenter_esp);
  hash = hash_mix(hash, u64{s.sysenter_eip} << 32 | s.pending_debug);
  hash = hash_mix(hash_mix(hash, s.apic_base), s.tsc_offset);
  const u64 flags = u64{s.halted} | u64{s.nmi_blocked} << 1 | u64{s.cpl} << 2;
  return hash_mix(hash, flags | u64{static_cast<u8>(s.shadow)} << 8);
}

}  // namespace ringside::x86
