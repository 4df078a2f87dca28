// The console: a 16550 UART, as far as software can tell.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "devices/device.hpp"
#include "devices/transcript.hpp"

namespace ringside::devices {

/// Registers are bytes at offsets 0 to 7, as in National Semiconductor's PC16550D data sheet.
/// Sending takes no time; input waits at the sender until the guest reads it, so that neither an
/// overrun nor a reset of the receiver's FIFO loses a byte.
class Uart16550 final : public Device {
 public:
  std::optional<u32> read(u32 offset, unsigned size) override;
  bool write(u32 offset, u32 value, unsigned size) override;
  bool interrupt() const override { return source() != kNone; }
  u64 hash() const override;

  /// Appends to what the guest will be offered, byte by byte, the next when it has read the last.
  void feed(std::string_view input);

  /// Whether all input was read.
  bool input_used_up() const { return next_ == input_->size(); }

  /// What the guest has printed so far.
  const Transcript& output() const { return output_; }

  /// A register as read() would give it, without the effects of reading.
  u8 peek(u32 offset) const;

  /// The baud rate generator's divisor, and whether its latch hides the data (LCR, bit 7).
  u32 divisor() const { return dll_ | u32{dlm_} << 8; }
  bool divisor_latch() const { return lcr_ & 0x80; }

  static constexpr u32 kSize = 8;

 private:
  /// Causes of the interrupt, in the coding of the IIR.
  enum Source : u8 { kNone = 0x1, kThrEmpty = 0x2, kReceived = 0x4 };

  bool loop() const { return mcr_ & 0x10; }
  bool data_ready() const { return loop() ? looped_.has_value() : !input_used_up(); }
  Source source() const;
  u8 next_byte() const;
  void received();
  void identified();
  u8 modem_status() const;
  void transmit(u8 value);
  void enable(u8 mask);

  Transcript output_;
  std::shared_ptr<const std::string> input_ = std::make_shared<const std::string>();
  std::size_t next_ = 0;      ///< first byte of the input that the guest has not read
  std::optional<u8> looped_;  ///< byte sent in loop mode and not yet read
  bool thr_emptied_ = true;   ///< the transmitter ran empty, and nobody was told yet
  u8 ier_ = 0, fcr_ = 0, lcr_ = 0, mcr_ = 0, scr_ = 0, dll_ = 0, dlm_ = 0;
};

}  // namespace ringside::devices
