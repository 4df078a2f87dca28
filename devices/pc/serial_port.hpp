// A serial port of the PC: the 16550 and what comes over the line.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "devices/uart16550.hpp"

namespace ringside::devices {

/// What is typed arrives at the speed of the line: a byte takes the time of ten bits at the rate
/// that the divisor says, counted from when the guest read the one before, and from when it last
/// set the line up. So a driver that clears the receiver while it starts, as they all do, loses
/// nothing; and the sender waits for a guest that does not read.
///
/// IRQ 4 does not depend on OUT2, as on QEMU's isa-serial: kernels that never set it (xv6) rely
/// on that.
class SerialPort {
 public:
  static constexpr u64 kBaseBaud = 115'200;  ///< 1.8432 MHz over 16

  /// `khz`: how many thousand of the caller's time units make a second.
  explicit SerialPort(u64 khz) : khz_(khz) {}

  u8 read(unsigned reg, u64 now);
  void write(unsigned reg, u8 value, u64 now);

  /// Adds to what the user will have typed.
  void type(std::string_view text, u64 now);

  bool interrupt() const { return uart_.interrupt(); }

  /// When the next byte arrives, if one is under way.
  std::optional<u64> due() const;
  void advance(u64 now);

  /// Whether the guest has read all that was typed.
  bool input_used_up() const { return uart_.input_used_up() && next_ == typed_->size(); }

  u64 hash() const { return uart_.hash(); }

  const Uart16550& uart() const { return uart_; }

 private:
  u64 character_time() const;

  Uart16550 uart_;
  std::shared_ptr<const std::string> typed_ = std::make_shared<const std::string>();
  std::size_t next_ = 0;  ///< first byte that has not arrived
  u64 khz_;
  u64 ready_ = 0;  ///< when the next byte has arrived
};

}  // namespace ringside::devices
