// Part of the view (cpu/x86/view.hpp): system instructions (Intel SDM volume 2, each under its
// name; volume 3, sections 2.5, 2.8, 5.9, 17.2; volume 1, section 19.5 for ports).
#pragma once

namespace ringside::x86 {

/// Model-specific registers (SDM volume 4, table 2-2).
namespace msr {
inline constexpr u32 kTsc = 0x10, kApicBase = 0x1b, kSysenterCs = 0x174, kSysenterEsp = 0x175,
                     kSysenterEip = 0x176;
/// IA32_APIC_BASE: boot processor (read-only), enable, and the page.
inline constexpr u32 kApicBoot = 1u << 8, kApicEnable = 1u << 11, kApicPage = 0xfffff000;
}  // namespace msr

/// DR6 and DR7.
namespace debug {
inline constexpr u32 kStatus = 0xe00f, kStatusFixed = 0xffff0ff0, kAccessed = 1u << 13,
                     kStep = 1u << 14;
inline constexpr u32 kControl = 0xffff23ff, kControlFixed = 0x400, kGeneralDetect = 1u << 13;
}  // namespace debug

// --- control registers ---

template <class Env>
u32 View<Env>::read_cr(unsigned number) {
  const bool exists =
      number == 0 || number == 2 || number == 3 || (number == 4 && model_.cr4() != 0);
  if (!exists) return undefined(), 0;
  return number == 0 ? s_.cr0 : number == 2 ? s_.cr2 : number == 3 ? s_.cr3 : s_.cr4;
}

template <class Env>
void View<Env>::write_cr(unsigned number, u32 value) {
  read_cr(number);  // the same checks
  if (fault_) return;
  switch (number) {
    case 0:
      return write_cr0(value);
    case 2:
      s_.cr2 = value;
      return;
    case 3:
      s_.cr3 = value;
      return env_.invalidate_local();
    default:
      return write_cr4(value);
  }
}

template <class Env>
void View<Env>::write_cr0(u32 value) {
  const bool paging_without_protection = value & cr0::kPg && !(value & cr0::kPe);
  const bool write_through_without_disable = value & cr0::kNw && !(value & cr0::kCd);
  if (paging_without_protection || write_through_without_disable) return fault(kGp, 0);
  const u32 before = s_.cr0;
  s_.cr0 = (value & cr0::kAll) | cr0::kEt;
  if ((s_.cr0 ^ before) & (cr0::kPg | cr0::kWp)) env_.invalidate_all();
  if ((s_.cr0 ^ before) & (cr0::kPg | cr0::kPe)) env_.fetch_changed();
}

template <class Env>
void View<Env>::write_cr4(u32 value) {
  if (value & ~model_.cr4()) return fault(kGp, 0);
  const u32 before = s_.cr4;
  s_.cr4 = value;
  if ((value ^ before) & (cr4::kPse | cr4::kPge)) env_.invalidate_all();
}

// LMSW cannot clear PE.
template <class Env>
void View<Env>::lmsw(u16 value) {
  constexpr u32 kLoaded = cr0::kPe | cr0::kMp | cr0::kEm | cr0::kTs;
  write_cr0((s_.cr0 & ~(kLoaded & ~cr0::kPe)) | (value & kLoaded));
}

// --- debug registers ---

// DR4 and DR5 are other names of DR6 and DR7 unless CR4.DE is set.
template <class Env>
bool View<Env>::debug_register_allowed(unsigned& number) {
  if (number == 4 || number == 5) {
    if (s_.cr4 & cr4::kDe) return undefined(), false;
    number += 2;
  }
  if (!(s_.dr[7] & debug::kGeneralDetect)) return true;
  s_.dr[6] |= debug::kAccessed;
  s_.dr[7] &= ~debug::kGeneralDetect;
  return fault(kDb), false;
}

template <class Env>
u32 View<Env>::read_dr(unsigned number) {
  return debug_register_allowed(number) ? s_.dr[number] : 0;
}

template <class Env>
void View<Env>::write_dr(unsigned number, u32 value) {
  if (!debug_register_allowed(number)) return;
  if (number == 6) value = (value & debug::kStatus) | debug::kStatusFixed;
  if (number == 7) value = (value & debug::kControl) | debug::kControlFixed;
  s_.dr[number] = value;
}

// --- flags ---

template <class Env>
void View<Env>::cli() {
  if (s_.cpl > s_.iopl()) return fault(kGp, 0);
  set_flags(flag::kIf, 0);
}

// If interrupts were masked, they stay so for one instruction more.
template <class Env>
void View<Env>::sti() {
  if (s_.cpl > s_.iopl()) return fault(kGp, 0);
  if (!fault_ && !flag(flag::kIf) && !in_shadow_) s_.shadow = Shadow::kBySti;
  set_flags(flag::kIf, flag::kIf);
}

// POPF. Without the privilege IOPL and IF keep their values and nothing traps, which is what makes
// it one of the holes (Robin and Irvine, USENIX Security 2000).
template <class Env>
void View<Env>::set_flags_image(u32 value, unsigned width) {
  u32 mask = flag::kStatus | flag::kTf | flag::kDf | flag::kNt;
  if (width == 4) mask |= flag::kAc | flag::kId;
  if (s_.cpl <= s_.iopl()) mask |= flag::kIf;
  if (s_.cpl == 0) mask |= flag::kIopl;
  set_flags(mask & model_.eflags(), value);
}

// --- identification, time, model-specific registers ---

template <class Env>
void View<Env>::cpuid() {
  const bool features = s_.r[kEax] != 0;
  const auto [eax, ebx, ecx, edx] = model_.leaf(s_.r[kEax], env_.apic_id());
  // A local APIC that is switched off is not announced (SDM volume 3, section 11.4.3).
  const u32 hidden = features && !(s_.apic_base & msr::kApicEnable) ? feature::kApic : 0;
  set_r(kEax, eax), set_r(kEbx, ebx), set_r(kEcx, ecx), set_r(kEdx, edx & ~hidden);
}

template <class Env>
u64 View<Env>::rdtsc() {
  if (s_.cr4 & cr4::kTsd && s_.cpl != 0) return fault(kGp, 0), 0;
  return env_.time() + s_.tsc_offset;
}

template <class Env>
u64 View<Env>::rdmsr(u32 number) {
  if (number == msr::kTsc) return env_.time() + s_.tsc_offset;
  if (number == msr::kApicBase) return s_.apic_base;
  if (const u32* const known = sysenter_register(number)) return *known;
  return fault(kGp, 0), 0;
}

template <class Env>
void View<Env>::wrmsr(u32 number, u64 value) {
  if (number == msr::kTsc) {
    s_.tsc_offset = value - env_.time();
  } else if (number == msr::kApicBase) {
    constexpr u64 kWritable = msr::kApicPage | msr::kApicEnable;
    if (value & ~(kWritable | msr::kApicBoot)) return fault(kGp, 0);
    s_.apic_base = (s_.apic_base & msr::kApicBoot) | (value & kWritable);
  } else if (u32* const known = sysenter_register(number)) {
    *known = static_cast<u32>(value);
  } else {
    fault(kGp, 0);
  }
}

template <class Env>
u32* View<Env>::sysenter_register(u32 number) {
  if (!model_.has(feature::kSep)) return nullptr;
  switch (number) {
    case msr::kSysenterCs:
      return &s_.sysenter_cs;
    case msr::kSysenterEsp:
      return &s_.sysenter_esp;
    case msr::kSysenterEip:
      return &s_.sysenter_eip;
    default:
      return nullptr;
  }
}

// --- SYSENTER and SYSEXIT: segments by convention, no descriptor is read ---

template <class Env>
Segment View<Env>::flat(u16 selector, bool code) const {
  const u32 type = rights::kS | rights::kPresent | rights::kWritable | rights::kAccessed |
                   (code ? rights::kCode : 0);
  const u32 dpl = selector::rpl(selector) << rights::kDplShift;
  return {selector, 0, ~u32{0}, type | dpl | rights::kBig | rights::kGranular};
}

template <class Env>
void View<Env>::enter_flat(u16 code, u16 stack, u32 esp, u32 eip) {
  s_.segment(Seg::kSs) = flat(stack, false);
  set_r(kEsp, esp);
  enter_code(flat(code, true), selector::rpl(code), eip);
}

template <class Env>
void View<Env>::sysenter() {
  const u16 code = s_.sysenter_cs & 0xfffc;
  if (!protected_mode() || code == 0) return fault(kGp, 0);
  set_flags(flag::kVm | flag::kIf | flag::kRf, 0);
  enter_flat(code, static_cast<u16>(code + 8), s_.sysenter_esp, s_.sysenter_eip);
}

template <class Env>
void View<Env>::sysexit() {
  const u16 base = s_.sysenter_cs & 0xfffc;
  if (!protected_mode() || base == 0) return fault(kGp, 0);
  enter_flat((base + 16) | 3, (base + 24) | 3, s_.r[kEcx], s_.r[kEdx]);
}

// --- ports ---

// By IOPL, else by the bitmap in the TSS, of which two bytes are read (SDM volume 1,
// section 19.5.2).
template <class Env>
bool View<Env>::port_allowed(u16 port, unsigned bytes) {
  constexpr u32 kMapBase = 0x66, kSmallest = 103;
  if (fault_) return false;
  if (!protected_mode() || s_.cpl <= s_.iopl()) return true;
  if (!s_.tr.usable() || !(s_.tr.access & kType32) || s_.tr.limit < kSmallest)
    return fault(kGp, 0), false;
  const u32 at = load_system<u16>(s_.tr.base + kMapBase) + port / 8u;
  if (at + 1 > s_.tr.limit) return fault(kGp, 0), false;
  const u32 denied = load_system<u16>(s_.tr.base + at) >> (port & 7) & ((1u << bytes) - 1);
  if (denied) fault(kGp, 0);
  return !fault_;
}

}  // namespace ringside::x86
