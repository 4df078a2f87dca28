// What a person can look at: the registers of each device, by the names of its data sheet.
#include "devices/pc_platform.hpp"

namespace ringside::devices {
namespace {

using Registers = std::vector<std::pair<std::string, u64>>;

Registers of(const Pic8259& pic) {
  return {{"irr", pic.requests()},
          {"isr", pic.in_service()},
          {"imr", pic.mask()},
          {"base", pic.vector(0)},
          {"elcr", pic.edge_level()}};
}

Registers of(const Pit8254& pit, u64 tick) {
  Registers registers;
  for (unsigned n = 0; n < 3; ++n) {
    const std::string name = std::to_string(n);
    registers.emplace_back("mode" + name, pit.counter(n).mode());
    registers.emplace_back("count" + name, pit.counter(n).value(tick));
    registers.emplace_back("out" + name, pit.counter(n).out(tick));
  }
  return registers;
}

/// On a copy, since looking at a local APIC brings it up to the time.
Registers of(LocalApic apic, u64 tick) {
  Registers registers{{"base", apic.base_msr()}};
  using L = LocalApic;
  constexpr std::array<std::pair<const char*, u32>, 12> kRegisters{{{"id", L::kId},
                                                                    {"tpr", L::kTaskPriority},
                                                                    {"ppr", L::kProcessorPriority},
                                                                    {"ldr", L::kLogicalDestination},
                                                                    {"svr", L::kSpurious},
                                                                    {"icr_low", L::kIcrLow},
                                                                    {"icr_high", L::kIcrHigh},
                                                                    {"lvt_timer", L::kLvtTimer},
                                                                    {"lvt_lint0", L::kLvtLint0},
                                                                    {"lvt_error", L::kLvtError},
                                                                    {"initial", L::kInitialCount},
                                                                    {"current", L::kCurrentCount}}};
  for (const auto& [name, offset] : kRegisters)
    registers.emplace_back(name, apic.read(offset, tick));
  for (u32 i = 0; i < 8; ++i) {
    registers.emplace_back("irr" + std::to_string(i), apic.read(L::kRequest + i * 0x10, tick));
    registers.emplace_back("isr" + std::to_string(i), apic.read(L::kInService + i * 0x10, tick));
  }
  return registers;
}

Registers of(const IoApic& io_apic) {
  Registers registers;
  for (unsigned pin = 0; pin < IoApic::kPins; ++pin)
    registers.emplace_back("entry" + std::to_string(pin), io_apic.entry(pin));
  return registers;
}

Registers of(const Uart16550& uart) {
  return {{"ier", uart.peek(1)}, {"iir", uart.peek(2)}, {"lcr", uart.peek(3)},
          {"mcr", uart.peek(4)}, {"lsr", uart.peek(5)}, {"divisor", uart.divisor()}};
}

Registers of(const Keyboard& keyboard) {
  return {{"status", keyboard.read_status()},
          {"command_byte", keyboard.command_byte()},
          {"a20", keyboard.a20()}};
}

Registers of(const IdeChannel& ide) {
  const TaskFile& file = ide.task_file();
  return {{"status", ide.alternate_status()},
          {"error", file.error},
          {"count", file.count},
          {"sector", file.sector},
          {"cylinder_low", file.cylinder_low},
          {"cylinder_high", file.cylinder_high},
          {"device", file.device},
          {"interrupt", ide.interrupt()}};
}

Registers of(const Display& display) {
  return {{"start", display.crtc(12) * 256u + display.crtc(13)},
          {"cursor", display.crtc(14) * 256u + display.crtc(15)}};
}

}  // namespace

std::vector<PcPlatform::View> PcPlatform::inspect(u64 now) const {
  std::vector<View> views;
  for (unsigned i = 0; i < apics_.size(); ++i)
    views.push_back({"lapic" + std::to_string(i), of(apics_[i], apic_clock_.ticks(now))});
  views.push_back({"ioapic", of(io_apic_)});
  views.push_back({"pic0", of(pic_.chip(0))});
  views.push_back({"pic1", of(pic_.chip(1))});
  views.push_back({"pit", of(pit_, pit_clock_.ticks(now))});
  views.push_back({"clock",
                   {{"a", cmos_.at(10)},
                    {"b", cmos_.at(11)},
                    {"c", cmos_.at(12)},
                    {"seconds", cmos_.seconds(rtc_clock_.ticks(now))}}});
  views.push_back({"keyboard", of(keyboard_)});
  views.push_back({"com1", of(serial_.uart())});
  views.push_back({"ide", of(ide_)});
  views.push_back({"display", of(display_)});
  return views;
}

}  // namespace ringside::devices
