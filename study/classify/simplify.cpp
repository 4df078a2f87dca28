#include "study/classify/simplify.hpp"

namespace ringside::study {

using namespace session;

namespace {

class Simplifier {
 public:
  Simplifier(Laboratory& laboratory, const Witness& witness)
      : laboratory_(laboratory), best_(witness) {}

  Witness run() {
    turn_paging_off();
    for (u32 p = 0; p < kLabPages; ++p) drop_page(p);
    for (const LabStatusBit& each : lab_status_bits())
      if (each.bit != kLabModeBit && each.bit != kLabPagingBit) clear_status(each.bit);
    for (u32 i = 0; i < kLabControls; ++i)
      if (i != kLabPtbr)
        set(
            [i](LabState & s) -> auto& { return s.cpu.control[i]; }, 0u);
    for (u32 i = 0; i < kLabRegisters; ++i)
      set(
          [i](LabState & s) -> auto& { return s.cpu.x[i]; }, 0u);
    set(
        [](LabState & s) -> auto& { return s.cpu.reserved; }, false);
    set(
        [](LabState & s) -> auto& { return s.cpu.reservation; }, 0u);
    set(
        [](LabState & s) -> auto& { return s.cpu.pc; }, kLabBase);
    set(
        [](LabState & s) -> auto& { return s.time; }, u64{0});
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

  void clear_status(u32 bit) {
    Witness simpler = best_;
    u32 &a = simpler.a.cpu.sr, &b = simpler.b.cpu.sr;
    if ((a ^ b) & bit || !(a & bit)) return;
    a &= ~bit, b &= ~bit;
    accept(simpler);
  }

  // A page that one state lacks or has otherwise is what some witnesses are about.
  void drop_page(u32 p) {
    Witness simpler = best_;
    for (LabState* each : {&simpler.a, &simpler.b}) each->pages[p] = {};
    accept(simpler);
  }

  void turn_paging_off() {
    Witness simpler = best_;
    if (best_.a.pages != best_.b.pages || best_.a.contents != best_.b.contents) return;
    if (!best_.a.cpu.paging() || !best_.b.cpu.paging()) return;
    for (LabState* each : {&simpler.a, &simpler.b}) {
      each->cpu.sr &= ~kLabPagingBit;
      for (LabPage& page : each->pages) page.cached.reset();
    }
    accept(simpler);
  }

  Laboratory& laboratory_;
  Witness best_;
};

}  // namespace

Witness simplify(Laboratory& laboratory, const Witness& witness) {
  return Simplifier(laboratory, witness).run();
}

}  // namespace ringside::study
