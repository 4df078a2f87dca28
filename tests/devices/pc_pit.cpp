// The 8254's counters by the tick, and its interrupts by the second.
#include "catch.hpp"
#include "devices/pc.hpp"

using namespace pc;

namespace {

constexpr u64 kStart = 100;  // when the tests write; the count is there one pulse later

PitCounter loaded(unsigned mode, u16 count, u8 bcd = 0) {
  PitCounter counter;
  counter.control(static_cast<u8>(0x30 | mode << 1 | bcd));
  counter.write(static_cast<u8>(count), kStart);
  counter.write(static_cast<u8>(count >> 8), kStart);
  return counter;
}

std::string wave(const PitCounter& counter, unsigned pulses) {
  std::string levels;
  for (u64 tick = kStart + 1; tick <= kStart + pulses; ++tick)
    levels += counter.out(tick) ? '1' : '0';
  return levels;
}

}  // namespace

TEST_CASE("8254 mode 0 goes up once, when the count has run out") {
  const PitCounter counter = loaded(0, 4);
  CHECK(!counter.out(kStart));
  CHECK(wave(counter, 8) == "00001111");
  CHECK(counter.next_rise(kStart) == kStart + 5);
  CHECK(!counter.next_rise(kStart + 5));
  CHECK(counter.value(kStart + 1) == 4);
  CHECK(counter.value(kStart + 5) == 0);
  CHECK(counter.value(kStart + 6) == 0xffff);
}

TEST_CASE("8254 mode 2 is low for one pulse in each period") {
  const PitCounter counter = loaded(2, 3);
  CHECK(wave(counter, 9) == "110110110");
  CHECK(counter.value(kStart + 1) == 3);
  CHECK(counter.value(kStart + 3) == 1);
  CHECK(counter.value(kStart + 4) == 3);
  CHECK(counter.next_rise(kStart) == kStart + 4);
  CHECK(counter.next_rise(kStart + 4) == kStart + 7);
}

TEST_CASE("8254 mode 3 is a square wave, an odd one longer high") {
  CHECK(wave(loaded(3, 4), 8) == "11001100");
  CHECK(wave(loaded(3, 5), 10) == "1110011100");
  const PitCounter even = loaded(3, 6), odd = loaded(3, 5);
  for (unsigned place = 0; place < 6; ++place)
    CHECK(even.value(kStart + 1 + place) == 6 - 2 * (place % 3));
  for (auto [place, value] : {std::pair{0, 4}, {1, 2}, {2, 0}, {3, 4}, {4, 2}, {5, 4}})
    CHECK(odd.value(kStart + 1 + static_cast<u64>(place)) == value);
}

TEST_CASE("8254 mode 4 strobes once, mode 1 waits for its gate") {
  CHECK(wave(loaded(4, 2), 6) == "110111");
  PitCounter counter = loaded(1, 2);
  CHECK(wave(counter, 4) == "1111");
  counter.set_gate(false, kStart);
  counter.set_gate(true, kStart);
  CHECK(wave(counter, 6) == "001111");
}

TEST_CASE("a gate that is low stops the count") {
  PitCounter counter = loaded(0, 10);
  counter.set_gate(false, kStart + 4);
  CHECK(counter.value(kStart + 50) == 7);
  CHECK(!counter.next_rise(kStart + 50));
  counter.set_gate(true, kStart + 50);
  CHECK(counter.next_rise(kStart + 50) == kStart + 57);

  PitCounter wave = loaded(3, 4);
  wave.set_gate(false, kStart + 3);
  CHECK(wave.out(kStart + 4));
  wave.set_gate(true, kStart + 10);
  CHECK(wave.value(kStart + 11) == 4);
}

TEST_CASE("a new count takes effect at the end of the period") {
  PitCounter counter = loaded(2, 5);
  counter.write(3, kStart + 2);
  counter.write(0, kStart + 2);
  CHECK(wave(counter, 11) ==
        "11110"
        "110110");
  CHECK(counter.next_rise(kStart + 3) == kStart + 6);
}

TEST_CASE("counts can be BCD, and 0 is the largest") {
  CHECK(loaded(0, 0x1234, 1).value(kStart + 1) == 0x1234);
  CHECK(loaded(0, 0x1000, 1).value(kStart + 2) == 0x0999);
  CHECK(loaded(0, 0x0000, 1).next_rise(kStart) == kStart + 1 + 10000);
  CHECK(loaded(0, 0).next_rise(kStart) == kStart + 1 + 65536);
}

TEST_CASE("what is latched stays until it is read, low byte first") {
  PitCounter counter = loaded(2, 0x1000);
  counter.latch_count(kStart + 1);
  counter.latch_count(kStart + 9);
  CHECK(counter.read(kStart + 50) == 0x00);
  CHECK(counter.read(kStart + 60) == 0x10);
  CHECK(counter.read(kStart + 0x101) == 0x00);
  CHECK(counter.read(kStart + 0x102) == 0x0e);
}

TEST_CASE("the read-back command latches status and count of several counters") {
  Pit8254 pit;
  pit.write(3, 0x34, 0);
  pit.write(0, 0x10, 0);
  CHECK((pit.read(3, 0)) == 0xff);
  pit.write(3, 0xe2, 0);          // status alone
  CHECK(pit.read(0, 0) == 0xf4);  // OUT up, nothing loaded yet, low and high byte, mode 2
  pit.write(0, 0x00, 10);
  pit.write(3, 0xc2, 13);
  CHECK(pit.read(0, 20) == 0xb4);
  CHECK(pit.read(0, 20) == 0x0e);
  CHECK(pit.read(0, 20) == 0x00);
}

TEST_CASE("a 100 Hz square wave stays exact for an hour") {
  Pc pc;
  pc.initialise_pics(0x0001);
  pc.start_pit(3, 11932);
  const auto eoi = [&](u8 vector) {
    REQUIRE(vector == 0x20);
    pc.out(0x20, 0x20);
  };
  unsigned ticks = 0;
  for (int minute = 0; minute < 60; ++minute) ticks += pc.serve(60'000 * kMillisecond, eoi);
  // 3600 s * 1193182 Hz / 11932, and the edge of OUT when the mode was set.
  const u64 expected = u64{3600} * Pit8254::kHz / 11932;
  CHECK((ticks == expected || ticks == expected + 1));
}

TEST_CASE("the speaker's counter is read through port 61h") {
  Pc pc;
  pc.out(0x61, 0x01);
  pc.out(0x43, 0xb0), pc.outs(0x42, {0xa9, 0x04});  // 1193 pulses, mode 0: about a millisecond
  CHECK((pc.in(0x61) & 0x21) == 0x01);
  pc.wait(990'000);
  CHECK((pc.in(0x61) & 0x20) == 0);
  pc.wait(20'000);
  CHECK((pc.in(0x61) & 0x20) == 0x20);
  const u32 before = pc.in(0x61) & 0x10;
  pc.wait(15'100);
  CHECK((pc.in(0x61) & 0x10) != before);
}
