// The IDE channel, as PIO drivers use it.
#include <numeric>

#include "catch.hpp"
#include "devices/pc.hpp"

using namespace pc;

namespace {

constexpr u64 kLatency = 5'000;
constexpr u32 kSectors = 400;
enum Status : u32 { kBusy = 0x80, kReady = 0x40, kDataRequest = 0x08, kError = 0x01 };

/// Sector n consists of words n, n + 1, ...
Drive numbered(u32 sectors = kSectors) {
  auto image = std::make_shared<std::vector<u8>>(sectors * kSectorSize);
  for (u32 i = 0; i < sectors * kSectorSize; i += 4)
    for (u32 b = 0; b < 4; ++b)
      (*image)[i + b] = static_cast<u8>((i / kSectorSize + i % kSectorSize / 4) >> (8 * b));
  return Drive(image);
}

Pc with_drive(unsigned drive = 0) {
  PcPlatform::Config config;
  config.disk_latency = kLatency;
  config.drives[drive] = numbered();
  Pc pc(config);
  pc.initialise_pics(0x4004);
  return pc;
}

/// Task file and command, by LBA.
void command(Pc& pc, u32 code, u32 sector, u32 count, u32 drive = 0) {
  pc.out(0x3F6, 0);
  pc.out(0x1F2, count);
  pc.out(0x1F3, sector), pc.out(0x1F4, sector >> 8), pc.out(0x1F5, sector >> 16);
  pc.out(0x1F6, 0xe0 | drive << 4 | (sector >> 24 & 0xf));
  pc.out(0x1F7, code);
}

std::vector<u32> read_block(Pc& pc, u32 sectors = 1) {
  std::vector<u32> words(sectors * 128);
  for (u32& word : words) word = pc.in(0x1F0, 4);
  return words;
}

std::vector<u32> expected(u32 sector) {
  std::vector<u32> words(128);
  std::iota(words.begin(), words.end(), sector);
  return words;
}

/// Takes the interrupt that has to be there.
void take_interrupt(Pc& pc) {
  REQUIRE(pc.platform.pending() == 0x2e);
  pc.platform.acknowledge();
  pc.out(0xA0, 0x20), pc.out(0x20, 0x20);
}

u32 first_word(const Pc& pc, unsigned drive, u32 sector) {
  std::array<u8, kSectorSize> bytes;
  pc.platform.drive(drive)->read(sector, bytes);
  return bytes[0] | bytes[1] << 8 | bytes[2] << 16 | static_cast<u32>(bytes[3]) << 24;
}

}  // namespace

TEST_CASE("a sector is read after the latency, with an interrupt") {
  Pc pc = with_drive();
  CHECK(pc.in(0x1F7) == (kReady | 0x10));
  command(pc, 0x20, 7, 1);
  CHECK((pc.in(0x1F7) & kBusy) != 0);
  pc.wait(kLatency - 1);
  CHECK((pc.in(0x3F6) & kBusy) != 0);
  pc.wait(1);
  CHECK((pc.in(0x3F6) & (kBusy | kDataRequest | kError)) == kDataRequest);
  take_interrupt(pc);
  pc.in(0x1F7);
  CHECK(read_block(pc) == expected(7));
  CHECK((pc.in(0x1F7) & (kBusy | kDataRequest)) == 0);
  CHECK(!pc.platform.pending());
  CHECK(pc.in(0x1F0, 4) == 0);
}

TEST_CASE("several sectors come with an interrupt each, and the task file counts") {
  Pc pc = with_drive();
  command(pc, 0x20, 254, 4);
  pc.wait(kLatency);
  for (u32 sector = 254; sector < 258; ++sector) {
    take_interrupt(pc);
    CHECK((pc.in(0x1F7) & kDataRequest) != 0);
    CHECK(pc.in(0x1F2) == 257 - sector);
    CHECK((pc.in(0x1F3) | pc.in(0x1F4) << 8) == sector + 1);
    CHECK(read_block(pc) == expected(sector));
  }
  CHECK((pc.in(0x1F7) & (kBusy | kDataRequest)) == 0);
  CHECK(!pc.platform.pending());
}

TEST_CASE("the data port takes words and bytes as well") {
  Pc pc = with_drive();
  command(pc, 0x21, 300, 1);
  pc.wait(kLatency);
  CHECK(pc.in(0x1F0, 2) == 300);
  CHECK(pc.in(0x1F0, 2) == 0);
  CHECK(pc.in(0x1F0, 1) == (301 & 0xff));
}

TEST_CASE("written sectors are on the medium after the latency, the image stays as it was") {
  Pc pc = with_drive();
  const PcPlatform before = pc.platform;
  command(pc, 0x30, 10, 2);
  CHECK((pc.in(0x1F7) & (kBusy | kDataRequest)) == kDataRequest);
  CHECK(!pc.platform.pending());  // None for the first block.
  for (u32 i = 0; i < 128; ++i) pc.out(0x1F0, 0xaaaa'0000 + i, 4);
  take_interrupt(pc);
  pc.in(0x1F7);
  for (u32 i = 0; i < 256; ++i) pc.out(0x1F0, 0x55 + i, 2);
  CHECK((pc.in(0x1F7) & kBusy) != 0);
  pc.wait(kLatency);
  take_interrupt(pc);
  CHECK(pc.in(0x1F7) == (kReady | 0x10));
  CHECK(first_word(pc, 0, 10) == 0xaaaa'0000);
  CHECK(first_word(pc, 0, 11) == 0x0056'0055);
  CHECK(first_word(pc, 0, 12) == 12);
  CHECK(before.hash() != pc.platform.hash());
  std::array<u8, kSectorSize> old;
  before.drive(0)->read(10, old);
  CHECK(old[0] == 10);
}

TEST_CASE("READ and WRITE MULTIPLE move a block for each interrupt") {
  Pc pc = with_drive();
  command(pc, 0xc6, 0, 4);
  CHECK((pc.in(0x1F7) & kError) == 0);
  command(pc, 0xc4, 20, 6);
  pc.wait(kLatency);
  pc.in(0x1F7);
  const auto first = read_block(pc, 4);
  CHECK(first[0] == 20);
  CHECK(first[3 * 128] == 23);
  CHECK((pc.in(0x3F6) & kDataRequest) != 0);
  CHECK(pc.platform.pending() == 0x2e);
  CHECK(read_block(pc, 2)[128] == 25);
  CHECK((pc.in(0x1F7) & kDataRequest) == 0);

  command(pc, 0xc5, 30, 3);
  for (u32 i = 0; i < 3 * 128; ++i) pc.out(0x1F0, 0x77, 4);
  pc.wait(kLatency);
  CHECK((pc.in(0x1F7) & (kBusy | kDataRequest | kError)) == 0);
  CHECK(first_word(pc, 0, 32) == 0x77);
  CHECK(first_word(pc, 0, 33) == 33);
  command(pc, 0xc6, 0, 3);  // no power of two
  CHECK(pc.in(0x1F1) == 0x04);
}

namespace {

/// The task file by 48 bits: high bytes first.
void wide_command(Pc& pc, u32 code, u64 sector, u32 count) {
  pc.out(0x3F6, 0);
  pc.out(0x1F2, count >> 8), pc.out(0x1F3, sector >> 24 & 0xff), pc.out(0x1F4, sector >> 32 & 0xff), pc.out(0x1F5, sector >> 40);
  pc.out(0x1F2, count & 0xff), pc.out(0x1F3, sector & 0xff), pc.out(0x1F4, sector >> 8 & 0xff), pc.out(0x1F5, sector >> 16 & 0xff);
  pc.out(0x1F6, 0xe0);
  pc.out(0x1F7, code);
}

}  // namespace

TEST_CASE("sectors are read and written by 48-bit commands, one or a block for each interrupt") {
  Pc pc = with_drive();
  wide_command(pc, 0x24, 5, 260);
  pc.wait(kLatency);
  for (u32 sector = 5; sector < 265; ++sector) {
    take_interrupt(pc);
    CHECK((pc.in(0x1F7) & (kBusy | kDataRequest | kError)) == kDataRequest);
    CHECK(read_block(pc) == expected(sector));
  }
  CHECK((pc.in(0x1F7) & (kDataRequest | kError)) == 0);
  CHECK(pc.in(0x1F3) == (265 & 0xff));
  CHECK(pc.in(0x1F4) == 1);
  CHECK(pc.in(0x1F2) == 0);
  wide_command(pc, 0x34, 300, 1);
  for (u32 i = 0; i < 128; ++i) pc.out(0x1F0, 0x55, 4);
  pc.wait(kLatency);
  CHECK(first_word(pc, 0, 300) == 0x55);
  wide_command(pc, 0x29, 20, 6);
  pc.wait(kLatency);
  CHECK(read_block(pc, 6).back() == 25 + 127);
  wide_command(pc, 0x39, 40, 2);
  for (u32 i = 0; i < 256; ++i) pc.out(0x1F0, 0x66, 4);
  pc.wait(kLatency);
  CHECK(first_word(pc, 0, 41) == 0x66);
  CHECK(first_word(pc, 0, 42) == 42);
}

TEST_CASE("48 bits name what is not on the drive, a bit of the control register shows the high bytes") {
  Pc pc = with_drive();
  for (const u64 sector : {u64{kSectors}, u64{1} << 24, u64{1} << 32, u64{1} << 40}) {
    wide_command(pc, 0x24, sector, 1);
    pc.wait(kLatency);
    CHECK((pc.in(0x1F7) & (kError | kDataRequest)) == kError);
    CHECK(pc.in(0x1F1) == 0x10);
  }
  wide_command(pc, 0x42, kSectors - 300, 300);
  pc.wait(kLatency);
  CHECK((pc.in(0x1F7) & kError) == 0);
  pc.out(0x1F3, 0x12), pc.out(0x1F3, 0x34);
  CHECK(pc.in(0x1F3) == 0x34);
  pc.out(0x3F6, 0x80);
  CHECK(pc.in(0x1F3) == 0x12);
  pc.out(0x1F2, 1);  // which any write ends
  CHECK(pc.in(0x1F3) == 0x34);
  wide_command(pc, 0x27, 0, 0);
  CHECK(pc.in(0x1F3) == ((kSectors - 1) & 0xff));
  CHECK(pc.in(0x1F4) == (kSectors - 1) >> 8);
  wide_command(pc, 0xea, 0, 0);
  pc.wait(kLatency);
  CHECK((pc.in(0x1F7) & (kBusy | kError)) == 0);
}

TEST_CASE("IDENTIFY says what the drive is") {
  Pc pc = with_drive();
  command(pc, 0xec, 0, 0);
  pc.wait(kLatency);
  pc.in(0x1F7);
  std::vector<u32> words(256);
  for (u32& word : words) word = pc.in(0x1F0, 2);
  std::string model;
  for (u32 i = 27; i < 47; ++i)
    model += static_cast<char>(words[i] >> 8), model += static_cast<char>(words[i]);
  CHECK(model.substr(0, 18) == "RINGSIDE HARDDISK ");
  CHECK((words[60] | words[61] << 16) == kSectors);
  CHECK((words[49] & 0x200) != 0);
  CHECK((words[0] & 0x8000) == 0);
  CHECK((words[83] & 0xc400) == 0x4400);  // 48-bit commands, of a word that counts
  CHECK((words[86] & 0x0400) != 0);
  CHECK((words[100] | words[101] << 16) == kSectors);
  CHECK((words[102] | words[103]) == 0);
  CHECK(words[47] == 0x8010);
  CHECK((pc.in(0x1F7) & kDataRequest) == 0);
}

TEST_CASE("sectors can be named by cylinder, head and sector") {
  Pc pc = with_drive();
  pc.out(0x1F2, 10), pc.out(0x1F6, 0xa3), pc.out(0x1F7, 0x91);  // 4 heads, 10 sectors
  pc.out(0x1F2, 1), pc.outs(0x1F3, {5}), pc.out(0x1F4, 2), pc.out(0x1F5, 0);
  pc.out(0x1F6, 0xa1), pc.out(0x1F7, 0x20);
  pc.wait(kLatency);
  CHECK(read_block(pc) == expected((2 * 4 + 1) * 10 + 4));
  pc.out(0x1F2, 1), pc.out(0x1F3, 0), pc.out(0x1F7, 0x20);
  pc.wait(kLatency);
  CHECK((pc.in(0x1F7) & kError) != 0);
  CHECK(pc.in(0x1F1) == 0x10);
}

TEST_CASE("what is not on the drive, or no command, ends in an error") {
  Pc pc = with_drive();
  command(pc, 0x20, kSectors - 1, 2);
  pc.wait(kLatency);
  CHECK(read_block(pc) == expected(kSectors - 1));
  CHECK((pc.in(0x1F7) & (kError | kDataRequest)) == kError);
  CHECK(pc.in(0x1F1) == 0x10);
  command(pc, 0x30, kSectors, 1);
  CHECK((pc.in(0x1F7) & (kError | kDataRequest)) == kError);
  command(pc, 0xc8, 0, 1);  // DMA
  CHECK((pc.in(0x1F7) & kError) != 0);
  CHECK(pc.in(0x1F1) == 0x04);
  command(pc, 0xe7, 0, 0);
  pc.wait(kLatency);
  CHECK((pc.in(0x1F7) & kError) == 0);
}

TEST_CASE("a drive's address is latched: registers written during a transfer change nothing") {
  Pc pc = with_drive();
  command(pc, 0x30, 3, 1);
  pc.outs(0x1F3, {0xff, 0xff, 0xff}), pc.out(0x1F6, 0xff);
  for (u32 i = 0; i < 128; ++i) pc.out(0x1F0, 0x1234, 4);
  pc.wait(kLatency);
  CHECK(first_word(pc, 0, 3) == 0x1234);
}

TEST_CASE("a drive that is not there has no status") {
  Pc pc = with_drive();
  pc.out(0x1F6, 0xf0);
  CHECK(pc.in(0x1F7) == 0);
  command(pc, 0x20, 0, 1, 1);
  pc.wait(kLatency);
  CHECK(pc.in(0x1F7) == 0);
  CHECK(!pc.platform.pending());
  pc.out(0x1F6, 0xe0);
  CHECK(pc.in(0x1F7) == (kReady | 0x10));

  Pc none;
  CHECK(none.in(0x1F7) == 0);
  CHECK(none.in(0x177) == 0xff);
  CHECK(with_drive(1).platform.drive(0) == nullptr);
}

TEST_CASE("the second drive is a drive of its own") {
  Pc pc = with_drive(1);
  command(pc, 0x20, 9, 1, 1);
  pc.wait(kLatency);
  CHECK(read_block(pc) == expected(9));
}

TEST_CASE("a software reset stops a command and shows the signature") {
  Pc pc = with_drive();
  command(pc, 0x20, 9, 1);
  pc.out(0x3F6, 0x04);
  CHECK((pc.in(0x3F6) & kBusy) != 0);
  pc.out(0x3F6, 0x00);
  pc.wait(2 * kLatency);
  CHECK(pc.in(0x1F7) == (kReady | 0x10));
  CHECK(pc.in(0x1F2) == 1);
  CHECK(pc.in(0x1F3) == 1);
  CHECK((pc.in(0x1F4) | pc.in(0x1F5)) == 0);
  CHECK(!pc.platform.pending());
}

TEST_CASE("nIEN holds the interrupt back until it is cleared") {
  Pc pc = with_drive();
  command(pc, 0x20, 9, 1);
  pc.out(0x3F6, 0x02);
  pc.wait(kLatency);
  CHECK(!pc.platform.pending());
  pc.out(0x3F6, 0x00);
  CHECK(pc.platform.pending() == 0x2e);
}

TEST_CASE("a command whose predecessor's status nobody read is an edge of its own") {
  Pc pc = with_drive();
  command(pc, 0x10, 0, 0);
  take_interrupt(pc);
  CHECK(!pc.platform.pending());
  command(pc, 0x10, 0, 0);
  take_interrupt(pc);
}
