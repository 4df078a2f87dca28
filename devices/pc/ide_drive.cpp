#include "devices/pc/ide_drive.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

#include "base/bits.hpp"
#include "base/hash.hpp"

namespace ringside::devices {
namespace {

constexpr u32 kMostSectors = 1u << 28;  // what 28 bits of LBA reach
constexpr u32 kHeads = 16, kSectors = 63, kMostCylinders = 16383;
// Of words 82 to 84, and the same of 85 to 87: power management, write cache and look-ahead; 48-bit addresses and both
// commands to flush the cache. The upper bits of 83, 84 and 87 say that the words count.
constexpr u32 kFeatures = 1 << 3 | 1 << 5 | 1 << 6, kCommands = 1 << 14 | 1 << 13 | 1 << 12 | 1 << 10, kCounts = 1 << 14;

/// IDENTIFY's words, little-endian; texts have the first character of a word in its high byte.
class Words {
 public:
  void put(unsigned word, u32 value) {
    store_le(bytes_.data() + 2 * word, static_cast<u16>(value));
  }
  void put2(unsigned word, u32 value) { store_le(bytes_.data() + 2 * word, value); }
  void text(unsigned word, unsigned words, std::string_view text) {
    for (unsigned i = 0; i < 2 * words; ++i)
      bytes_[2 * word + (i ^ 1)] = i < text.size() ? static_cast<u8>(text[i]) : u8{' '};
  }
  const std::array<u8, kSectorSize>& bytes() const { return bytes_; }

 private:
  std::array<u8, kSectorSize> bytes_{};
};

}  // namespace

IdeDrive::IdeDrive(Drive drive) : drive_(std::move(drive)) {}

u32 IdeDrive::address(const TaskFile& file) const {
  const u32 cylinder = file.cylinder_low | u32{file.cylinder_high} << 8;
  const u32 head = file.device & 0xf;
  if (file.device & kLba) return head << 24 | cylinder << 8 | file.sector;
  if (file.sector == 0 || file.sector > sectors_per_track_ || head >= heads_) return kNowhere;
  return (cylinder * heads_ + head) * sectors_per_track_ + file.sector - 1;
}

void IdeDrive::set_address(TaskFile& file, u32 sector) const {
  u32 low = sector & 0xff, cylinder = sector >> 8 & 0xffff, head = sector >> 24;
  if (!(file.device & kLba)) {
    low = sector % sectors_per_track_ + 1;
    head = sector / sectors_per_track_ % heads_;
    cylinder = sector / sectors_per_track_ / heads_;
  }
  file.sector = static_cast<u8>(low);
  file.cylinder_low = static_cast<u8>(cylinder);
  file.cylinder_high = static_cast<u8>(cylinder >> 8);
  file.device = static_cast<u8>((file.device & 0xf0) | (head & 0xf));
}

void IdeDrive::set_geometry(u8 heads, u8 sectors_per_track) {
  heads_ = std::max<u32>(heads, 1);
  sectors_per_track_ = std::max<u32>(sectors_per_track, 1);
}

bool IdeDrive::set_multiple(u8 sectors) {
  if (sectors > kMostMultiple || (sectors & (sectors - 1)) != 0) return false;
  multiple_ = sectors;
  return true;
}

u32 IdeDrive::cylinders(u32 heads, u32 sectors) const {
  return std::min(drive_.sectors() / (heads * sectors), kMostCylinders);
}

std::array<u8, kSectorSize> IdeDrive::identify() const {
  const u32 now = cylinders(heads_, sectors_per_track_);
  Words words;
  words.put(0, 0x0040);  // fixed drive
  words.put(1, cylinders(kHeads, kSectors));
  words.put(3, kHeads);
  words.put(6, kSectors);
  words.text(10, 10, "RS00001");
  words.text(23, 4, "1.0");
  words.text(27, 20, "RINGSIDE HARDDISK");
  words.put(47, 0x8000 | kMostMultiple);
  words.put(48, 1);       // 32-bit data port
  words.put(49, 1 << 9);  // LBA
  words.put(51, 0x0200);  // PIO mode 2
  words.put(53, 1);       // words 54 to 58 are valid
  words.put(54, now);
  words.put(55, heads_);
  words.put(56, sectors_per_track_);
  words.put2(57, now * heads_ * sectors_per_track_);
  words.put(59, multiple_ ? 0x100u | multiple_ : 0);
  words.put2(60, std::min(drive_.sectors(), kMostSectors));
  words.put(80, 0x007E);  // ATA-1 to ATA-6
  words.put(82, kFeatures);
  words.put(83, kCommands);
  words.put(84, kCounts);
  words.put(85, kFeatures);
  words.put(86, kCommands & ~kCounts);
  words.put(87, kCounts);
  words.put2(100, drive_.sectors());  // and two words of zeros above
  return words.bytes();
}

u64 IdeDrive::hash() const {
  return hash_mix(1 + drive_.hash(), heads_ | u64{sectors_per_track_} << 16 | u64{multiple_} << 32);
}

}  // namespace ringside::devices
