// The environment of the simulated CPU: memory through its MMU, devices on its bus.
#pragma once

#include "cpu/cpu.hpp"
#include "cpu/view.hpp"

namespace ringside::cpu {

class Hardware {
 public:
  explicit Hardware(Cpu& cpu) : cpu_(cpu) {}

  std::optional<Trap> load(u32 gva, unsigned bytes, u32& value);
  std::optional<Trap> store(u32 gva, unsigned bytes, u32 value);

  template <class F>
  std::optional<Trap> update(u32 gva, F f) {
    Hpa hpa;
    if (const auto trap = translate(gva, Access::kStore, hpa)) return trap;
    if (!memory().contains(hpa, 4)) return Trap{Cause::kStoreAccess, gva};
    ++cpu_.accesses_.data;
    write(gva, hpa, 4, f(memory().read<u32>(hpa)));
    return std::nullopt;
  }

  u64 time() const { return cpu_.clock_->now() + cpu_.non_root.controls.time_offset; }
  u32 probe(u32 gva) { return cpu_.mmu_.probe(cpu_.state.context(), {gva}); }

  void invalidate_page(u32 gva) {
    cpu_.mmu_.tlb.drop({gva});
    cpu_.mmu_.caches.clear();
    invalidated();
  }
  void invalidate_all() {
    cpu_.mmu_.tlb.drop_all();
    cpu_.mmu_.caches.clear();
    invalidated();
  }
  void status_changed(u32 before) {
    if ((before ^ cpu_.state.sr) & zisa::sr::kPg) cpu_.mmu_.tlb.drop_all();
    if ((before ^ cpu_.state.sr) & (zisa::sr::kPg | zisa::sr::kMode)) cpu_.fetch_.valid = false;
  }
  void control_changed(Cr which) {
    if (which != Cr::kPtbr) return;
    cpu_.mmu_.tlb.drop_local();
    cpu_.mmu_.caches.clear();
    invalidated();
  }
  void returned() { cpu_.fetch_.valid = false; }
  void register_written(u32 number, u32 before) { written_ = {static_cast<u8>(number), before, 0}; }
  /// Moves what was recorded into the CPU's effects, once the instruction is done.
  void finish() {
    if (!cpu_.effects_ || written_.number == 0) return;
    written_.after = cpu_.state.x[written_.number];
    cpu_.effects_->registers.push_back(written_);
  }

 private:
  mmu::Memory& memory() { return cpu_.mmu_.memory(); }
  std::optional<Trap> translate(u32 gva, Access access, Hpa& hpa);
  std::optional<Trap> read(u32 gva, Hpa hpa, unsigned bytes, u32& value);
  void write(u32 gva, Hpa hpa, unsigned bytes, u32 value);
  // For an auditor, if there is one.
  void report(Hpa hpa, unsigned bytes, Access access);
  void report_device(Hpa hpa, bool write);
  // After an access the fast engine may do the next one of the page, if nothing speaks against it.
  void refresh(u32 gva, Access access) {
    mmu::Tlb& tlb = cpu_.mmu_.tlb;
    if (!tlb.tagged({gva}, cpu_.state.supervisor(), access)) tlb.refresh({gva}, memory());
  }
  std::optional<Trap> across(u32 gva, unsigned bytes, u32& value, Access access);

  // Dropping translations drops that of the fetch as well.
  void invalidated() {
    cpu_.fetch_.valid = false;
    cpu_.ledger_.charge(cpu_.account(), cost::Param::kTlbInvalidate);
  }

  Cpu& cpu_;
  RegisterWrite written_{};  ///< the one register that an instruction writes at most; x0 for none
};

}  // namespace ringside::cpu
