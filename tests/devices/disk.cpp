// The disk controller, and the drives behind it.
#include "devices/disk.hpp"

#include <algorithm>
#include <numeric>

#include "catch.hpp"

using namespace ringside;
using namespace ringside::devices;

namespace {

enum : u32 {
  kDrive = 0x00,
  kSector = 0x04,
  kCount = 0x08,
  kAddress = 0x0C,
  kCommand = 0x10,
  kStatus = 0x14,
  kAck = 0x18,
  kSize = 0x1C,
};
enum : u32 { kBusy = 1, kDone = 2, kError = 4, kExists = 8 };

/// 64 KiB of memory at 0x8000'0000.
class Memory : public DmaPort {
 public:
  std::vector<u8> bytes = std::vector<u8>(65536);

  bool read(DeviceId, Gpa from, std::span<u8> to) override {
    if (!inside(from, to.size())) return false;
    std::copy_n(bytes.begin() + offset(from), to.size(), to.begin());
    return true;
  }
  bool write(DeviceId, Gpa to, std::span<const u8> from) override {
    if (!inside(to, from.size())) return false;
    std::copy(from.begin(), from.end(), bytes.begin() + offset(to));
    return true;
  }

 private:
  static std::ptrdiff_t offset(Gpa a) { return static_cast<std::ptrdiff_t>(a.v - 0x8000'0000); }
  bool inside(Gpa a, std::size_t size) const {
    return a.v >= 0x8000'0000 && a.v - 0x8000'0000 + size <= bytes.size();
  }
};

/// A drive whose sector n begins with the byte n + 1.
Drive drive_of(u32 sectors) {
  auto image = std::make_shared<std::vector<u8>>(sectors * kSectorSize);
  for (u32 i = 0; i < sectors; ++i) (*image)[i * kSectorSize] = static_cast<u8>(i + 1);
  return Drive(image);
}

u32 in(Disk& disk, u32 offset) {
  return disk.read(offset, 4).value();
}
void out(Disk& disk, u32 offset, u32 value) {
  REQUIRE(disk.write(offset, value, 4));
}

void command(Disk& disk, u32 what, u32 sector, u32 count, u32 address) {
  out(disk, kSector, sector);
  out(disk, kCount, count);
  out(disk, kAddress, address);
  out(disk, kCommand, what);
}

}  // namespace

TEST_CASE("a read moves sectors to memory when it is completed, and raises the line") {
  Disk disk({drive_of(16), std::nullopt});
  Memory memory;
  CHECK(in(disk, kStatus) == kExists);
  CHECK(in(disk, kSize) == 16);
  command(disk, 1, 3, 2, 0x8000'0100);
  CHECK(in(disk, kStatus) == (kExists | kBusy));
  CHECK(!disk.interrupt());
  CHECK(memory.bytes[0x100] == 0);
  disk.complete(memory);
  CHECK(in(disk, kStatus) == (kExists | kDone));
  CHECK(disk.interrupt());
  CHECK(memory.bytes[0x100] == 4);
  CHECK(memory.bytes[0x300] == 5);
  CHECK(memory.bytes[0x500] == 0);
  out(disk, kAck, 0);
  CHECK(in(disk, kStatus) == kExists);
  CHECK(!disk.interrupt());
}

TEST_CASE("a write is read again, and leaves the image alone") {
  auto image = std::make_shared<std::vector<u8>>(8 * kSectorSize);
  Disk disk({std::nullopt, Drive(image)});
  Memory memory;
  std::iota(memory.bytes.begin(), memory.bytes.begin() + 512, u8{7});
  out(disk, kDrive, 1);
  command(disk, 2, 5, 1, 0x8000'0000);
  disk.complete(memory);
  CHECK(in(disk, kStatus) == (kExists | kDone));
  command(disk, 1, 5, 1, 0x8000'1000);
  disk.complete(memory);
  CHECK(
      std::equal(memory.bytes.begin(), memory.bytes.begin() + 512, memory.bytes.begin() + 0x1000));
  CHECK(std::count(image->begin(), image->end(), u8{0}) == 8 * 512);
}

TEST_CASE("a command that makes no sense ends in error and moves nothing") {
  struct Bad {
    const char* what;
    u32 drive, command, sector, count, address;
  };
  const Bad bads[] = {
      {"no such drive", 1, 1, 0, 1, 0x8000'0000},
      {"drive out of range", 0xffff'ffff, 1, 0, 1, 0x8000'0000},
      {"unknown command", 0, 3, 0, 1, 0x8000'0000},
      {"sector behind the end", 0, 1, 16, 1, 0x8000'0000},
      {"last sector behind the end", 0, 1, 15, 2, 0x8000'0000},
      {"sector that wraps", 0, 1, 0xffff'ffff, 2, 0x8000'0000},
      {"no sectors", 0, 1, 0, 0, 0x8000'0000},
      {"too many sectors", 0, 1, 0, 257, 0x8000'0000},
      {"count that wraps", 0, 1, 0, 0x0080'0001, 0x8000'0000},
      {"address outside", 0, 1, 0, 1, 0x1000},
      {"address running out", 0, 1, 0, 1, 0x8000'ff00},
      {"write from outside", 0, 2, 0, 1, 0x1000},
  };
  for (const Bad& bad : bads) {
    INFO(bad.what);
    Disk disk({drive_of(16), std::nullopt});
    Memory memory;
    memory.bytes[0] = 0xee;
    const Memory before = memory;
    out(disk, kDrive, bad.drive);
    command(disk, bad.command, bad.sector, bad.count, bad.address);
    CHECK((in(disk, kStatus) & kBusy) == kBusy);
    disk.complete(memory);
    CHECK((in(disk, kStatus) & (kBusy | kDone | kError)) == (kDone | kError));
    CHECK(disk.interrupt());
    CHECK(memory.bytes == before.bytes);
    out(disk, kAck, 1);
    out(disk, kDrive, 0);
    command(disk, 1, 0, 1, 0x8000'0000);
    disk.complete(memory);
    CHECK(in(disk, kStatus) == (kDone | kExists));
    CHECK(memory.bytes[0] == 1);
  }
}

TEST_CASE("a command while busy is dropped and spoils the one that waits") {
  Disk disk({drive_of(16), std::nullopt});
  Memory memory;
  command(disk, 1, 3, 1, 0x8000'0000);
  command(disk, 1, 4, 1, 0x8000'0200);
  disk.complete(memory);
  CHECK(in(disk, kStatus) == (kExists | kDone | kError));
  CHECK(memory.bytes == std::vector<u8>(65536));
  CHECK(!disk.busy());
}

TEST_CASE("registers may change while a command waits") {
  Disk disk({drive_of(16), std::nullopt});
  Memory memory;
  command(disk, 1, 3, 1, 0x8000'0000);
  out(disk, kSector, 9);
  out(disk, kAddress, 0);
  out(disk, kDrive, 1);
  disk.complete(memory);
  CHECK(in(disk, kStatus) == kDone);
  CHECK(memory.bytes[0] == 4);
  CHECK(in(disk, kSector) == 9);
}

TEST_CASE("the largest transfer is 256 sectors") {
  Disk disk({drive_of(300), std::nullopt});
  Memory memory;
  memory.bytes.resize(256 * kSectorSize);
  command(disk, 1, 44, 256, 0x8000'0000);
  disk.complete(memory);
  CHECK(in(disk, kStatus) == (kDone | kExists));
  CHECK(memory.bytes[255 * 512] == static_cast<u8>(300));
}

TEST_CASE("completing nothing does nothing") {
  Disk disk;
  Memory memory;
  disk.complete(memory);
  CHECK(in(disk, kStatus) == 0);
  CHECK(in(disk, kSize) == 0);
}

TEST_CASE("only whole words of eight registers can be accessed") {
  Disk disk({drive_of(1), std::nullopt});
  for (u32 offset : {1u, 2u, 0x20u, 0x1000u}) {
    CHECK(!disk.read(offset, 4));
    CHECK(!disk.write(offset, 1, 4));
  }
  CHECK(!disk.read(0, 1));
  CHECK(!disk.write(kCommand, 1, 2));
  CHECK(!disk.busy());
}

TEST_CASE("copies of a drive share the image and write apart") {
  Drive one = drive_of(4);
  Drive two = one;
  std::array<u8, kSectorSize> sector{};
  sector[0] = 0xaa;
  one.write(2, sector);
  std::array<u8, kSectorSize> seen{};
  two.read(2, seen);
  CHECK(seen[0] == 3);
  Drive three = one;
  sector[0] = 0xbb;
  one.write(2, sector);
  three.read(2, seen);
  CHECK(seen[0] == 0xaa);
}

TEST_CASE("a drive's hash depends on its contents, not on how they came about") {
  Drive one = drive_of(4), two = drive_of(4);
  CHECK(one.hash() == 0);
  std::array<u8, kSectorSize> a{}, b{}, original{};
  a[0] = 0xaa;
  b[0] = 0xbb;
  one.read(1, original);
  one.write(1, a);
  one.write(2, b);
  two.write(2, b);
  CHECK(one.hash() != two.hash());
  two.write(1, b);
  two.write(1, a);
  CHECK(one.hash() == two.hash());
  one.write(1, b);
  one.write(2, a);  // the same sectors' contents, changed over
  CHECK(one.hash() != two.hash());
  one.write(1, original);
  one.read(0, a);
  one.write(0, a);
  two = drive_of(4);
  one.write(2, [] {
    std::array<u8, kSectorSize> third{};
    third[0] = 3;
    return third;
  }());
  CHECK(one.hash() == two.hash());
}

TEST_CASE("an image that ends inside a sector goes on with zeros") {
  Drive drive(std::make_shared<std::vector<u8>>(513, u8{0xff}));
  CHECK(drive.sectors() == 2);
  std::array<u8, kSectorSize> seen{};
  seen.fill(0x11);
  drive.read(1, seen);
  CHECK(seen[0] == 0xff);
  CHECK(std::count(seen.begin() + 1, seen.end(), u8{0}) == 511);
  CHECK(Drive(std::make_shared<std::vector<u8>>()).sectors() == 0);
}
