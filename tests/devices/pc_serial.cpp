// COM1: a 16550 on IRQ 4, and typed text at the speed of the line.
#include "catch.hpp"
#include "devices/pc.hpp"

using namespace pc;

namespace {

enum : u16 { kData = 0x3F8, kIer, kIir, kLcr, kMcr, kLsr };

/// xv6's uartinit: 9600 baud, 8n1, FIFO off, receive interrupts, and the receiver cleared.
void initialise(Pc& pc) {
  pc.out(kIir, 0);
  pc.out(kLcr, 0x80);
  pc.out(kData, 12), pc.out(kIer, 0);
  pc.out(kLcr, 0x03);
  pc.out(kMcr, 0);
  pc.out(kIer, 0x01);
  REQUIRE(pc.in(kLsr) != 0xff);
  pc.in(kIir), pc.in(kData);
}

Pc typed(std::string input) {
  PcPlatform::Config config;
  config.input = std::move(input);
  Pc pc(config);
  pc.initialise_pics(0x0010);
  return pc;
}

}  // namespace

TEST_CASE("COM1 prints to the console") {
  Pc pc;
  for (char c : std::string("hello\n")) {
    REQUIRE((pc.in(kLsr)&0x20) != 0);
    pc.out(kData, static_cast<u8>(c));
  }
  CHECK(pc.platform.console().text() == "hello\n");
  CHECK(pc.in(0x2FD) == 0xff);  // There is no COM2.
}

TEST_CASE("what is typed survives the driver's initialisation and interrupts byte by byte") {
  Pc pc = typed("ls\n");
  initialise(pc);
  CHECK(!pc.platform.input_used_up());
  CHECK(!pc.platform.pending());
  std::string read;
  const u64 start = pc.now;
  const unsigned count = pc.serve(10 * kMillisecond, [&](u8 vector) {
    REQUIRE(vector == 0x24);
    REQUIRE(pc.in(kIir) == 0x04);
    while (pc.in(kLsr)&1) read += static_cast<char>(pc.in(kData));
    pc.out(0x20, 0x20);
  });
  CHECK(read == "ls\n");
  CHECK(count == 3);
  CHECK(pc.platform.input_used_up());
  CHECK(pc.now == start + 10 * kMillisecond);
}

TEST_CASE("a byte takes ten bits at the rate of the divisor") {
  Pc pc = typed("x");
  pc.out(kLcr, 0x83);
  pc.out(kData, 1);  // 115200 baud
  pc.out(kLcr, 0x03);
  const u64 character = 10'000'000'000 / 115'200;
  pc.wait(character - 1);
  CHECK((pc.in(kLsr)&1) == 0);
  pc.wait(2);
  CHECK((pc.in(kLsr)&1) == 1);
  CHECK(pc.in(kData) == 'x');
}

TEST_CASE("the sender waits for a guest that does not read, and typing later works") {
  Pc pc = typed("ab");
  initialise(pc);
  pc.wait(1'000 * kMillisecond);
  CHECK(pc.in(kData) == 'a');
  pc.platform.type("c", pc.now);
  CHECK((pc.in(kLsr)&1) == 0);
  pc.wait(2 * kMillisecond);
  CHECK(pc.in(kData) == 'b');
  pc.wait(2 * kMillisecond);
  CHECK(pc.in(kData) == 'c');
}

TEST_CASE("each byte sent is an edge of the transmitter's interrupt") {
  Pc pc;
  pc.initialise_pics(0x0010);
  std::string text = "interrupts";
  std::size_t next = 0;
  pc.out(kIer, 0x02);
  const unsigned count = pc.serve(1, [&](u8) {
    if ((pc.in(kIir)&0x7) == 0x02 && next < text.size())
      pc.out(kData, static_cast<u8>(text[next++]));
    pc.out(0x20, 0x20);
  });
  CHECK(pc.platform.console().text() == text);
  CHECK(count == text.size() + 1);
}
