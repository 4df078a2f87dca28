#include "devices/pc/serial_port.hpp"

#include <algorithm>

namespace ringside::devices {
namespace {

constexpr unsigned kIer = 1, kFifos = 2, kLineControl = 3;
constexpr u8 kIerReceived = 0x01;
constexpr u64 kBitsPerCharacter = 10;

}  // namespace

u8 SerialPort::read(unsigned reg, u64 now) {
  const bool waited = !uart_.input_used_up();
  const u8 value = static_cast<u8>(uart_.read(reg, 1).value_or(0xff));
  if (waited && uart_.input_used_up()) ready_ = now + character_time();
  return value;
}

/// Divisor, format, FIFOs and the start of the receive interrupt set the line up.
void SerialPort::write(unsigned reg, u8 value, u64 now) {
  const bool received = uart_.peek(kIer) & kIerReceived;
  uart_.write(reg, value, 1);
  const bool starts = !received && (uart_.peek(kIer) & kIerReceived);
  const bool sets_up = uart_.divisor_latch() ? reg <= kIer : reg == kIer && starts;
  if (sets_up || reg == kFifos || reg == kLineControl) ready_ = now + character_time();
}

/// A divisor of 0, as before anybody set it, is taken for that of 9600 baud.
u64 SerialPort::character_time() const {
  const u64 divisor = uart_.divisor() == 0 ? 12 : uart_.divisor();
  return khz_ * 1000 * kBitsPerCharacter * divisor / kBaseBaud;
}

void SerialPort::type(std::string_view text, u64 now) {
  typed_ = std::make_shared<const std::string>(typed_->substr(next_) + std::string(text));
  next_ = 0;
  ready_ = std::max(ready_, now + character_time());
}

std::optional<u64> SerialPort::due() const {
  const bool waits = uart_.input_used_up() && next_ < typed_->size();
  return waits ? std::optional(ready_) : std::nullopt;
}

void SerialPort::advance(u64 now) {
  if (due() && now >= *due()) uart_.feed(std::string_view(*typed_).substr(next_++, 1));
}

}  // namespace ringside::devices
