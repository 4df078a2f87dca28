// Z-ISA's platform: interrupt controller, timer, console, disk (docs/zisa.md, section 6).
#include <fmt/format.h>

#include <array>

#include "session/device_view.hpp"
#include "vmm/machine.hpp"
#include "vmm/zisa_arch.hpp"

namespace ringside::session {

namespace {

using devices::ZisaPlatform;

struct Named {
  const char* name;
  u32 offset;
};
constexpr std::array kController = {Named{"PENDING", 0x0}, Named{"ENABLE", 0x100}, Named{"CLAIM", 0x104}};
constexpr std::array kUart = {Named{"IER", 1}, Named{"IIR", 2}, Named{"LCR", 3}, Named{"MCR", 4},
                              Named{"LSR", 5}, Named{"MSR", 6}, Named{"SCR", 7}};
constexpr std::array kDisk = {Named{"DRIVE", 0x0},    Named{"SECTOR", 0x4},  Named{"COUNT", 0x8}, Named{"ADDRESS", 0xC},
                              Named{"STATUS", 0x14}, Named{"SECTORS", 0x1C}};

std::string status_words(u32 status) {
  std::string text;
  for (const auto& [bit, name] : {std::pair{1u, "busy"}, {2u, "done"}, {4u, "error"}, {8u, "drive is there"}})
    if (status & bit) text += (text.empty() ? "" : ", ") + std::string(name);
  return text;
}

const ZisaPlatform::Slot& slot(std::string_view name) {
  for (const auto& each : ZisaPlatform::slots())
    if (each.name == name) return each;
  return ZisaPlatform::slots().front();
}

std::string place_of(const ZisaPlatform::Slot& slot) {
  return slot.line == 0 ? fmt::format("{:#x}", slot.base) : fmt::format("{:#x}, line {}", slot.base, slot.line);
}

// On a copy, since reading a register may change the device.
class Reader {
 public:
  explicit Reader(const ZisaPlatform& platform) : platform_(platform) {}
  u32 word(std::string_view device, u32 offset) { return platform_.read({slot(device).base + offset}, 4).value_or(0); }
  DeviceView controller() { return words("interrupts", "Interrupt controller", kController); }
  DeviceView disk() {
    DeviceView view = words("disk", "Disk", kDisk);
    for (DeviceRegister& r : view.registers)
      if (r.name == "STATUS") r.words = status_words(static_cast<u32>(r.value));
    return view;
  }
  DeviceView uart() const {
    DeviceView view{"Console (16550)", place_of(slot("console")), {}};
    for (const Named& each : kUart) view.registers.push_back({each.name, platform_.console().peek(each.offset), 2, ""});
    view.registers.push_back({"divisor", platform_.console().divisor(), 4, ""});
    return view;
  }

 private:
  template <class Registers>
  DeviceView words(std::string_view device, std::string title, const Registers& registers) {
    DeviceView view{std::move(title), place_of(slot(device)), {}};
    for (const Named& each : registers) view.registers.push_back({each.name, word(device, each.offset), 8, ""});
    return view;
  }
  ZisaPlatform platform_;
};

void add_lines(DevicesView& view, Reader& reader, const vmm::ArchState& guest, const ZisaPlatform& platform) {
  const u32 wanted = guest.control(vmm::Cr::kIenable);
  const auto cpu_line = [&](const char* name, const char* source, zisa::Cause cause, bool up) {
    view.lines.push_back(
        {name, source, "CPU", up, (wanted & zisa::interrupt_bit(cause)) == 0, false, fmt::format("bit {}", static_cast<u32>(cause) & 31)});
  };
  cpu_line("software", "other CPUs", zisa::Cause::kSoftwareInterrupt, platform.software_interrupt(0));
  cpu_line("timer", "TIMECMP", zisa::Cause::kTimerInterrupt, view.now >= guest.timecmp());
  cpu_line("external", "controller", zisa::Cause::kExternalInterrupt, platform.external_interrupt(0));
  const u32 up = reader.word("interrupts", 0x0), enabled = reader.word("interrupts", 0x100);
  for (const auto& each : ZisaPlatform::slots())
    if (each.line != 0)
      view.lines.push_back({fmt::format("line {}", each.line), std::string(each.name), "controller", (up >> each.line & 1) != 0,
                            (enabled >> each.line & 1) == 0, false, ""});
}

void add_coming(DevicesView& view, const vmm::ArchState& guest, const ZisaPlatform& platform) {
  const bool wanted = guest.control(vmm::Cr::kIenable) & zisa::interrupt_bit(zisa::Cause::kTimerInterrupt);
  if (guest.timecmp() > view.now && guest.timecmp() != ~u64{0}) view.coming.push_back({"timer", guest.timecmp(), !wanted});
  if (const auto due = platform.next_event()) view.coming.push_back({"disk: the command is done", *due, false});
}

DeviceView timer_view(const DevicesView& view, const vmm::ArchState& guest) {
  return {"Timer",
          "in the CPU",
          {{"TIMECMP", guest.timecmp(), 16, view.now >= guest.timecmp() ? "reached" : "ahead"}, {"CYCLES", view.now, 16, ""}}};
}

}  // namespace

DevicesView zisa_devices(const Session& session) {
  const auto& vm = session.machine().vm();
  const ZisaPlatform& platform = vm.internals().platform;
  const vmm::ArchState guest = vm.guest_state();
  const cpu::Clock& clock = session.any_machine().clock();
  Reader reader(platform);
  DevicesView view;
  view.now = clock.now(), view.virtual_time = clock.virtual_time;
  view.enabled = cpu::interrupts_enabled(guest);
  add_lines(view, reader, guest, platform);
  add_coming(view, guest, platform);
  view.devices = {reader.controller(), timer_view(view, guest), reader.uart(), reader.disk()};
  return view;
}

}  // namespace ringside::session
