#include "devices/drive.hpp"

#include <algorithm>
#include <cstddef>
#include <limits>
#include <utility>

#include "base/hash.hpp"

namespace ringside::devices {
namespace {

u32 sectors_of(std::size_t bytes) {
  const std::size_t most = std::numeric_limits<u32>::max();
  return static_cast<u32>(std::min(bytes / kSectorSize + (bytes % kSectorSize != 0), most));
}

}  // namespace

Drive::Drive(Image image)
    : image_(std::move(image)),
      sectors_(sectors_of(image_->size())),
      written_(std::make_shared<Written>()) {}

void Drive::read(u32 sector, std::span<u8, kSectorSize> to) const {
  if (const auto found = written_->find(sector); found != written_->end()) {
    std::copy(found->second->begin(), found->second->end(), to.begin());
    return;
  }
  const std::size_t start = std::size_t{sector} * kSectorSize;
  const std::size_t there = std::min<std::size_t>(image_->size() - start, kSectorSize);
  std::copy_n(image_->data() + start, there, to.begin());
  std::fill(to.begin() + static_cast<std::ptrdiff_t>(there), to.end(), u8{0});
}

void Drive::write(u32 sector, std::span<const u8, kSectorSize> from) {
  Sector before;
  read(sector, before);
  // The sum of what was taken out and put in depends on the contents alone, not on their history.
  hash_ -= hash_bytes(before.data(), before.size(), sector);
  hash_ += hash_bytes(from.data(), from.size(), sector);

  auto written = std::make_shared<Sector>();
  std::copy(from.begin(), from.end(), written->begin());
  if (written_.use_count() > 1) written_ = std::make_shared<Written>(*written_);
  written_->insert_or_assign(sector, std::move(written));
}

}  // namespace ringside::devices
