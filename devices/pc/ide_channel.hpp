// The first IDE channel: two drives behind one task file, moved by programmed I/O (ATA-2).
#pragma once

#include <array>
#include <optional>
#include <vector>

#include "devices/pc/ide_drive.hpp"

namespace ringside::devices {

/// Ports 1F0h to 1F7h and 3F6h, IRQ 14.
///
/// The medium costs the latency once for each command: a read before its first block, a write
/// after its last one. The blocks between go to and from the drive's buffer at once, each with its
/// interrupt. The task file names the next sector after each, as QEMU has it.
class IdeChannel {
 public:
  static constexpr unsigned kDrives = 2;
  using Drives = std::array<std::optional<Drive>, kDrives>;

  /// Registers by their distance from 1F0h; reading and writing give two of them two meanings.
  enum Register : unsigned {
    kData,
    kErrorFeatures,
    kCount,
    kSector,
    kCylinderLow,
    kCylinderHigh,
    kDevice,
    kStatusCommand,
  };

  /// `latency` in the caller's time units.
  IdeChannel(const Drives& drives, u64 latency);

  /// Reading the status takes the interrupt back.
  u8 read(unsigned reg);
  void write(unsigned reg, u8 value, u64 now);

  /// The data register, 1, 2 or 4 bytes; 0 if there is no transfer.
  u32 read_data(unsigned bytes);
  void write_data(u32 value, unsigned bytes, u64 now);

  /// 3F6h: the status, with no effect on the interrupt; device control.
  u8 alternate_status() const;
  void control(u8 value);

  bool interrupt() const { return interrupt_ && !(control_ & kNoInterrupts); }

  std::optional<u64> due() const { return due_; }
  void advance(u64 now);

  const Drive* medium(unsigned drive) const;
  const TaskFile& task_file() const { return file_; }
  u64 hash() const;

 private:
  enum class Transfer : u8 { kNone, kIn, kOut };
  /// Device control; the last one shows what was written to the registers before the last write.
  static constexpr u8 kNoInterrupts = 0x02, kSoftReset = 0x04, kHighOrder = 0x80;
  /// What was written to kCount to kCylinderHigh before the last write: the high bytes of 48-bit commands.
  using HighBytes = std::array<u8, 4>;

  bool present() const { return drives_[0] || drives_[1]; }
  std::optional<IdeDrive>& selected() { return drives_[file_.device >> 4 & 1]; }
  const std::optional<IdeDrive>& selected() const { return drives_[file_.device >> 4 & 1]; }
  IdeDrive& active() { return *drives_[active_]; }
  const IdeDrive& active() const { return *drives_[active_]; }
  void reset();
  void start(u8 command, u64 now);
  void start_transfer(Transfer direction, u8 block, u64 now);
  void finish(u8 error = 0);
  void work();
  void fill_block();
  void store_block();
  void block_done(u64 now);
  u32 block_sectors() const;
  bool in_range(u32 sectors) const;
  void move_on(u32 sectors);
  u32 named_sector() const;
  u32 named_count() const;
  void name(u32 sector, u32 count);
  void offer(std::size_t bytes);

  std::array<std::optional<IdeDrive>, kDrives> drives_;
  u64 latency_;
  TaskFile file_;
  u8 status_, control_ = 0, command_ = 0;
  bool interrupt_ = false;
  HighBytes high_{};
  bool wide_ = false;  ///< this command names sectors by 48 bits, and counts them by 16
  std::optional<u64> due_;  ///< when the medium is done
  Transfer transfer_ = Transfer::kNone;
  unsigned active_ = 0;     ///< the drive that has the command
  u32 sector_ = 0;          ///< first sector of the command that is not yet moved
  u8 block_ = 1;            ///< sectors in a block of this command
  u32 left_ = 0;            ///< sectors of the command that are not yet moved
  std::vector<u8> buffer_;  ///< the block
  std::size_t next_ = 0;    ///< first byte of it that the host has not moved
};

}  // namespace ringside::devices
