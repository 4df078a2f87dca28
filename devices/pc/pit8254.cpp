#include "devices/pc/pit8254.hpp"

#include "base/bits.hpp"
#include "base/hash.hpp"

namespace ringside::devices {
namespace {

constexpr unsigned kControl = 3;

}  // namespace

u8 Pit8254::read(unsigned port, u64 tick) {
  return port < kControl ? counters_[port].read(tick) : 0xff;  // The control word is write-only.
}

void Pit8254::write(unsigned port, u8 value, u64 tick) {
  if (port < kControl) return counters_[port].write(value, tick);
  const unsigned select = bits(value, 7, 6);
  if (select == 3) return read_back(value, tick);
  if (bits(value, 5, 4) == 0) return counters_[select].latch_count(tick);
  counters_[select].control(value & 0x3f);
}

/// Bits 5 and 4 of the command are active low: latch count, latch status.
void Pit8254::read_back(u8 command, u64 tick) {
  for (unsigned n = 0; n < counters_.size(); ++n) {
    if (!bit(command, n + 1)) continue;
    if (!bit(command, 5)) counters_[n].latch_count(tick);
    if (!bit(command, 4)) counters_[n].latch_status(tick);
  }
}

u64 Pit8254::hash() const {
  u64 hash = 0;
  for (const PitCounter& counter : counters_) hash = hash_mix(hash, counter.hash());
  return hash;
}

}  // namespace ringside::devices
