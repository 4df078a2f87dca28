// The registers of the channel and the data port; ide_commands.cpp has the commands.
#include "devices/pc/ide_channel.hpp"

#include <utility>

#include "base/hash.hpp"
#include "devices/pc/ide_status.hpp"

namespace ringside::devices {

namespace {

/// The registers from kCount to kCylinderHigh.
constexpr u8 TaskFile::* kBytes[] = {&TaskFile::count, &TaskFile::sector, &TaskFile::cylinder_low, &TaskFile::cylinder_high};

}  // namespace

IdeChannel::IdeChannel(const Drives& drives, u64 latency) : latency_(latency), status_(kIdle) {
  for (unsigned i = 0; i < kDrives; ++i)
    if (drives[i]) drives_[i].emplace(*drives[i]);
}

/// A drive that is not there drives no line of the status; a channel without any drives nothing.
u8 IdeChannel::alternate_status() const {
  if (!selected()) return 0;
  return control_ & kSoftReset ? u8{kBusy} : status_;
}

u8 IdeChannel::read(unsigned reg) {
  if (!present()) return 0;
  switch (reg) {
    case kData:
      return static_cast<u8>(read_data(1));
    case kErrorFeatures:
      return file_.error;
    case kDevice:
      return file_.device;
    case kStatusCommand:
      interrupt_ = false;
      return alternate_status();
    default:
      return control_ & kHighOrder ? high_[reg - kCount] : file_.*kBytes[reg - kCount];
  }
}

/// A busy drive looks at nothing, and reset is the only thing that stops it.
void IdeChannel::write(unsigned reg, u8 value, u64 now) {
  if (!present() || (status_ & kBusy) || (control_ & kSoftReset)) return;
  control_ &= static_cast<u8>(~kHighOrder);
  switch (reg) {
    case kData:
      return write_data(value, 1, now);
    case kErrorFeatures:
      file_.features = value;
      return;
    case kDevice:
      file_.device = value | 0xa0;
      return;
    case kStatusCommand:
      interrupt_ = false;
      if (selected()) start(value, now);
      return;
    default:
      high_[reg - kCount] = std::exchange(file_.*kBytes[reg - kCount], value);
  }
}

void IdeChannel::control(u8 value) {
  if ((control_ & kSoftReset) && !(value & kSoftReset)) reset();
  control_ = value;
}

/// The signature of a drive that is no packet device (ATA-2, section 9.1).
void IdeChannel::reset() {
  file_ = TaskFile();
  high_ = {};
  status_ = kIdle;
  interrupt_ = false;
  due_.reset();
  transfer_ = Transfer::kNone;
  left_ = 0;
}

u32 IdeChannel::read_data(unsigned bytes) {
  if (transfer_ != Transfer::kIn || next_ >= buffer_.size()) return 0;
  u32 value = 0;
  for (unsigned i = 0; i < bytes && next_ < buffer_.size(); ++i)
    value |= u32{buffer_[next_++]} << (8 * i);
  if (next_ == buffer_.size()) block_done(0);
  return value;
}

void IdeChannel::write_data(u32 value, unsigned bytes, u64 now) {
  if (transfer_ != Transfer::kOut || next_ >= buffer_.size()) return;
  for (unsigned i = 0; i < bytes && next_ < buffer_.size(); ++i)
    buffer_[next_++] = static_cast<u8>(value >> (8 * i));
  if (next_ == buffer_.size()) block_done(now);
}

const Drive* IdeChannel::medium(unsigned drive) const {
  return drive < kDrives && drives_[drive] ? &drives_[drive]->medium() : nullptr;
}

u64 IdeChannel::hash() const {
  u64 hash = 0;
  for (const auto& drive : drives_) hash = hash_mix(hash, drive ? drive->hash() : 0);
  for (u8 reg : {file_.features, file_.error, file_.count, file_.sector, file_.cylinder_low,
                 file_.cylinder_high, file_.device, status_, control_, command_, block_})
    hash = hash_mix(hash, reg);
  for (u8 reg : high_) hash = hash_mix(hash, reg | u64{wide_} << 8);
  hash = hash_mix(hash, u64{interrupt_} | u64(transfer_) << 8 | u64{active_} << 12 |
                            u64{left_} << 16 | u64{sector_} << 32);
  if (transfer_ == Transfer::kNone) return hash;
  return hash_mix(hash_mix(hash, next_), hash_bytes(buffer_.data(), buffer_.size()));
}

}  // namespace ringside::devices
