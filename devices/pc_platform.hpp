// All devices of the PC, as one value.
#pragma once

#include <array>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "devices/pc/clock_rate.hpp"
#include "devices/pc/cmos.hpp"
#include "devices/pc/display.hpp"
#include "devices/pc/firmware_tables.hpp"
#include "devices/pc/ide_channel.hpp"
#include "devices/pc/io_apic.hpp"
#include "devices/pc/keyboard.hpp"
#include "devices/pc/local_apic.hpp"
#include "devices/pc/pci_host.hpp"
#include "devices/pc/pic8259.hpp"
#include "devices/pc/pit8254.hpp"
#include "devices/pc/serial_port.hpp"

namespace ringside::devices {

/// The devices, their ports, their place in memory and the interrupt lines between them: a PC as
/// QEMU's "pc" machine (i440fx) shows it to a kernel that its firmware has just started. A
/// copyable value: a copy is a snapshot.
///
/// Times are what the caller counts, frequency_khz of them in a millisecond; they must not go
/// back. Each access brings the devices up to its own time first; the caller asks next_event() for
/// when to call advance() between accesses. An access, a call to type() or to set_apic_base() can
/// change pending() and next_event().
///
/// Text memory is RAM of the machine at Display::kTextBase; screen() reads it.
class PcPlatform {
 public:
  static constexpr unsigned kMostCpus = 8;

  struct Config {
    u64 ram_bytes = u64{64} << 20;
    unsigned cpus = 1;              ///< 1 to kMostCpus
    u64 frequency_khz = 1'000'000;  ///< time units in a millisecond, 1 to 10,000,000
    u64 disk_latency = 0;           ///< time units from an IDE command to its data
    IdeChannel::Drives drives;      ///< of the first channel; there is no second
    std::string input;              ///< what is typed from the start
    bool keyboard_input = false;    ///< whether input goes to the keyboard, else to COM1
  };

  /// Numbers outside their range are taken for the nearest inside.
  explicit PcPlatform(const Config& config);

  /// Port access of 1, 2 or 4 bytes. Where no device is, reads give ones and writes are lost; an
  /// access wider than the device is one for each byte, in order of address.
  u32 in(u16 port, unsigned bytes, u64 now);
  void out(u16 port, u32 value, unsigned bytes, u64 now);

  /// Whether an address belongs to the I/O APIC or to that CPU's local APIC.
  bool is_device(Gpa gpa, unsigned cpu = 0) const;

  /// Access of 1, 2 or 4 bytes, which does not leave a page, where is_device(). Registers are 32
  /// bits wide: narrower reads give the bytes asked for, narrower writes are lost.
  u32 read(Gpa gpa, unsigned bytes, u64 now, unsigned cpu = 0);
  void write(Gpa gpa, u32 value, unsigned bytes, u64 now, unsigned cpu = 0);

  /// The MSR IA32_APIC_BASE (1Bh).
  u64 apic_base(unsigned cpu = 0) const { return apics_[cpu].base_msr(); }
  void set_apic_base(u64 value, unsigned cpu = 0) { apics_[cpu].set_base_msr(value); }

  /// The vector that a CPU whose EFLAGS.IF is set would be interrupted with.
  std::optional<u8> pending(unsigned cpu = 0) const;

  /// The CPU takes the interrupt (INTA cycles): its vector, a spurious one if none is pending.
  u8 acknowledge(unsigned cpu = 0);

  /// The local APIC of a CPU holds NMI, INIT and SIPI for it (LocalApic::take_nmi() and so on).
  LocalApic& apic(unsigned cpu = 0) { return apics_[cpu]; }

  /// When advance() has something to do next.
  std::optional<u64> next_event() const;

  /// Whether something can wake a CPU that does nothing but wait, if nothing is typed: an NMI, and with `interrupts` (EFLAGS.IF)
  /// an interrupt of what runs in the devices. False only where that is certain.
  bool can_wake(bool interrupts, unsigned cpu = 0) const;
  /// Whether something typed at `now` would.
  bool typing_wakes(bool interrupts, u64 now, unsigned cpu = 0) const;
  /// What keeps interrupts from that CPU, for a report.
  std::string interrupt_masks(unsigned cpu = 0) const;

  /// Does what is due at `now` or before; true if anything was.
  bool advance(u64 now);

  /// The user types something at `now`.
  void type(std::string_view text, u64 now);
  bool input_used_up() const { return serial_.input_used_up() && keyboard_.input_used_up(); }

  /// What the guest has sent over COM1.
  const Transcript& console() const { return serial_.uart().output(); }

  /// The screen that the bytes from Display::kTextBase on show.
  std::string screen(std::span<const u8> text_memory) const { return display_.screen(text_memory); }

  /// What was written to isa-debug-exit (port F4h) first. QEMU would end with twice that and 1.
  std::optional<u32> exit_code() const { return exit_code_; }
  /// Whether the guest asked for a reset (keyboard controller, port 92h, port CF9h).
  bool reset_requested() const { return reset_ || keyboard_.reset(); }
  /// Whether it switched the machine off by ACPI's PM1 control register (port 604h).
  bool powered_off() const { return off_; }

  /// Whether address line 20 is on; while off, bit 20 of each address is 0.
  bool a20() const { return keyboard_.a20(); }

  /// The contents of a drive with all that was written; nullptr if there is none.
  const Drive* drive(unsigned n) const { return ide_.medium(n); }

  /// What firmware leaves in RAM: for the machine to copy there before it starts the guest.
  std::vector<Blob> firmware_tables() const;

  /// The registers of a device by name, for people to look at; reading them changes nothing.
  struct View {
    std::string device;
    std::vector<std::pair<std::string, u64>> registers;
  };
  std::vector<View> inspect(u64 now) const;

  /// A hash of what the guest can see of the devices; no time in it.
  u64 hash() const;

 private:
  /// Interrupt lines of the ISA bus.
  enum Irq : unsigned { kTimer = 0, kKeyboard = 1, kCom1 = 4, kClock = 8, kMouse = 12, kIde = 14 };

  struct Ports;
  static const std::array<Ports, 14> kPorts;
  static const Ports* find(u16 port);
  u8 in_byte(u16 port, u64 now);
  void out_byte(u16 port, u8 value, u64 now);
  u32 in_pci(u16 port, unsigned bytes) const;
  bool out_wide(u16 port, u32 value, unsigned bytes);
  u8 read_port_b(u64 now) const;
  void write_port_b(u8 value, u64 now);
  void write_port_a(u8 value);

  void write_apic(unsigned cpu, u32 offset, u32 value, u64 now);
  void send(const InterruptMessage& message, unsigned from);
  void deliver(const InterruptMessage& message);
  LocalApic* lowest_priority(const InterruptMessage& message);
  void serve_io_apic();

  bool wakes(bool interrupts, unsigned cpu) const { return apics_[cpu].nmi_pending() || (interrupts && pending(cpu)); }
  bool comes_directly(unsigned cpu) const;
  template <class F>
  void for_each_coming(F f) const;
  void set_line(unsigned irq, bool level);
  void update_lines();
  void settle(u64 now);
  void advance_timers(u64 now);
  void schedule_timers(u64 now);

  ClockRate pit_clock_, rtc_clock_, apic_clock_;
  std::vector<LocalApic> apics_;
  IoApic io_apic_;
  PicPair pic_;
  Pit8254 pit_;
  Cmos cmos_;
  Keyboard keyboard_;
  SerialPort serial_;
  IdeChannel ide_;
  Display display_;
  PciHost pci_;

  u64 key_interval_;  ///< from one scan code to the next
  bool keyboard_input_;
  u32 lines_ = 0;                 ///< levels of the IRQ lines
  u8 port_b_ = 0;                 ///< bits 0 and 1 of port 61h
  std::optional<u64> pit_rise_;   ///< when the 8254 raises IRQ 0
  std::optional<u64> timer_due_;  ///< the first event of 8254, clock and local APICs
  std::optional<u32> exit_code_;
  bool reset_ = false, off_ = false;
};

}  // namespace ringside::devices
