#include "cli/gdb_packet.hpp"

#include <fmt/format.h>

#include <charconv>
#include <numeric>

namespace ringside::cli {

namespace {

constexpr char kEscape = '}', kFlip = 0x20, kCtrlC = 0x03;

u8 checksum(std::string_view text) {
  return std::accumulate(text.begin(), text.end(), u8{0},
                         [](u8 sum, char byte) { return static_cast<u8>(sum + byte); });
}

std::string escaped(std::string_view payload) {
  std::string out;
  for (const char byte : payload) {
    const bool special = std::string_view("#$}*").find(byte) != std::string_view::npos;
    if (special) out += kEscape;
    out += special ? static_cast<char>(byte ^ kFlip) : byte;
  }
  return out;
}

std::string unescaped(std::string_view raw) {
  std::string out;
  for (std::size_t i = 0; i < raw.size(); ++i) {
    const bool escape = raw[i] == kEscape && i + 1 < raw.size();
    out += escape ? static_cast<char>(raw[++i] ^ kFlip) : raw[i];
  }
  return out;
}

}  // namespace

std::string gdb_packet(std::string_view payload) {
  const std::string raw = escaped(payload);
  return fmt::format("${}#{:02x}", raw, checksum(raw));
}

// --- cutting the stream ---

void GdbPackets::feed(std::string_view bytes) {
  for (const char byte : bytes) take(byte);
}

void GdbPackets::take(char byte) {
  switch (part_) {
    case Part::kOutside:
      return outside(byte);
    case Part::kPayload:
      return payload(byte);
    case Part::kFirstDigit:
      first_digit_ = byte;
      part_ = Part::kSecondDigit;
      return;
    case Part::kSecondDigit:
      raw_ += {first_digit_, byte};
      return finish();
  }
}

// What is none of these is noise on the line.
void GdbPackets::outside(char byte) {
  using enum GdbInput::Kind;
  if (byte == '+') give(kAck);
  if (byte == '-') give(kNak);
  if (byte == kCtrlC) give(kInterrupt);
  if (byte != '$') return;
  raw_.clear();
  too_long_ = false;
  part_ = Part::kPayload;
}

// A '$' inside begins anew: the end of the packet before was lost.
void GdbPackets::payload(char byte) {
  if (byte == '$') return outside(byte);
  if (byte == '#') {
    part_ = Part::kFirstDigit;
    return;
  }
  too_long_ = too_long_ || raw_.size() == kGdbPacketSize;
  if (!too_long_) raw_ += byte;
}

void GdbPackets::finish() {
  part_ = Part::kOutside;
  const std::string digits = raw_.substr(raw_.size() - 2);
  raw_.resize(raw_.size() - 2);
  if (too_long_ || hex_number(digits) != checksum(raw_)) return give(GdbInput::Kind::kBadPacket);
  give(GdbInput::Kind::kPacket, unescaped(raw_));
}

std::optional<GdbInput> GdbPackets::next() {
  if (inputs_.empty()) return std::nullopt;
  GdbInput first = std::move(inputs_.front());
  inputs_.pop_front();
  return first;
}

bool GdbPackets::take_interrupt() {
  return std::erase_if(inputs_, [](const GdbInput& each) {
           return each.kind == GdbInput::Kind::kInterrupt;
         }) != 0;
}

// --- numbers ---

std::string to_hex(std::string_view bytes) {
  std::string digits;
  for (const char byte : bytes) digits += fmt::format("{:02x}", static_cast<u8>(byte));
  return digits;
}

std::optional<std::string> from_hex(std::string_view digits) {
  if (digits.size() % 2 != 0) return std::nullopt;
  std::string bytes;
  for (std::size_t i = 0; i < digits.size(); i += 2) {
    const auto byte = hex_number(digits.substr(i, 2));
    if (!byte) return std::nullopt;
    bytes += static_cast<char>(*byte);
  }
  return bytes;
}

std::string value_hex(u32 value, unsigned bytes) {
  std::string raw;
  for (unsigned i = 0; i < bytes; ++i) raw += static_cast<char>(i < 4 ? value >> (8 * i) : 0);
  return to_hex(raw);
}

std::optional<u64> hex_number(std::string_view digits) {
  u64 value = 0;
  const char* end = digits.data() + digits.size();
  const auto [stop, error] = std::from_chars(digits.data(), end, value, 16);
  if (error != std::errc() || stop != end) return std::nullopt;
  return value;
}

std::pair<std::string_view, std::string_view> cut(std::string_view text, char separator) {
  const std::size_t at = text.find(separator);
  if (at == std::string_view::npos) return {text, {}};
  return {text.substr(0, at), text.substr(at + 1)};
}

}  // namespace ringside::cli
