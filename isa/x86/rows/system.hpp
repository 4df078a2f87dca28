// The instruction table: the system instructions (SDM volume 3, section 2.8).
#pragma once

#include "isa/x86/rows/common.hpp"

namespace ringside::x86::rows {

/// SGDT and SIDT: six bytes, limit first. Under a 16-bit operand size too all of the base is
/// stored, as CPUs since the 386 do.
constexpr auto store_table(auto which) {
  return [which](auto& m, auto d) {
    const auto table = which(m);
    m.template store<u16>(d.segment(), d.offset(), table.limit);
    m.template store<u32>(d.segment(), d.displaced(2).offset(), table.base);
  };
}
/// LGDT and LIDT: under a 16-bit operand size the base has 24 bits.
constexpr auto load_table(auto f) {
  return privileged([f]<class T>(auto& m, Width<T>, auto s) {
    const u16 limit = s.get();
    const u32 base = m.template load<u32>(s.segment(), s.displaced(2).offset());
    f(m, sizeof(T) == 2 ? base & 0xffffff : base, limit);
  });
}

constexpr void leave_zf(auto& m, bool on) {
  m.set_flags(flag::kZf, flags::when(on, flag::kZf));
}

/// LAR and LSL: what `find` says of a selector, or ZF clear and the destination as it is.
constexpr auto look_up(auto find) {
  return [find](auto& m, auto d, auto selector) {
    const auto found = find(m, selector.get());
    leave_zf(m, found.has_value());
    if (found) d.set(static_cast<ValueOf<decltype(d)>>(*found));
  };
}
constexpr auto verify(auto f) {
  return [f](auto& m, auto selector) { leave_zf(m, f(m, selector.get())); };
}

constexpr void set_edx_eax(auto& m, u64 value) {
  m.set_r(kEax, static_cast<u32>(value));
  m.set_r(kEdx, static_cast<u32>(value >> 32));
}

constexpr auto adjust_rpl = [](auto& m, auto d, auto s) {
  if (!m.protected_mode()) return m.undefined();
  d.update([&](u16 a) {
    const bool raise = (a & 3) < (s.get() & 3);
    leave_zf(m, raise);
    return raise ? static_cast<u16>((a & ~3) | (s.get() & 3)) : a;
  });
};

/// Without an FPU its instructions raise #UD, or #NM where a kernel wants to emulate them.
constexpr auto escape = [](auto& m) {
  if (m.cr(0) & (cr0::kEm | cr0::kTs)) return m.fault(kNm);
  m.undefined();
};
/// By these kernels find out whether there is an FPU: where none answers, nothing is written (SDM volume 3, section
/// 9.2.1).
constexpr auto probe_fpu = [](auto& m) {
  if (m.cr(0) & (cr0::kEm | cr0::kTs)) m.fault(kNm);
};
constexpr auto wait = [](auto& m) {
  constexpr u32 kBoth = cr0::kMp | cr0::kTs;
  if ((m.cr(0) & kBoth) == kBoth) m.fault(kNm);
};

constexpr FlagUse sets_zero{0, flag::kZf};

// clang-format off
inline constexpr auto kSystemRows = pack(
  Row{"pushf", Shape<VWidth>{}, kSystem, FlagUse{flag::kStatus, 0}, []<class T>(auto& m, Width<T>) { m.template push<T>(static_cast<T>(m.flags_image())); }, kI486, kRuns, mode},
  Row{"popf",  Shape<VWidth>{}, kSystem, may_set, []<class T>(auto& m, Width<T>) { m.set_flags_image(m.template pop<T>(), sizeof(T)); }, kI486, kRuns, control},
  Row{"cli",   Shape<>{}, kSystem, no_flags, [](auto& m) { m.cli(); }, kI486, kTraps, control},
  Row{"sti",   Shape<>{}, kSystem, no_flags, [](auto& m) { m.sti(); }, kI486, kTraps, control},
  Row{"hlt",   Shape<>{}, kSystem, no_flags, privileged([](auto& m) { m.hlt(); }), kI486, kTraps, control},

  Row{"sgdt", Shape<W>{}, kSystem, no_flags, store_table([](auto& m) { return m.gdtr(); }), kI486, kRuns, mode},
  Row{"sidt", Shape<W>{}, kSystem, no_flags, store_table([](auto& m) { return m.idtr(); }), kI486, kRuns, mode},
  Row{"lgdt", Shape<VWidth, W>{}, kSystem, no_flags, load_table([](auto& m, u32 base, u16 limit) { m.lgdt(base, limit); }), kI486, kTraps, control},
  Row{"lidt", Shape<VWidth, W>{}, kSystem, no_flags, load_table([](auto& m, u32 base, u16 limit) { m.lidt(base, limit); }), kI486, kTraps, control},
  Row{"sldt", Shape<V>{}, kSystem, no_flags, [](auto& m, auto d) { if (m.protected_mode()) d.set(m.sldt()); else m.undefined(); }, kI486, kRuns, mode},
  Row{"str",  Shape<V>{}, kSystem, no_flags, [](auto& m, auto d) { if (m.protected_mode()) d.set(m.str()); else m.undefined(); }, kI486, kRuns, mode},
  Row{"lldt", Shape<W>{}, kSystem, no_flags, [](auto& m, auto s) { if (!m.protected_mode()) m.undefined(); else if (m.supervisor_only()) m.lldt(s.get()); }, kI486, kTraps, control},
  Row{"ltr",  Shape<W>{}, kSystem, no_flags, [](auto& m, auto s) { if (!m.protected_mode()) m.undefined(); else if (m.supervisor_only()) m.ltr(s.get()); }, kI486, kTraps, control_mode},
  Row{"smsw", Shape<V>{}, kSystem, no_flags, [](auto& m, auto d) { d.set(static_cast<ValueOf<decltype(d)>>(m.cr(0))); }, kI486, kRuns, mode},
  Row{"lmsw", Shape<W>{}, kSystem, no_flags, privileged([](auto& m, auto s) { m.lmsw(s.get()); }), kI486, kTraps, control},
  Row{"clts", Shape<>{}, kSystem, no_flags, privileged([](auto& m) { m.clts(); }), kI486, kTraps, control},
  Row{"mov_from_cr", Shape<D, N>{}, kSystem, no_flags, privileged([](auto& m, auto d, u8 n) { d.set(m.read_cr(n)); }), kI486, kTraps, location},
  Row{"mov_to_cr",   Shape<N, D>{}, kSystem, no_flags, privileged([](auto& m, u8 n, auto s) { m.write_cr(n, s.get()); }), kI486, kTraps, control},
  Row{"mov_from_dr", Shape<D, N>{}, kSystem, no_flags, privileged([](auto& m, auto d, u8 n) { d.set(m.read_dr(n)); }), kI486, kTraps, mode},
  Row{"mov_to_dr",   Shape<N, D>{}, kSystem, no_flags, privileged([](auto& m, u8 n, auto s) { m.write_dr(n, s.get()); }), kI486, kTraps, control},

  Row{"lar",  Shape<V, W>{}, kSystem, sets_zero, look_up([](auto& m, u16 s) { return m.lar(s); }), kI486, kRuns, mode},
  Row{"lsl",  Shape<V, W>{}, kSystem, sets_zero, look_up([](auto& m, u16 s) { return m.lsl(s); }), kI486, kRuns, mode},
  Row{"verr", Shape<W>{}, kSystem, sets_zero, verify([](auto& m, u16 s) { return m.verr(s); }), kI486, kRuns, mode},
  Row{"verw", Shape<W>{}, kSystem, sets_zero, verify([](auto& m, u16 s) { return m.verw(s); }), kI486, kRuns, mode},
  Row{"arpl", Shape<W, W>{}, kAlu, sets_zero, adjust_rpl},

  Row{"invlpg", Shape<B>{}, kSystem, no_flags, privileged([](auto& m, auto s) { m.invlpg(s.segment(), s.offset()); }), kI486, kTraps, control},
  Row{"invd",   Shape<>{}, kSystem, no_flags, privileged([](auto& m) { m.invd(); }), kI486, kTraps, innocuous},
  Row{"wbinvd", Shape<>{}, kSystem, no_flags, privileged([](auto& m) { m.wbinvd(); }), kI486, kTraps, innocuous},
  Row{"cpuid",  Shape<>{}, kSystem, no_flags, [](auto& m) { m.cpuid(); }, kPentium, kRuns, mode},
  Row{"rdtsc",  Shape<>{}, kSystem, no_flags, [](auto& m) { set_edx_eax(m, m.rdtsc()); }, kPentium, kTimed, timed},
  Row{"rdmsr",  Shape<>{}, kSystem, no_flags, privileged([](auto& m) { set_edx_eax(m, m.rdmsr(m.r(kEcx))); }), kPentium, kTraps, mode_time},
  Row{"wrmsr",  Shape<>{}, kSystem, no_flags, privileged([](auto& m) { m.wrmsr(m.r(kEcx), u64{m.r(kEdx)} << 32 | m.r(kEax)); }), kPentium, kTraps, control},
  Row{"escape", Shape<>{}, kSystem, no_flags, escape},
  Row{"escape_probe", Shape<>{}, kSystem, no_flags, probe_fpu},
  Row{"fwait",  Shape<>{}, kSystem, no_flags, wait});
// clang-format on

}  // namespace ringside::x86::rows
