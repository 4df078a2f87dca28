// The real-time clock and the CMOS memory.
#include "catch.hpp"
#include "devices/pc.hpp"

using namespace pc;

namespace {

constexpr u64 kSecond = 1'000 * kMillisecond;

u32 cmos(Pc& pc, u8 index) {
  pc.out(0x70, index);
  return pc.in(0x71);
}
void cmos(Pc& pc, u8 index, u8 value) {
  pc.out(0x70, index);
  pc.out(0x71, value);
}

/// Year, month, day, hour, minute, second as they stand in the registers.
std::vector<u32> date(Pc& pc) {
  std::vector<u32> all;
  for (u8 index : {9, 8, 7, 4, 2, 0}) all.push_back(cmos(pc, index));
  return all;
}

}  // namespace

TEST_CASE("the clock starts at the year 2000 and goes on with the guest's time") {
  Pc pc;
  CHECK(date(pc) == std::vector<u32>{0x00, 0x01, 0x01, 0x00, 0x00, 0x00});
  CHECK(cmos(pc, 6) == 7);  // a Saturday
  CHECK(cmos(pc, 0x32) == 0x20);
  pc.now += (u64{59} * 86400 + 13 * 3600 + 4 * 60 + 5) * kSecond;  // 29 February
  CHECK(date(pc) == std::vector<u32>{0x00, 0x02, 0x29, 0x13, 0x04, 0x05});
  pc.now += u64{366} * 86400 * kSecond;
  CHECK(date(pc) == std::vector<u32>{0x01, 0x03, 0x01, 0x13, 0x04, 0x05});
  cmos(pc, 0x0b, 0x04);  // binary, 12 hours
  CHECK(date(pc) == std::vector<u32>{1, 3, 1, 0x81, 4, 5});
}

TEST_CASE("an update is announced and never seen half done") {
  Pc pc;
  pc.wait(kSecond - 100'000);
  CHECK((cmos(pc, 0x0a) & 0x80) != 0);
  CHECK(cmos(pc, 0) == 0x00);
  pc.wait(100'001);
  CHECK((cmos(pc, 0x0a) & 0x80) == 0);
  CHECK(cmos(pc, 0) == 0x01);
}

TEST_CASE("the date can be set, and goes on from there") {
  Pc pc;
  cmos(pc, 0x0b, 0x82);
  for (auto [index, value] :
       {std::pair{9, 0x26}, {8, 0x12}, {7, 0x31}, {4, 0x23}, {2, 0x59}, {0, 0x58}})
    cmos(pc, static_cast<u8>(index), static_cast<u8>(value));
  pc.wait(5 * kSecond);
  CHECK(cmos(pc, 0) == 0x58);
  cmos(pc, 0x0b, 0x02);
  CHECK(date(pc) == std::vector<u32>{0x26, 0x12, 0x31, 0x23, 0x59, 0x58});
  pc.wait(2 * kSecond);
  CHECK(date(pc) == std::vector<u32>{0x27, 0x01, 0x01, 0x00, 0x00, 0x00});
}

TEST_CASE("the periodic interrupt comes at its rate, once register C is read") {
  Pc pc;
  pc.initialise_pics(0x0104);
  cmos(pc, 0x0b, 0x42);
  const unsigned ticks = pc.serve(kSecond, [&](u8 vector) {
    REQUIRE(vector == 0x28);
    REQUIRE((cmos(pc, 0x0c) & 0xc0) == 0xc0);
    pc.out(0xA0, 0x20), pc.out(0x20, 0x20);
  });
  CHECK(ticks == 1024);
  CHECK(pc.serve(kSecond, [&](u8) { pc.out(0xA0, 0x20), pc.out(0x20, 0x20); }) == 1);
}

TEST_CASE("update and alarm interrupt by the second") {
  Pc pc;
  pc.initialise_pics(0x0104);
  cmos(pc, 1, 0x03);  // at second 3
  cmos(pc, 3, 0xff), cmos(pc, 5, 0xff);
  cmos(pc, 0x0b, 0x32);
  unsigned alarms = 0;
  const unsigned count = pc.serve(5 * kSecond, [&](u8) {
    alarms += (cmos(pc, 0x0c) & 0x20) != 0;
    pc.out(0xA0, 0x20), pc.out(0x20, 0x20);
  });
  CHECK(count == 5);
  CHECK(alarms == 1);
}

TEST_CASE("the CMOS says how much memory there is, and keeps what is written") {
  PcPlatform::Config config;
  config.ram_bytes = u64{512} << 20;
  Pc pc(config);
  CHECK((cmos(pc, 0x15) | cmos(pc, 0x16) << 8) == 640);
  CHECK((cmos(pc, 0x17) | cmos(pc, 0x18) << 8) == 0xffff);
  CHECK((cmos(pc, 0x34) | cmos(pc, 0x35) << 8) == 496 * 16);
  config.ram_bytes = u64{8} << 20;
  Pc small(config);
  CHECK((cmos(small, 0x30) | cmos(small, 0x31) << 8) == 7 * 1024);
  CHECK((cmos(small, 0x34) | cmos(small, 0x35) << 8) == 0);
  cmos(pc, 0x0f, 0x0a);  // xv6's warm reset code
  CHECK(cmos(pc, 0x8f) == 0x0a);
}
