// The register-level disk controller of Z-ISA's platform (docs/zisa.md, section 6).
#pragma once

#include <array>
#include <optional>

#include "devices/device.hpp"
#include "devices/dma.hpp"
#include "devices/drive.hpp"

namespace ringside::devices {

/// A command is taken at once and carried out later, when the owner, who knows the time, calls
/// complete(). What the command needs is latched, so registers may change meanwhile.
class Disk final : public Device {
 public:
  static constexpr unsigned kDrives = 2;
  using Drives = std::array<std::optional<Drive>, kDrives>;

  explicit Disk(Drives drives = {}) : drives_(std::move(drives)) {}

  std::optional<u32> read(u32 offset, unsigned size) override;
  bool write(u32 offset, u32 value, unsigned size) override;
  bool interrupt() const override { return done_; }
  u64 hash() const override;

  /// Whether a command waits for complete().
  bool busy() const { return request_.has_value(); }

  /// Carries out the waiting command: moves the data, sets done (and error), raises the line. Does
  /// nothing if there is none.
  void complete(DmaPort& port);

  static constexpr u32 kSize = 0x20;

  /// Null where there is none.
  const Drive* drive(u32 number) const { return find(number); }

 private:
  enum Register : u32 {
    kDrive = 0x00,
    kSector = 0x04,
    kCount = 0x08,
    kAddress = 0x0C,
    kCommand = 0x10,
    kStatus = 0x14,
    kAck = 0x18,
    kSectors = 0x1C,
  };
  enum Command : u32 { kRead = 1, kWrite = 2 };
  static constexpr u32 kMaxCount = 256;

  struct Request {
    u32 command, drive, sector, count, address;
  };

  void start(u32 command);
  u32 status() const;
  Drive* find(u32 drive);
  const Drive* find(u32 drive) const { return const_cast<Disk*>(this)->find(drive); }
  bool transfer(const Request& request, DmaPort& port);

  Drives drives_;
  u32 drive_ = 0, sector_ = 0, count_ = 0, address_ = 0;
  std::optional<Request> request_;
  bool spoiled_ = false;  ///< another command came while one was waiting
  bool done_ = false, error_ = false;
};

}  // namespace ringside::devices
