// What the drives do.
#include <algorithm>

#include "devices/pc/ide_channel.hpp"
#include "devices/pc/ide_status.hpp"

namespace ringside::devices {
namespace {

/// Command codes (ATA-2, table 9; the later ones ATA-5, those of 48 bits ATA-6).
enum Command : u8 {
  kRecalibrate = 0x10,
  kReadSectors = 0x20,
  kReadSectorsOnce = 0x21,
  kReadSectorsExt = 0x24,
  kReadNativeMaxExt = 0x27,
  kReadMultipleExt = 0x29,
  kWriteSectors = 0x30,
  kWriteSectorsOnce = 0x31,
  kWriteSectorsExt = 0x34,
  kWriteMultipleExt = 0x39,
  kVerify = 0x40,
  kVerifyOnce = 0x41,
  kVerifyExt = 0x42,
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
  kFlushExt = 0xEA,
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

/// Commands that take the high bytes of the task file as well (ATA-6, section 6.20).
bool is_wide(u8 command) {
  constexpr std::array<u8, 6> kWide{kReadSectorsExt, kReadNativeMaxExt, kReadMultipleExt,
                                    kWriteSectorsExt, kWriteMultipleExt, kVerifyExt};
  return std::find(kWide.begin(), kWide.end(), command) != kWide.end();
}

bool is_verify(u8 command) { return command == kVerify || command == kVerifyOnce || command == kVerifyExt; }

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
  wide_ = is_wide(command);
  sector_ = named_sector();
  file_.error = 0;
  if ((command & 0xf0) == kRecalibrate) return finish();
  switch (command) {
    case kReadSectors:
    case kReadSectorsOnce:
    case kReadSectorsExt:
      return start_transfer(Transfer::kIn, 1, now);
    case kWriteSectors:
    case kWriteSectorsOnce:
    case kWriteSectorsExt:
      return start_transfer(Transfer::kOut, 1, now);
    case kReadMultiple:
    case kReadMultipleExt:
      return start_transfer(Transfer::kIn, drive.multiple(), now);
    case kWriteMultiple:
    case kWriteMultipleExt:
      return start_transfer(Transfer::kOut, drive.multiple(), now);
    case kVerify:
    case kVerifyOnce:
    case kVerifyExt:
      left_ = named_count();
      [[fallthrough]];
    case kFlush:
    case kFlushExt:
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
    case kReadNativeMaxExt:
      name(drive.medium().sectors() - 1, file_.count | u32{high_[0]} << 8);
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
  left_ = named_count();
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
  } else if (command_ == kFlush || command_ == kFlushExt) {
    finish();
  } else if (is_verify(command_)) {
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
  name(sector_ + sectors, (file_.count | u32{high_[0]} << 8) - sectors);
  sector_ += sectors;
  left_ -= sectors;
}

/// The first sector of the command; one that is on no drive if it names none.
u32 IdeChannel::named_sector() const {
  if (!wide_) return active().address(file_);
  const bool lba = file_.device & IdeDrive::kLba;
  if (!lba || high_[2] != 0 || high_[3] != 0) return IdeDrive::kNowhere;
  return u32{high_[1]} << 24 | u32{file_.cylinder_high} << 16 | u32{file_.cylinder_low} << 8 | file_.sector;
}

u32 IdeChannel::named_count() const {
  if (!wide_) return file_.count == 0 ? 256 : file_.count;
  const u32 count = file_.count | u32{high_[0]} << 8;
  return count == 0 ? 65536 : count;
}

void IdeChannel::name(u32 sector, u32 count) {
  file_.count = static_cast<u8>(count);
  if (!wide_) return active().set_address(file_, sector);
  file_.sector = static_cast<u8>(sector);
  file_.cylinder_low = static_cast<u8>(sector >> 8), file_.cylinder_high = static_cast<u8>(sector >> 16);
  high_ = {static_cast<u8>(count >> 8), static_cast<u8>(sector >> 24), 0, 0};
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
