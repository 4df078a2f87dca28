// All devices of Z-ISA's platform, as one value.
#pragma once

#include <array>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "devices/device.hpp"
#include "devices/disk.hpp"
#include "devices/dma.hpp"
#include "devices/exit_register.hpp"
#include "devices/interrupt_controller.hpp"
#include "devices/uart16550.hpp"

namespace ringside::devices {

/// The devices and the bus between them. A copyable value: a copy is a snapshot.
///
/// Times are whatever the caller counts (cycles, or instructions in virtual time); it passes them
/// in and asks when it should call again.
class ZisaPlatform {
 public:
  /// A place on the bus: `size` bytes from `base`, and the number of the interrupt line, 0 if the
  /// device has none.
  struct Slot {
    std::string_view name;
    u64 base;
    u32 size;
    unsigned line;
    Device& (*device)(ZisaPlatform&);
  };

  struct Config {
    unsigned cpus = 1;
    u64 disk_latency = 0;  ///< from a disk command to its DMA
    std::string input;     ///< offered to the console
    Disk::Drives drives;
  };

  explicit ZisaPlatform(Config config);

  /// What stands on the bus.
  static std::span<const Slot> slots();

  /// The slot that an address falls into; nullptr if no device is there.
  static const Slot* find(Gpa address);

  /// Reads 1, 2 or 4 bytes; nothing if no device is there or the device refuses, which is an
  /// access fault.
  std::optional<u32> read(Gpa address, unsigned size);

  /// Writes 1, 2 or 4 bytes at time `now`; false as above.
  bool write(Gpa address, u32 value, unsigned size, u64 now);

  /// When advance() has something to do next.
  std::optional<u64> next_event() const { return disk_due_; }

  /// Does what is due at `now` or before, DMA through `port`. True if anything was.
  bool advance(u64 now, DmaPort& port);

  /// The user typed something: offered to the guest from now on.
  void type(std::string_view input);

  bool external_interrupt(unsigned cpu) const { return controller_.external(cpu); }
  bool software_interrupt(unsigned cpu) const { return controller_.software(cpu); }

  /// The guest's exit code, once it has ended the run.
  std::optional<u32> exit_code() const { return exit_.code(); }

  const Uart16550& console() const { return console_; }
  const Disk& disk() const { return disk_; }

  /// A hash of what the guest can see of the devices; no time in it.
  u64 hash() const;

 private:
  static const std::array<Slot, 4> kSlots;
  void update_lines();

  ExitRegister exit_;
  InterruptController controller_;
  Uart16550 console_;
  Disk disk_;
  u64 disk_latency_;
  std::optional<u64> disk_due_;
};

}  // namespace ringside::devices
