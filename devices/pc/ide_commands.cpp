// What the drives do.
#include <algorithm>

#include "devices/pc/ide_channel.hpp"
#include "devices/pc/ide_status.hpp"

namespace ringside::devices {
namespace {

/// Command codes (ATA-2, table 9; the later ones ATA-5).
enum Command : u8 {
  kRecalibrate = 0x10,
  kReadSectors = 0x20,
  kReadSectorsOnce = 0x21,
  kWriteSectors = 0x30,
  kWriteSectorsOnce = 0x31,
  kVerify = 0x40,
  kVerifyOnce = 0x41,
  kSeek = 0x70,
  kDiagnose = 0x90,
  kSetGeometry = 0x91,
  kReadMultiple = 0xC4,
  kWriteMultiple = 0xC5,
  kSetMultiple = 0xC6,
  kStandbyNow = 0xE0,
  kIdleNow = 0xE1,
  kStandby = 0xE2,
  kIdleMode = 0xE3,
  kCheckPower = 0xE5,
  kSleep = 0xE6,
  kFlush = 0xE7,
  kIdentify = 0xEC,
  kSetFeatures = 0xEF,
  kReadNativeMax = 0xF8,
};

constexpr u8 kDiagnosticPassed = 1;

/// Subcommands of SET FEATURES that a drive without DMA can take: write cache on and off, PIO
/// transfer mode, look-ahead off and on, power-on defaults kept or restored.
bool known_feature(u8 feature, u8 count) {
  if (feature == 0x03) return count < 0x10;
  constexpr std::array<u8, 6> kKnown{0x02, 0x82, 0x55, 0xAA, 0x66, 0xCC};
  return std::find(kKnown.begin(), kKnown.end(), feature) != kKnown.end();
}

u32 sectors_of(u8 count) {
  return count == 0 ? 256 : count;
}

}  // namespace

/// Ends a command: status, error and interrupt.
void IdeChannel::finish(u8 error) {
  transfer_ = Transfer::kNone;
  left_ = 0;
  file_.error = error;
  status_ = kIdle | (error ? kError : 0);
  interrupt_ = true;
}

/// The host may move the next `bytes` bytes.
void IdeChannel::offer(std::size_t bytes) {
  buffer_.resize(bytes);
  next_ = 0;
  status_ = kIdle | kDataRequest;
}

void IdeChannel::start(u8 command, u64 now) {
  active_ = file_.device >> 4 & 1;
  IdeDrive& drive = active();
  transfer_ = Transfer::kNone;
  command_ = command;
  sector_ = drive.address(file_);
  file_.error = 0;
  if ((command & 0xf0) == kRecalibrate) return finish();
  switch (command) {
    case kReadSectors:
    case kReadSectorsOnce:
      return start_transfer(Transfer::kIn, 1, now);
    case kWriteSectors:
    case kWriteSectorsOnce:
      return start_transfer(Transfer::kOut, 1, now);
    case kReadMultiple:
      return start_transfer(Transfer::kIn, drive.multiple(), now);
    case kWriteMultiple:
      return start_transfer(Transfer::kOut, drive.multiple(), now);
    case kVerify:
    case kVerifyOnce:
      left_ = sectors_of(file_.count);
      [[fallthrough]];
    case kFlush:
    case kIdentify:
      status_ = kBusy;
      due_ = now + latency_;
      return;
    case kSeek:
      return finish(in_range(1) ? kNoError : kNotFound);
    case kDiagnose:
      file_ = TaskFile();
      finish();
      file_.error = kDiagnosticPassed;
      return;
    case kSetGeometry:
      drive.set_geometry(static_cast<u8>((file_.device & 0xf) + 1), file_.count);
      return finish();
    case kSetMultiple:
      return finish(drive.set_multiple(file_.count) ? kNoError : kAborted);
    case kSetFeatures:
      return finish(known_feature(file_.features, file_.count) ? kNoError : kAborted);
    case kReadNativeMax:
      drive.set_address(file_, drive.medium().sectors() - 1);
      return finish();
    case kCheckPower:
      file_.count = 0xff;  // active
      return finish();
    case kStandbyNow:
    case kIdleNow:
    case kStandby:
    case kIdleMode:
    case kSleep:
      return finish();
    default:
      return finish(kAborted);
  }
}

/// A read waits for the medium; a write asks for its first block at once, without an interrupt.
void IdeChannel::start_transfer(Transfer direction, u8 block, u64 now) {
  if (block == 0) return finish(kAborted);
  block_ = block;
  left_ = sectors_of(file_.count);
  if (direction == Transfer::kIn) {
    status_ = kBusy;
    due_ = now + latency_;
  } else if (in_range(block_sectors())) {
    offer(block_sectors() * kSectorSize);
    transfer_ = direction;
  } else {
    finish(kNotFound);
  }
}

u32 IdeChannel::block_sectors() const {
  return std::min<u32>(left_, block_);
}

bool IdeChannel::in_range(u32 sectors) const {
  return u64{sector_} + sectors <= active().medium().sectors();
}

void IdeChannel::advance(u64 now) {
  if (!due_ || now < *due_) return;
  due_.reset();
  work();
}

/// The medium is done.
void IdeChannel::work() {
  if (command_ == kIdentify) {
    const auto words = active().identify();
    buffer_.assign(words.begin(), words.end());
    offer(buffer_.size());
    transfer_ = Transfer::kIn;
    interrupt_ = true;
  } else if (transfer_ == Transfer::kOut) {
    store_block();
  } else if (command_ == kFlush) {
    finish();
  } else if (command_ == kVerify || command_ == kVerifyOnce) {
    const bool fits = in_range(left_);
    if (fits) move_on(left_);
    finish(fits ? kNoError : kNotFound);
  } else {
    fill_block();
  }
}

/// Names the sector after those moved. The last one of an LBA drive has none after it that 28 bits
/// can name; nobody asks for it.
void IdeChannel::move_on(u32 sectors) {
  sector_ += sectors;
  active().set_address(file_, sector_);
  file_.count = static_cast<u8>(file_.count - sectors);
  left_ -= sectors;
}

void IdeChannel::fill_block() {
  const u32 sectors = block_sectors();
  if (!in_range(sectors)) return finish(kNotFound);
  offer(sectors * kSectorSize);
  for (u32 i = 0; i < sectors; ++i)
    active().medium().read(
        sector_ + i, std::span<u8, kSectorSize>(buffer_.data() + i * kSectorSize, kSectorSize));
  move_on(sectors);
  transfer_ = Transfer::kIn;
  interrupt_ = true;
}

void IdeChannel::store_block() {
  const u32 sectors = block_sectors();
  for (u32 i = 0; i < sectors; ++i)
    active().medium().write(sector_ + i, std::span<const u8, kSectorSize>(
                                             buffer_.data() + i * kSectorSize, kSectorSize));
  move_on(sectors);
  if (left_ == 0) return finish();
  if (!in_range(block_sectors())) return finish(kNotFound);
  offer(block_sectors() * kSectorSize);
  interrupt_ = true;
}

/// The host has moved the whole block.
void IdeChannel::block_done(u64 now) {
  if (transfer_ == Transfer::kOut && left_ <= block_) {
    status_ = kBusy;
    due_ = now + latency_;
  } else if (transfer_ == Transfer::kOut) {
    store_block();
  } else if (left_ != 0) {
    fill_block();
  } else {
    transfer_ = Transfer::kNone;
    status_ = kIdle;
  }
}

}  // namespace ringside::devices
