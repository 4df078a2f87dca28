// Whether a CPU that waits can be woken: tried on copies of the controllers, by letting all that can come from the devices come at
// once. More requests never silence one, so if nothing gets through then, nothing ever will.
#include <fmt/format.h>

#include "devices/pc_platform.hpp"

namespace ringside::devices {

// Lines that may rise. What a device does without an interrupt it is through with some time, the timers aside; a line that is up
// already waits for the guest.
template <class F>
void PcPlatform::for_each_coming(F f) const {
  if (pit_rise_) f(kTimer);
  const std::pair<Irq, std::optional<u64>> others[] = {
      {kKeyboard, keyboard_.due()}, {kCom1, serial_.due()}, {kClock, cmos_.next_event(0)}, {kIde, ide_.due()}};
  for (const auto& [irq, due] : others)
    if (due && !(lines_ >> irq & 1)) f(irq);
}

// The ways that most interrupts go: the timer of the local APIC, and the 8259s. They need no copy of all devices.
bool PcPlatform::comes_directly(unsigned cpu) const {
  LocalApic apic = apics_[cpu];
  if (const auto due = apic.timer_due()) apic.advance(*due);
  if (apic.pending()) return true;
  if (cpu != 0 || !apic.passes_intr()) return false;
  PicPair pic = pic_;
  for_each_coming([&](unsigned irq) { pic.set_line(irq, false), pic.set_line(irq, true); });
  return pic.pending().has_value();
}

bool PcPlatform::can_wake(bool interrupts, unsigned cpu) const {
  if (wakes(interrupts, cpu)) return true;
  if (!next_event()) return false;
  if (interrupts && comes_directly(cpu)) return true;
  PcPlatform all = *this;
  for_each_coming([&](unsigned irq) { all.set_line(irq, false), all.set_line(irq, true); });
  return all.wakes(interrupts, cpu);
}

// A key takes its time on its way, whatever else comes before.
bool PcPlatform::typing_wakes(bool interrupts, u64 now, unsigned cpu) const {
  PcPlatform typed = *this;
  typed.type("\n", now);
  if (const auto due = typed.serial_.due()) typed.serial_.advance(*due);
  if (const auto due = typed.keyboard_.due()) typed.keyboard_.advance(*due);
  typed.update_lines();
  return typed.wakes(interrupts, cpu);
}

std::string PcPlatform::interrupt_masks(unsigned cpu) const {
  const Pic8259 &master = pic_.chip(0), &slave = pic_.chip(1);
  std::string text = fmt::format("8259 masks {:#04x} and {:#04x}", master.mask(), slave.mask());
  if (master.in_service() | slave.in_service())
    text += fmt::format(", still in service there {:#04x} and {:#04x}", master.in_service(), slave.in_service());
  LocalApic apic = apics_[cpu];
  return text + fmt::format(", LVT timer {:#x}", apic.read(LocalApic::kLvtTimer, 0));
}

}  // namespace ringside::devices
