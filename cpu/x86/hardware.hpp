// The environment of the simulated CPU: memory through its MMU, devices on its bus.
#pragma once

#include "cpu/x86/cpu.hpp"
#include "cpu/x86/view.hpp"

namespace ringside::x86 {

/// The trap that a translation ends in, if it does: a page fault, or one of the second dimension.
inline std::optional<Trap> fault_of(const Translation& found, u32 linear) {
  if (!found.fault) return std::nullopt;
  const auto kind = found.nested ? Trap::Kind::kNestedFault : Trap::Kind::kException;
  return Trap{kPf, true, found.code, linear, kind, 0};
}

/// What cpu/x86/view.hpp asks of an environment.
class Hardware {
 public:
  explicit Hardware(Cpu& cpu) : cpu_(cpu) {}

  std::optional<Trap> load(u32 linear, unsigned bytes, u32& value, Privilege privilege) {
    return read_as(Access::kLoad, linear, bytes, value, privilege);
  }
  std::optional<Trap> load_for_update(u32 linear, unsigned bytes, u32& value, Privilege privilege) {
    return read_as(Access::kStore, linear, bytes, value, privilege);
  }
  std::optional<Trap> store(u32 linear, unsigned bytes, u32 value, Privilege privilege);

  u32 in(u16 port, unsigned bytes) {
    ++cpu_.accesses_.device;
    report_port(port, false);
    return cpu_.bus_.in(port, bytes);
  }
  void out(u16 port, unsigned bytes, u32 value) {
    ++cpu_.accesses_.device;
    report_port(port, true);
    cpu_.bus_.out(port, bytes, value);
  }

  u64 time() const { return cpu_.clock_->now(); }
  u32 apic_id() const { return cpu_.number_; }

  void invalidate_page(u32 linear);
  void invalidate_all() { cpu_.mmu_.tlb.drop_all(), invalidated(); }
  void invalidate_local() { cpu_.mmu_.tlb.drop_local(), invalidated(); }
  void fetch_changed() { cpu_.fetch_.valid = false; }
  void left_out(LeftOut what) { cpu_.refuse(what); }

 private:
  // Where an access lies; if it reaches into a second page, the first part of it and the rest.
  struct Place {
    Hpa low, high;
    unsigned in_low = 0;
  };
  mmu::Memory& memory() { return cpu_.mmu_.memory(); }
  void report_port(u16 port, bool write) {
    if (auto* audit = memory().audit()) audit->device_touched(mmu::Agent::kGuest, port, write);
  }
  std::optional<Trap> place(u32 linear, unsigned bytes, Access access, Privilege privilege,
                            Place& place);
  std::optional<Trap> translate(u32 linear, Access access, Privilege privilege, Hpa& hpa);
  std::optional<Trap> read_as(Access access, u32 linear, unsigned bytes, u32& value,
                              Privilege privilege);
  bool in_monitor_space(Privilege privilege) const {
    return privilege == Privilege::kSystemTable && cpu_.monitor_tables;
  }
  std::optional<Hpa> monitor_table(u32 linear, unsigned bytes, Access access);
  u32 read(Hpa hpa, unsigned bytes);
  void write(u32 linear, Hpa hpa, unsigned bytes, u32 value);
  void refresh(u32 linear, Access access, Privilege privilege);

  // Dropping translations drops that of the fetch as well.
  void invalidated() {
    cpu_.fetch_.valid = false;
    cpu_.ledger_.charge(cpu_.account(), cost::Param::kTlbInvalidate);
  }

  Cpu& cpu_;
};

}  // namespace ringside::x86
