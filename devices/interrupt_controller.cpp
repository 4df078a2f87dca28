#include "devices/interrupt_controller.hpp"

#include <bit>

#include "base/hash.hpp"

namespace ringside::devices {
namespace {

// Window offset 0x100 * (n + 1) begins the registers of CPU n.
constexpr u32 block(u32 offset) {
  return offset / 0x100;
}
constexpr u32 in_block(u32 offset) {
  return offset % 0x100;
}

}  // namespace

std::optional<u32> InterruptController::read(u32 offset, unsigned size) {
  if (!is_word(offset, size) || block(offset) > cpus_) return std::nullopt;
  if (block(offset) != 0) return read_cpu(block(offset) - 1, in_block(offset));
  switch (offset) {
    case kPending:
      return lines_;
    case kIpiSet:
      return 0;
    case kIpiClear:
      return 0;
    default:
      return std::nullopt;
  }
}

std::optional<u32> InterruptController::read_cpu(unsigned cpu, u32 offset) const {
  const u32 up = lines_ & enable_[cpu];
  switch (offset) {
    case kEnable:
      return enable_[cpu];
    case kClaim:
      return up == 0 ? 0 : static_cast<u32>(std::countr_zero(up));
    default:
      return std::nullopt;
  }
}

bool InterruptController::write(u32 offset, u32 value, unsigned size) {
  if (!read(offset, size)) return false;  // Reading has no side effect here.
  const u32 present = (u32{1} << cpus_) - 1;
  if (block(offset) == 0) {
    if (offset == kIpiSet) ipi_ |= value & present;
    if (offset == kIpiClear) ipi_ &= ~value;
  } else if (in_block(offset) == kEnable) {
    enable_[block(offset) - 1] = value & ~u32{1};
  }
  return true;
}

u64 InterruptController::hash() const {
  u64 hash = hash_mix(lines_, ipi_);
  for (u32 mask : enable_) hash = hash_mix(hash, mask);
  return hash;
}

}  // namespace ringside::devices
