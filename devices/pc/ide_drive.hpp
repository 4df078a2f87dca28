// A drive as it answers the host: its commands (ANSI X3.279-1996, "AT Attachment Interface with
// Extensions", ATA-2).
#pragma once

#include <array>
#include <vector>

#include "base/types.hpp"
#include "devices/drive.hpp"

namespace ringside::devices {

/// The registers of a channel that host and drive share.
struct TaskFile {
  u8 features = 0, error = 1, count = 1;
  u8 sector = 1, cylinder_low = 0, cylinder_high = 0;  ///< or LBA bits 0 to 23
  u8 device = 0xa0;                                    ///< bit 6: LBA; bit 4: the drive
};

/// The geometry and addresses of a drive, and what IDENTIFY DEVICE says of it.
class IdeDrive {
 public:
  static constexpr u8 kLba = 0x40;            ///< of TaskFile::device
  static constexpr u32 kNowhere = ~u32{0};    ///< a sector that is on no drive
  static constexpr u8 kMostMultiple = 16;  ///< sectors in a block of READ or WRITE MULTIPLE

  explicit IdeDrive(Drive drive);

  Drive& medium() { return drive_; }
  const Drive& medium() const { return drive_; }

  /// The logical sector that a task file names, by LBA or by cylinder, head and sector; one that
  /// is not on the drive if it names none.
  u32 address(const TaskFile& file) const;

  /// Makes a task file name `sector`, in the way that it names sectors.
  void set_address(TaskFile& file, u32 sector) const;

  /// INITIALIZE DEVICE PARAMETERS: the translation by which CHS addresses are read.
  void set_geometry(u8 heads, u8 sectors_per_track);

  /// SET MULTIPLE MODE; false if the drive cannot. 0 turns it off.
  bool set_multiple(u8 sectors);
  u8 multiple() const { return multiple_; }

  /// The 512 bytes of IDENTIFY DEVICE.
  std::array<u8, kSectorSize> identify() const;

  u64 hash() const;

 private:
  u32 cylinders(u32 heads, u32 sectors) const;

  Drive drive_;
  u32 heads_ = 16, sectors_per_track_ = 63;
  u8 multiple_ = kMostMultiple;
};

}  // namespace ringside::devices
