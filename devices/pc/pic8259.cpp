#include "devices/pc/pic8259.hpp"

#include "base/bits.hpp"
#include "base/hash.hpp"

namespace ringside::devices {
namespace {

constexpr u8 mask_of(unsigned line) {
  return static_cast<u8>(1u << line);
}

}  // namespace

void Pic8259::set_line(unsigned line, bool level) {
  const u8 mask = mask_of(line);
  if (level && !(lines_ & mask) && !(level_lines() & mask)) edges_ |= mask;
  lines_ = static_cast<u8>(level ? lines_ | mask : lines_ & ~mask);
}

void Pic8259::set_edge_level(u8 value) {
  levels_ = value & may_level_;
  edges_ &= static_cast<u8>(~levels_);
}

/// The line of highest priority among `lines`.
std::optional<unsigned> Pic8259::first(u8 lines) const {
  for (unsigned i = 1; i <= 8; ++i)
    if (const unsigned line = (lowest_ + i) & 7; lines & mask_of(line)) return line;
  return std::nullopt;
}

/// Fully nested: only what is above all in service. The special mask lets everything through that
/// is not in service itself and masked; the special nested mode of a master lets a slave ask again.
std::optional<unsigned> Pic8259::request() const {
  const u8 asking = requests() & static_cast<u8>(~mask_);
  if (asking == 0) return std::nullopt;
  u8 serving = in_service_;
  if (special_mask_) serving &= static_cast<u8>(~mask_);
  if (special_nested_ && master_) serving &= static_cast<u8>(~mask_of(2));
  const auto line = first(asking), held = first(serving);
  return !held || rank(*line) < rank(*held) ? line : std::nullopt;
}

void Pic8259::serve(unsigned line) {
  edges_ &= static_cast<u8>(~mask_of(line));
  if (!auto_eoi_)
    in_service_ |= mask_of(line);
  else if (rotate_auto_)
    lowest_ = static_cast<u8>(line);
}

u8 Pic8259::acknowledge() {
  const auto line = request();
  if (line) serve(*line);
  return vector(line.value_or(7));
}

u8 Pic8259::read(unsigned port) {
  if (poll_) return poll();
  if (port == 1) return mask_;
  return read_in_service_ ? in_service_ : requests();
}

/// The read after a poll command is the acknowledge cycle: bit 7 and the line, or 0.
u8 Pic8259::poll() {
  poll_ = false;
  const auto line = request();
  if (!line) return 0;
  serve(*line);
  return static_cast<u8>(0x80 | *line);
}

void Pic8259::write(unsigned port, u8 value) {
  if (port == 1)
    expect_ == 0 ? void(mask_ = value) : initialise_further(value);
  else if (bit(value, 4))
    initialise(value);
  else
    bit(value, 3) ? command3(value) : command2(value);
}

void Pic8259::initialise(u8 icw1) {
  needs_icw4_ = bit(icw1, 0);
  single_ = bit(icw1, 1);
  level_mode_ = bit(icw1, 3);
  edges_ = in_service_ = mask_ = 0;  // A line that is up has to rise again.
  lowest_ = 7;
  auto_eoi_ = special_nested_ = special_mask_ = read_in_service_ = poll_ = false;
  expect_ = 2;
}

void Pic8259::initialise_further(u8 value) {
  switch (expect_) {
    case 2:
      base_ = value & 0xf8;
      expect_ = !single_ ? 3 : needs_icw4_ ? 4 : 0;
      break;
    case 3:  // How the cascade is wired does not depend on what software says.
      expect_ = needs_icw4_ ? 4 : 0;
      break;
    default:
      auto_eoi_ = bit(value, 1);
      special_nested_ = bit(value, 4);
      expect_ = 0;
  }
}

/// OCW2: bits 7 to 5 are rotate, specific, EOI.
void Pic8259::command2(u8 ocw2) {
  const unsigned line = bits(ocw2, 2, 0);
  const bool rotate = bit(ocw2, 7);
  switch (bits(ocw2, 7, 5)) {
    case 0b000:
    case 0b100:
      rotate_auto_ = rotate;
      break;
    case 0b001:
    case 0b101:
      end_of_interrupt(first(special_mask_ ? in_service_ & ~mask_ : in_service_), rotate);
      break;
    case 0b011:
    case 0b111:
      end_of_interrupt(line, rotate);
      break;
    case 0b110:
      lowest_ = static_cast<u8>(line);
      break;
    default:
      break;  // no operation
  }
}

void Pic8259::end_of_interrupt(std::optional<unsigned> line, bool rotate) {
  if (!line) return;
  in_service_ &= static_cast<u8>(~mask_of(*line));
  if (rotate) lowest_ = static_cast<u8>(*line);
}

void Pic8259::command3(u8 ocw3) {
  poll_ = bit(ocw3, 2);
  if (bit(ocw3, 1)) read_in_service_ = bit(ocw3, 0);
  if (bit(ocw3, 6)) special_mask_ = bit(ocw3, 5);
}

u64 Pic8259::hash() const {
  u64 hash = hash_mix(lines_, edges_ | u64{in_service_} << 8 | u64{mask_} << 16 |
                                  u64{levels_} << 24 | u64{base_} << 32 | u64{lowest_} << 40);
  u64 flags = expect_;
  for (bool flag : {single_, needs_icw4_, level_mode_, auto_eoi_, rotate_auto_, special_nested_,
                    special_mask_, read_in_service_, poll_})
    flags = flags << 1 | flag;
  return hash_mix(hash, flags);
}

}  // namespace ringside::devices
