// The contents of one disk drive.
#pragma once

#include <array>
#include <map>
#include <memory>
#include <span>
#include <vector>

#include "base/types.hpp"

namespace ringside::devices {

inline constexpr u32 kSectorSize = 512;

/// An image that never changes, and the sectors written since. Copies share both until one of them
/// writes, so a snapshot costs nothing and the file that the image came from stays as it was.
class Drive {
 public:
  using Image = std::shared_ptr<const std::vector<u8>>;

  /// An image whose size is no multiple of a sector is read as if zeros followed.
  explicit Drive(Image image);

  u32 sectors() const { return sectors_; }
  /// Size of the image.
  u64 bytes() const { return image_->size(); }

  /// Both need sector < sectors().
  void read(u32 sector, std::span<u8, kSectorSize> to) const;
  void write(u32 sector, std::span<const u8, kSectorSize> from);

  /// A hash of how the contents differ from the image, kept up to date; 0 if they do not.
  u64 hash() const { return hash_; }

 private:
  using Sector = std::array<u8, kSectorSize>;
  using Written = std::map<u32, std::shared_ptr<const Sector>>;

  Image image_;
  u32 sectors_;
  std::shared_ptr<Written> written_;
  u64 hash_ = 0;
};

}  // namespace ringside::devices
