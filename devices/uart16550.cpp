#include "devices/uart16550.hpp"

#include "base/hash.hpp"

namespace ringside::devices {
namespace {

// Offsets; where two registers share one, reading and writing (or the divisor latch bit) choose.
enum Register : u32 { kData, kIer, kIirFcr, kLcr, kMcr, kLsr, kMsr, kScr };

constexpr u8 kIerReceived = 0x01, kIerThrEmpty = 0x02;
constexpr u8 kLsrDataReady = 0x01, kLsrThrAndTransmitterEmpty = 0x60;
constexpr u8 kFifosOn = 0xc0;  // IIR

}  // namespace

std::optional<u32> Uart16550::read(u32 offset, unsigned size) {
  if (size != 1 || offset >= kSize) return std::nullopt;
  const u8 value = peek(offset);
  if (offset == kData && !divisor_latch()) received();
  if (offset == kIirFcr) identified();
  return value;
}

u8 Uart16550::peek(u32 offset) const {
  switch (offset) {
    case kData:
      return divisor_latch() ? dll_ : next_byte();
    case kIer:
      return divisor_latch() ? dlm_ : ier_;
    case kIirFcr:
      return static_cast<u8>(source() | (fcr_ & 1 ? kFifosOn : 0));
    case kLcr:
      return lcr_;
    case kMcr:
      return mcr_;
    case kLsr:
      return kLsrThrAndTransmitterEmpty | (data_ready() ? kLsrDataReady : 0);
    case kMsr:
      return modem_status();
    default:
      return scr_;
  }
}

bool Uart16550::write(u32 offset, u32 value, unsigned size) {
  if (size != 1 || offset >= kSize) return false;
  const u8 byte = static_cast<u8>(value);
  switch (offset) {
    case kData:
      divisor_latch() ? void(dll_ = byte) : transmit(byte);
      break;
    case kIer:
      divisor_latch() ? void(dlm_ = byte) : enable(byte & 0x0f);
      break;
    case kIirFcr:
      fcr_ = byte;
      break;
    case kLcr:
      lcr_ = byte;
      break;
    case kMcr:
      mcr_ = byte & 0x1f;
      break;
    case kScr:
      scr_ = byte;
      break;
    default:
      break;  // LSR and MSR are read-only.
  }
  return true;
}

/// The most urgent cause that is enabled.
Uart16550::Source Uart16550::source() const {
  if ((ier_ & kIerReceived) && data_ready()) return kReceived;
  if ((ier_ & kIerThrEmpty) && thr_emptied_) return kThrEmpty;
  return kNone;
}

u8 Uart16550::next_byte() const {
  if (!data_ready()) return 0;
  return loop() ? *looped_ : static_cast<u8>((*input_)[next_]);
}

/// The guest has read the received byte.
void Uart16550::received() {
  if (loop())
    looped_.reset();
  else if (data_ready())
    ++next_;
}

/// Reading the IIR acknowledges the empty transmitter, if that is what it reports.
void Uart16550::identified() {
  if (source() == kThrEmpty) thr_emptied_ = false;
}

/// In loop mode the modem's answers are the UART's own outputs; else somebody is there.
u8 Uart16550::modem_status() const {
  if (!loop()) return 0xb0;  // carrier, data set ready, clear to send
  const u8 dsr = (mcr_ & 1) << 5, cts = (mcr_ & 2) << 3, ri_dcd = (mcr_ & 0xc) << 4;
  return dsr | cts | ri_dcd;
}

void Uart16550::transmit(u8 value) {
  if (loop())
    looped_ = value;
  else
    output_.append(static_cast<char>(value));
  thr_emptied_ = true;
}

/// Enabling the transmitter's interrupt while it is empty raises it, as drivers rely on.
void Uart16550::enable(u8 mask) {
  if ((mask & ~ier_) & kIerThrEmpty) thr_emptied_ = true;
  ier_ = mask;
}

void Uart16550::feed(std::string_view input) {
  input_ = std::make_shared<const std::string>(input_->substr(next_) + std::string(input));
  next_ = 0;
}

u64 Uart16550::hash() const {
  u64 hash = output_.hash();
  for (u8 byte : {ier_, fcr_, lcr_, mcr_, scr_, dll_, dlm_}) hash = hash_mix(hash, byte);
  hash = hash_mix(hash, looped_ ? 1 + *looped_ : 0);
  hash = hash_mix(hash, thr_emptied_);
  return hash_mix(hash, input_used_up() ? 0 : 1 + static_cast<u8>((*input_)[next_]));
}

}  // namespace ringside::devices
