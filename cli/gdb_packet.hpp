// Packets of GDB's remote protocol: how payloads are framed, checked and escaped (GDB manual,
// appendix "Remote Protocol", section "Overview"). No sockets, and no meaning.
#pragma once

#include <deque>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/types.hpp"

namespace ringside::cli {

/// Longest payload taken from GDB, in bytes as they come, and longest one given.
inline constexpr std::size_t kGdbPacketSize = 16384;

/// The packet of a payload: "$payload#checksum", with what has a meaning in the framing escaped.
std::string gdb_packet(std::string_view payload);

/// One thing that GDB has sent.
struct GdbInput {
  enum class Kind {
    kPacket,
    kBadPacket,  ///< wrong checksum, or too long
    kInterrupt,  ///< Ctrl+C
    kAck,
    kNak,
  };
  Kind kind;
  std::string payload = {};  ///< of a packet, not escaped any more
};

/// Cuts a stream of bytes into packets. Whatever the bytes are, it holds no more than a packet of
/// the largest size and what next() was not asked for.
class GdbPackets {
 public:
  void feed(std::string_view bytes);
  /// The next in order; nothing if all was given.
  std::optional<GdbInput> next();
  /// Takes out the interrupts that wait; whether there was one.
  bool take_interrupt();
  std::size_t waiting() const { return inputs_.size(); }

 private:
  enum class Part { kOutside, kPayload, kFirstDigit, kSecondDigit };
  void take(char byte);
  void outside(char byte);
  void payload(char byte);
  void finish();
  void give(GdbInput::Kind kind, std::string payload = {}) {
    inputs_.push_back({kind, std::move(payload)});
  }

  Part part_ = Part::kOutside;
  std::string raw_;
  char first_digit_ = 0;
  bool too_long_ = false;
  std::deque<GdbInput> inputs_;
};

// Numbers in payloads are hexadecimal.

std::string to_hex(std::string_view bytes);
/// Nothing for an odd number of digits, or what is no digit.
std::optional<std::string> from_hex(std::string_view digits);
/// A value in the guest's order of bytes, the lowest first.
std::string value_hex(u32 value, unsigned bytes);
/// A number of up to 64 bits; nothing for anything else.
std::optional<u64> hex_number(std::string_view digits);

/// "4ab,10" cut at the first separator; the second part is empty where there is none.
std::pair<std::string_view, std::string_view> cut(std::string_view text, char separator);

}  // namespace ringside::cli
