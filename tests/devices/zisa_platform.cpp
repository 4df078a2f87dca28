// The devices together: the bus, the lines and the time.
#include "devices/zisa_platform.hpp"

#include <rapidcheck.h>

#include "catch.hpp"

using namespace ringside;
using namespace ringside::devices;

namespace {

constexpr u64 kExit = 0x0010'0000, kController = 0x0C00'0000, kConsole = 0x1000'0000,
              kDisk = 0x1001'0000;

/// Memory everywhere, that remembers only that it was written.
class Anywhere : public DmaPort {
 public:
  int writes = 0;
  bool read(DeviceId, Gpa, std::span<u8>) override { return true; }
  bool write(DeviceId, Gpa, std::span<const u8>) override { return ++writes; }
};

ZisaPlatform with_disk(u64 latency, std::string input = "") {
  ZisaPlatform::Config config;
  config.disk_latency = latency;
  config.input = std::move(input);
  config.drives[0] = Drive(std::make_shared<std::vector<u8>>(1024));
  return ZisaPlatform(std::move(config));
}

void start_read(ZisaPlatform& platform, u64 now) {
  REQUIRE(platform.write(Gpa{kDisk + 0x08}, 1, 4, now));
  REQUIRE(platform.write(Gpa{kDisk + 0x10}, 1, 4, now));
}

}  // namespace

TEST_CASE("the bus is laid out as in the manual, without overlap") {
  const auto slots = ZisaPlatform::slots();
  for (const auto& slot : slots) {
    CHECK(ZisaPlatform::find(Gpa{slot.base}) == &slot);
    CHECK(ZisaPlatform::find(Gpa{slot.base + slot.size - 1}) == &slot);
    CHECK(ZisaPlatform::find(Gpa{slot.base + slot.size}) == nullptr);
    CHECK(ZisaPlatform::find(Gpa{slot.base - 1}) == nullptr);
    CHECK(slot.base % kPageSize == 0);
  }
  for (u64 base : {kExit, kController, kConsole, kDisk}) CHECK(ZisaPlatform::find(Gpa{base}));
  CHECK(!ZisaPlatform::find(Gpa{0x8000'0000}));
  CHECK(!ZisaPlatform::find(Gpa{kConsole + (u64{1} << 32)}));
}

TEST_CASE("an access where no device is, or that one refuses, is refused") {
  ZisaPlatform platform = with_disk(0);
  CHECK(!platform.read(Gpa{0x1000'1000}, 4));
  CHECK(!platform.write(Gpa{0x1000'1000}, 0, 4, 0));
  CHECK(!platform.read(Gpa{kConsole}, 4));
  CHECK(!platform.write(Gpa{kDisk}, 0, 1, 0));
  CHECK(!platform.read(Gpa{kConsole + 7}, 2));
}

TEST_CASE("the first exit code stands, other values do nothing") {
  ZisaPlatform platform = with_disk(0);
  CHECK(platform.write(Gpa{kExit}, 0x1234, 4, 0));
  CHECK(platform.read(Gpa{kExit}, 4) == 0u);
  CHECK(!platform.write(Gpa{kExit}, 0x5555, 2, 0));
  CHECK(!platform.exit_code());
  CHECK(platform.write(Gpa{kExit}, 42 << 16 | 0x3333, 4, 0));
  CHECK(platform.exit_code() == 42u);
  CHECK(platform.write(Gpa{kExit}, 0x5555, 4, 0));
  CHECK(platform.exit_code() == 42u);

  ZisaPlatform passes = with_disk(0);
  CHECK(passes.write(Gpa{kExit}, 0x5555, 4, 0));
  CHECK(passes.exit_code() == 0u);
}

TEST_CASE("a disk command is carried out after the latency, and raises line 11") {
  ZisaPlatform platform = with_disk(1000);
  Anywhere memory;
  REQUIRE(platform.write(Gpa{kController + 0x100}, 1u << 11, 4, 0));
  CHECK(!platform.next_event());
  start_read(platform, 50);
  CHECK(platform.next_event() == 1050u);
  REQUIRE(platform.write(Gpa{kDisk + 0x10}, 1, 4, 200));  // while busy: does not put it off
  CHECK(platform.next_event() == 1050u);
  CHECK(!platform.advance(1049, memory));
  CHECK(!platform.external_interrupt(0));
  CHECK(platform.advance(1050, memory));
  CHECK(!platform.next_event());
  CHECK(platform.external_interrupt(0));
  CHECK(platform.read(Gpa{kController + 0x104}, 4) == 11u);
  REQUIRE(platform.write(Gpa{kDisk + 0x18}, 1, 4, 2000));
  CHECK(!platform.external_interrupt(0));
  start_read(platform, 3000);
  CHECK(platform.advance(9000, memory));
  CHECK(memory.writes == 1);
}

TEST_CASE("the console's line 10 follows its input") {
  ZisaPlatform platform = with_disk(0, "a");
  REQUIRE(platform.write(Gpa{kController + 0x100}, 1u << 10, 4, 0));
  CHECK(!platform.external_interrupt(0));
  REQUIRE(platform.write(Gpa{kConsole + 1}, 1, 1, 0));
  CHECK(platform.external_interrupt(0));
  CHECK(platform.read(Gpa{kController}, 4) == 1u << 10);
  CHECK(platform.read(Gpa{kConsole}, 1) == 'a');
  CHECK(!platform.external_interrupt(0));
  platform.type("b");
  CHECK(platform.external_interrupt(0));
}

TEST_CASE("inter-processor interrupts come through") {
  ZisaPlatform platform = with_disk(0);
  REQUIRE(platform.write(Gpa{kController + 0x08}, 1, 4, 0));
  CHECK(platform.software_interrupt(0));
}

TEST_CASE("a copy is a snapshot: the two go their own ways") {
  ZisaPlatform platform = with_disk(100, "in");
  Anywhere memory;
  REQUIRE(platform.write(Gpa{kConsole}, 'x', 1, 0));
  start_read(platform, 0);
  const ZisaPlatform snapshot = platform;
  CHECK(snapshot.hash() == platform.hash());
  platform.advance(100, memory);
  REQUIRE(platform.write(Gpa{kConsole}, 'y', 1, 100));
  CHECK(snapshot.console().output().text() == "x");
  CHECK(snapshot.next_event() == 100u);
  CHECK(snapshot.hash() != platform.hash());

  ZisaPlatform again = snapshot;
  again.advance(100, memory);
  REQUIRE(again.write(Gpa{kConsole}, 'y', 1, 100));
  CHECK(again.hash() == platform.hash());
}

TEST_CASE("the hash knows no time") {
  ZisaPlatform one = with_disk(100), two = with_disk(777);
  Anywhere memory;
  start_read(one, 0);
  start_read(two, 12'345);
  CHECK(one.hash() == two.hash());
  one.advance(100, memory);
  CHECK(one.hash() != two.hash());
  two.advance(1'000'000, memory);
  CHECK(one.hash() == two.hash());
}

TEST_CASE("no sequence of accesses does harm, and lines are always those of the devices") {
  CHECK(rc::check([] {
    ZisaPlatform platform = with_disk(*rc::gen::inRange<u64>(0, 20), "some input");
    Anywhere memory;
    const auto slots = ZisaPlatform::slots();
    for (u64 now = 0; now < 100; ++now) {
      const auto& slot = slots[*rc::gen::inRange<std::size_t>(0, slots.size())];
      const Gpa address{slot.base + *rc::gen::inRange<u32>(0, slot.size + 4)};
      const unsigned size = 1u << *rc::gen::inRange(0, 3);
      const u32 value = *rc::gen::oneOf(rc::gen::inRange<u32>(0, 4), rc::gen::arbitrary<u32>());
      if (*rc::gen::arbitrary<bool>())
        platform.read(address, size);
      else
        platform.write(address, value, size, now);
      platform.advance(now, memory);
      const u32 lines = u32{platform.console().interrupt()} << 10 | u32{platform.disk().interrupt()}
                                                                        << 11;
      RC_ASSERT(platform.read(Gpa{kController}, 4) == lines);
    }
  }));
}
