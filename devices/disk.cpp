#include "devices/disk.hpp"

#include <utility>
#include <vector>

#include "base/hash.hpp"

namespace ringside::devices {

std::optional<u32> Disk::read(u32 offset, unsigned size) {
  if (!is_word(offset, size)) return std::nullopt;
  switch (offset) {
    case kDrive:
      return drive_;
    case kSector:
      return sector_;
    case kCount:
      return count_;
    case kAddress:
      return address_;
    case kCommand:
      return 0;
    case kStatus:
      return status();
    case kAck:
      return 0;
    case kSectors:
      return find(drive_) ? find(drive_)->sectors() : 0;
    default:
      return std::nullopt;
  }
}

bool Disk::write(u32 offset, u32 value, unsigned size) {
  if (!is_word(offset, size) || offset >= kSize) return false;
  switch (offset) {
    case kDrive:
      drive_ = value;
      break;
    case kSector:
      sector_ = value;
      break;
    case kCount:
      count_ = value;
      break;
    case kAddress:
      address_ = value;
      break;
    case kCommand:
      start(value);
      break;
    case kAck:
      done_ = error_ = false;
      break;
    default:
      break;  // STATUS and SIZE are read-only.
  }
  return true;
}

u32 Disk::status() const {
  return u32{busy()} | u32{done_} << 1 | u32{error_} << 2 | u32{find(drive_) != nullptr} << 3;
}

Drive* Disk::find(u32 drive) {
  return drive < kDrives && drives_[drive] ? &*drives_[drive] : nullptr;
}

/// A command that comes while another waits is dropped, and takes the other with it.
void Disk::start(u32 command) {
  if (request_)
    spoiled_ = true;
  else
    request_ = Request{command, drive_, sector_, count_, address_};
}

void Disk::complete(DmaPort& port) {
  if (!request_) return;
  const Request request = *std::exchange(request_, std::nullopt);
  const bool spoiled = std::exchange(spoiled_, false);
  error_ = spoiled || !transfer(request, port);
  done_ = true;
}

/// Moves the data; false, with nothing moved, if the request makes no sense.
bool Disk::transfer(const Request& request, DmaPort& port) {
  Drive* drive = find(request.drive);
  if (!drive || request.count < 1 || request.count > kMaxCount) return false;
  if (u64{request.sector} + request.count > drive->sectors()) return false;

  std::vector<u8> data(request.count * kSectorSize);
  const auto sector = [&](u32 i) {
    return std::span<u8, kSectorSize>(data.data() + i * kSectorSize, kSectorSize);
  };
  if (request.command == kRead) {
    for (u32 i = 0; i < request.count; ++i) drive->read(request.sector + i, sector(i));
    return port.write(DeviceId::kDisk, Gpa{request.address}, data);
  }
  if (request.command != kWrite || !port.read(DeviceId::kDisk, Gpa{request.address}, data))
    return false;
  for (u32 i = 0; i < request.count; ++i) drive->write(request.sector + i, sector(i));
  return true;
}

u64 Disk::hash() const {
  u64 hash = 0;
  for (const auto& drive : drives_) hash = hash_mix(hash, drive ? 1 + drive->hash() : 0);
  for (u32 reg : {drive_, sector_, count_, address_}) hash = hash_mix(hash, reg);
  hash = hash_mix(hash, u64{done_} | u64{error_} << 1 | u64{spoiled_} << 2);
  if (!request_) return hash;
  for (u32 field :
       {request_->command, request_->drive, request_->sector, request_->count, request_->address})
    hash = hash_mix(hash, 1 + u64{field});
  return hash;
}

}  // namespace ringside::devices
