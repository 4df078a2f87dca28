// The PC: two 8259s, local and I/O APIC, 8254, clock, keyboard, serial port, IDE.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>

#include "session/device_view.hpp"
#include "vmm/x86/arch.hpp"

namespace ringside::session {

namespace {

using devices::PcPlatform;
using Registers = std::map<std::string, std::map<std::string, u64>>;

constexpr u64 kEntryMasked = 1 << 16, kRemoteIrr = 1 << 14;

Registers by_name(const PcPlatform& platform, u64 now) {
  Registers all;
  for (const auto& device : platform.inspect(now))
    for (const auto& [name, value] : device.registers) all[device.device][name] = value;
  return all;
}

// --- lines ---

struct Wire {
  unsigned irq, pin;  ///< of the PIC; of the I/O APIC
  const char* source;
};
// As the PC wires them: the 8254 comes to pin 2 of the I/O APIC, the second 8259 to IRQ 2 of the first.
constexpr std::array kWires = {Wire{0, 2, "timer (8254)"},       Wire{1, 1, "keyboard"}, Wire{4, 4, "serial port COM1"},
                               Wire{8, 8, "clock (RTC)"}, Wire{14, 14, "IDE disk"}};

bool bit(u64 value, unsigned n) { return (value >> n & 1) != 0; }

LineView pic_line(Registers& r, const Wire& wire) {
  auto& chip = r[wire.irq < 8 ? "pic0" : "pic1"];
  const unsigned n = wire.irq % 8;
  const bool cascade_off = wire.irq >= 8 && bit(r["pic0"]["imr"], 2);
  return {fmt::format("IRQ {}", wire.irq), wire.source, "PIC", bit(chip["irr"], n), bit(chip["imr"], n) || cascade_off, bit(chip["isr"], n),
          fmt::format("{:#04x}", chip["base"] + n)};
}

LineView io_apic_line(Registers& r, const Wire& wire) {
  const u64 entry = r["ioapic"][fmt::format("entry{}", wire.pin)];
  return {fmt::format("pin {}", wire.pin), wire.source, "I/O APIC", false, (entry & kEntryMasked) != 0, (entry & kRemoteIrr) != 0,
          fmt::format("{:#04x}", entry & 0xff)};
}

// The vectors whose bits are set in eight registers.
std::vector<unsigned> vectors(std::map<std::string, u64>& apic, const char* name) {
  std::vector<unsigned> all;
  for (unsigned v = 0; v < 256; ++v)
    if (bit(apic[fmt::format("{}{}", name, v / 32)], v % 32)) all.push_back(v);
  return all;
}

void add_apic_lines(DevicesView& view, Registers& r) {
  auto& apic = r["lapic0"];
  const u64 timer = apic["lvt_timer"], lint0 = apic["lvt_lint0"];
  if (apic["initial"] != 0)
    view.lines.push_back(
        {"timer", "its own timer", "local APIC", false, (timer & kEntryMasked) != 0, false, fmt::format("{:#04x}", timer & 0xff)});
  view.lines.push_back({"LINT0", "the PIC", "local APIC", false, (lint0 & kEntryMasked) != 0, false, ""});
  const auto served = vectors(apic, "isr");
  for (const unsigned v : vectors(apic, "irr"))
    view.lines.push_back({fmt::format("{:#04x}", v), "a message", "local APIC", true, false, false, fmt::format("{:#04x}", v)});
  for (const unsigned v : served)
    view.lines.push_back({fmt::format("{:#04x}", v), "a message", "local APIC", false, false, true, fmt::format("{:#04x}", v)});
}

// An I/O APIC none of whose pins is open is not in use, and says nothing.
void add_lines(DevicesView& view, Registers& r) {
  for (const Wire& wire : kWires) view.lines.push_back(pic_line(r, wire));
  const auto open = [&](const Wire& wire) { return !io_apic_line(r, wire).masked; };
  if (std::ranges::any_of(kWires, open))
    for (const Wire& wire : kWires) view.lines.push_back(io_apic_line(r, wire));
  add_apic_lines(view, r);
}

// --- what comes ---

bool wanted(const DevicesView& view, std::string_view source) {
  return std::ranges::any_of(view.lines, [&](const LineView& l) { return l.source == source && !l.masked; });
}

// What happened in the devices between these two looks, a moment apart.
std::vector<ComingView> happened(Registers& before, Registers& after, u64 at, const DevicesView& view) {
  std::vector<ComingView> all;
  const auto moved = [&](const char* device, const char* name) { return before[device][name] != after[device][name]; };
  const auto add = [&](std::string what, std::string_view source) { all.push_back({std::move(what), at, !wanted(view, source)}); };
  if (moved("pit", "out0")) add("timer (8254), counter 0", "timer (8254)");
  const u64 left = before["lapic0"]["current"], then = after["lapic0"]["current"];
  if (then > left || (left != 0 && then == 0)) add("timer of the local APIC", "its own timer");
  if (moved("clock", "c")) add("clock (RTC)", "clock (RTC)");
  if (moved("ide", "status") || moved("ide", "interrupt")) add("IDE disk: the command goes on", "IDE disk");
  if (moved("keyboard", "status")) add("keyboard: a scan code", "keyboard");
  if (moved("com1", "iir") || moved("com1", "lsr")) add("serial port: a character", "serial port COM1");
  if (all.empty()) add("devices: an inner change", "");
  return all;
}

// A copy of the devices is let run on with nobody who answers it.
void add_coming(DevicesView& view, PcPlatform platform) {
  constexpr int kLooks = 6;
  for (int i = 0; i < kLooks; ++i) {
    const auto next = platform.next_event();
    if (!next) return;
    const u64 at = std::max(*next, view.now);
    Registers before = by_name(platform, at > view.now ? at - 1 : at);
    platform.advance(at);
    Registers after = by_name(platform, at);
    for (ComingView& each : happened(before, after, at, view)) {
      const auto known = [&](const ComingView& other) { return other.what == each.what; };
      if (std::ranges::none_of(view.coming, known)) view.coming.push_back(std::move(each));
    }
  }
}

// --- devices ---

struct Title {
  std::string_view device, title, place;
};
constexpr std::array kTitles = {Title{"lapic", "Local APIC", "0xfee00000"},     Title{"ioapic", "I/O APIC", "0xfec00000"},
                                Title{"pic0", "PIC, first 8259", "port 0x20"},  Title{"pic1", "PIC, second 8259", "port 0xa0"},
                                Title{"pit", "Timer 8254", "port 0x40"},        Title{"clock", "Clock and CMOS", "port 0x70"},
                                Title{"keyboard", "Keyboard controller", "port 0x60"}, Title{"com1", "Serial port COM1", "port 0x3f8"},
                                Title{"ide", "IDE channel", "port 0x1f0"},      Title{"display", "Display", "port 0x3d4"}};

std::string words_of(std::string_view device, std::string_view name, u64 value) {
  if (device == "ioapic") return value & kEntryMasked ? "masked" : fmt::format("vector {:#04x}", value & 0xff);
  if (name == "lvt_timer" || name == "lvt_lint0" || name == "lvt_error")
    return value & kEntryMasked ? "masked" : fmt::format("vector {:#04x}", value & 0xff);
  if (name == "svr") return value & 0x100 ? "on" : "off";
  if (device != "ide" || name != "status") return "";
  return value & 0x80 ? "busy" : value & 0x08 ? "wants data moved" : value & 0x40 ? "ready" : "";
}

unsigned digits_of(u64 value) { return value > 0xffffffff ? 16 : value > 0xffff ? 8 : value > 0xff ? 4 : 2; }

DeviceView one_device(const PcPlatform::View& from) {
  const auto found = std::ranges::find_if(kTitles, [&](const Title& t) { return from.device.starts_with(t.device); });
  DeviceView view{from.device, "", {}};
  if (found != kTitles.end()) view.name = found->title, view.place = found->place;
  if (from.device.starts_with("lapic") && from.device != "lapic0") view.name += " of CPU " + from.device.substr(5);
  for (const auto& [name, value] : from.registers)
    view.registers.push_back({name, value, digits_of(value), words_of(from.device, name, value)});
  return view;
}

}  // namespace

DevicesView pc_devices(const Session& session) {
  const x86::Vm& vm = session.pc().vm();
  const PcPlatform& platform = vm.internals().platform;
  const cpu::Clock& clock = session.any_machine().clock();
  DevicesView view;
  view.now = clock.now(), view.virtual_time = clock.virtual_time;
  view.enabled = vm.guest_state().eflags & x86::flag::kIf;
  Registers registers = by_name(platform, view.now);
  add_lines(view, registers);
  add_coming(view, platform);
  for (const auto& each : platform.inspect(view.now)) view.devices.push_back(one_device(each));
  return view;
}

}  // namespace ringside::session
