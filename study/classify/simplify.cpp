#include "study/classify/simplify.hpp"

#include <algorithm>

#include "study/classify/vary.hpp"

namespace ringside::study {

using namespace session;

namespace {

// What can be cleared beside pages: visit(place, value), or clear(place, bit).
template <class Visit, class Clear>
void for_each_part(const LabState&, Visit visit, Clear clear) {
  for (const LabStatusBit& each : lab_status_bits())
    if (each.bit != kLabModeBit && each.bit != kLabPagingBit)
      clear(
          [](LabState & s) -> auto& { return s.cpu.sr; }, each.bit);
  for (u32 i = 0; i < kLabControls; ++i)
    if (i != kLabPtbr)
      visit(
          [i](LabState & s) -> auto& { return s.cpu.control[i]; }, 0u);
  for (u32 i = 0; i < kLabRegisters; ++i)
    visit(
        [i](LabState & s) -> auto& { return s.cpu.x[i]; }, 0u);
  visit(
      [](LabState & s) -> auto& { return s.cpu.reserved; }, false);
  visit(
      [](LabState & s) -> auto& { return s.cpu.reservation; }, 0u);
  visit(
      [](LabState & s) -> auto& { return s.cpu.pc; }, kLabBase);
}

template <class Visit, class Clear>
void for_each_part(const LabX86State&, Visit visit, Clear clear) {
  using namespace x86;
  constexpr u32 kNeeded = cr0::kPe | cr0::kPg | cr0::kEt;
  const State plain = lab_x86_plain_cpu(0);
  for (u32 bit = 1; bit != 0; bit <<= 1) {
    if (bit != flag::kOne)
      clear(
          [](LabX86State & s) -> auto& { return s.cpu.eflags; }, bit);
    if (!(bit & kNeeded))
      clear(
          [](LabX86State & s) -> auto& { return s.cpu.cr0; }, bit);
    clear(
        [](LabX86State & s) -> auto& { return s.cpu.cr4; }, bit);
  }
  visit(
      [](LabX86State & s) -> auto& { return s.cpu.cr2; }, 0u);
  for (u32 i = 0; i < 4; ++i)
    visit(
        [i](LabX86State & s) -> auto& { return s.cpu.dr[i]; }, 0u);
  visit(
      [](LabX86State & s) -> auto& { return s.cpu.sysenter_esp; }, 0u);
  visit(
      [](LabX86State & s) -> auto& { return s.cpu.sysenter_eip; }, 0u);
  visit(
      [](LabX86State & s) -> auto& { return s.cpu.apic_base; }, plain.apic_base);
  visit(
      [](LabX86State & s) -> auto& { return s.cpu.nmi_blocked; }, false);
  for (u32 i = 0; i < kGprs; ++i)
    visit(
        [i](LabX86State & s) -> auto& { return s.cpu.r[i]; }, 0u);
  visit(
      [](LabX86State & s) -> auto& { return s.cpu.eip; }, kLabX86Base);
}

// The same instruction in fewer bytes, if there is one; else as it is.
u32 without_prefix(u32 word) {
  return word;
}
LabX86Code without_prefix(const LabX86Code& code) {
  LabX86Code shorter = code;
  std::copy(code.bytes.begin() + 1, code.bytes.end(), shorter.bytes.begin());
  shorter.bytes.back() = 0;
  LabX86Code whole = code;
  const bool same = X86Laboratory::decode(shorter) == X86Laboratory::decode(whole);
  return same && shorter.length == code.length - 1 ? shorter : code;
}

template <class Lab>
class Simplifier {
 public:
  using Witness = WitnessOf<Lab>;
  using State = typename Lab::State;

  Simplifier(Lab& laboratory, const Witness& witness) : laboratory_(laboratory), best_(witness) {}

  Witness run() {
    drop_prefixes();
    turn_paging_off();
    for (u32 p = 0; p < kLabPages; ++p) drop_page(p);
    for_each_part(
        best_.a, [this](auto place, auto plain) { set(place, plain); },
        [this](auto place, u32 bit) { clear(place, bit); });
    set(
        [](State & s) -> auto& { return s.time; }, u64{0});
    return best_;
  }

 private:
  void accept(const Witness& simpler) {
    if (replay(laboratory_, simpler).holds) best_ = simpler;
  }

  // Only what both states have alike is cleared: they are to differ as they did.
  template <class Place, class Value>
  void set(Place place, Value plain) {
    Witness simpler = best_;
    if (place(simpler.a) != place(simpler.b) || place(simpler.a) == plain) return;
    place(simpler.a) = place(simpler.b) = plain;
    accept(simpler);
  }

  template <class Place>
  void clear(Place place, u32 bit) {
    Witness simpler = best_;
    u32 &a = place(simpler.a), &b = place(simpler.b);
    if ((a ^ b) & bit || !(a & bit)) return;
    a &= ~bit, b &= ~bit;
    accept(simpler);
  }

  void drop_prefixes() {
    for (Witness simpler = best_;;) {
      simpler.code = without_prefix(best_.code);
      if (simpler.code == best_.code || !replay(laboratory_, simpler).holds) return;
      best_.code = simpler.code;
    }
  }

  // A page that one state lacks or has otherwise is what some witnesses are about.
  void drop_page(u32 p) {
    Witness simpler = best_;
    for (State* each : {&simpler.a, &simpler.b}) each->pages[p] = {};
    accept(simpler);
  }

  void turn_paging_off() {
    Witness simpler = best_;
    if (best_.a.pages != best_.b.pages || best_.a.contents != best_.b.contents) return;
    if (!best_.a.paging() || !best_.b.paging()) return;
    for (State* each : {&simpler.a, &simpler.b}) {
      toggle_paging(*each);
      for (LabPage& page : each->pages) page.cached.reset();
    }
    accept(simpler);
  }

  Lab& laboratory_;
  Witness best_;
};

}  // namespace

template <class Lab>
WitnessOf<Lab> simplify(Lab& laboratory, const WitnessOf<Lab>& witness) {
  return Simplifier<Lab>(laboratory, witness).run();
}

template WitnessOf<Laboratory> simplify(Laboratory&, const WitnessOf<Laboratory>&);
template WitnessOf<X86Laboratory> simplify(X86Laboratory&, const WitnessOf<X86Laboratory>&);

}  // namespace ringside::study
