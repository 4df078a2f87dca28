// The console's registers, as a driver meets them.
#include "devices/uart16550.hpp"

#include "catch.hpp"

using namespace ringside;
using devices::Uart16550;

namespace {
enum : u32 { kData, kIer, kIir, kLcr, kMcr, kLsr, kMsr, kScr };

u32 in(Uart16550& uart, u32 offset) {
  return uart.read(offset, 1).value();
}
void out(Uart16550& uart, u32 offset, u32 value) {
  REQUIRE(uart.write(offset, value, 1));
}
}  // namespace

TEST_CASE("what is sent is printed") {
  Uart16550 uart;
  for (char c : std::string("hi\n")) out(uart, kData, static_cast<u8>(c));
  CHECK(uart.output().text() == "hi\n");
  CHECK((in(uart, kLsr) & 0x60) == 0x60);
}

TEST_CASE("input is offered byte by byte, and the flag follows it") {
  Uart16550 uart;
  CHECK((in(uart, kLsr) & 1) == 0);
  CHECK(in(uart, kData) == 0);
  uart.feed("a\xff");
  CHECK((in(uart, kLsr) & 1) == 1);
  CHECK(in(uart, kData) == 'a');
  uart.feed("z");
  CHECK(in(uart, kData) == 0xff);
  CHECK(!uart.input_used_up());
  CHECK(in(uart, kData) == 'z');
  CHECK(uart.input_used_up());
  CHECK((in(uart, kLsr) & 1) == 0);
}

TEST_CASE("the divisor latch hides data and interrupt enable") {
  Uart16550 uart;
  out(uart, kIer, 0x03);
  out(uart, kLcr, 0x83);
  out(uart, kData, 0x12);
  out(uart, kIer, 0x34);
  CHECK(in(uart, kData) == 0x12);
  CHECK(in(uart, kIer) == 0x34);
  out(uart, kLcr, 0x03);
  CHECK(in(uart, kIer) == 0x03);
  CHECK(uart.output().size() == 0);
}

TEST_CASE("received data interrupts while it is there and enabled") {
  Uart16550 uart;
  uart.feed("ab");
  CHECK(!uart.interrupt());
  out(uart, kIer, 1);
  CHECK(uart.interrupt());
  CHECK(in(uart, kIir) == 0x04);
  in(uart, kData);
  CHECK(uart.interrupt());
  in(uart, kData);
  CHECK(!uart.interrupt());
  CHECK(in(uart, kIir) == 0x01);
}

TEST_CASE("the empty transmitter interrupts once, until it is sent to or enabled again") {
  Uart16550 uart;
  out(uart, kIer, 2);
  CHECK(uart.interrupt());
  CHECK(in(uart, kIir) == 0x02);
  CHECK(!uart.interrupt());
  out(uart, kIer, 2);
  CHECK(!uart.interrupt());
  out(uart, kData, 'x');
  CHECK(uart.interrupt());
  in(uart, kIir);
  out(uart, kIer, 0);
  out(uart, kIer, 2);
  CHECK(uart.interrupt());
}

TEST_CASE("received data goes before the empty transmitter") {
  Uart16550 uart;
  uart.feed("a");
  out(uart, kIer, 3);
  out(uart, kIir, 1);  // the FIFO control register: FIFOs on
  CHECK(in(uart, kIir) == 0xc4);
  in(uart, kData);
  CHECK(in(uart, kIir) == 0xc2);
  CHECK(in(uart, kIir) == 0xc1);
}

TEST_CASE("a reset of the receiver loses no input") {
  Uart16550 uart;
  uart.feed("a");
  out(uart, kIir, 0x07);
  CHECK(in(uart, kData) == 'a');
}

TEST_CASE("loop mode sends to itself and answers for the modem") {
  Uart16550 uart;
  uart.feed("a");
  CHECK(in(uart, kMsr) == 0xb0);
  out(uart, kMcr, 0x1a);  // loop, OUT2, RTS
  CHECK(in(uart, kMsr) == 0x90);
  CHECK((in(uart, kLsr) & 1) == 0);
  out(uart, kData, 'q');
  CHECK((in(uart, kLsr) & 1) == 1);
  CHECK(in(uart, kData) == 'q');
  out(uart, kMcr, 0);
  CHECK(in(uart, kData) == 'a');
  CHECK(uart.output().size() == 0);
}

TEST_CASE("plain registers hold what is written, others ignore it") {
  Uart16550 uart;
  out(uart, kScr, 0x5a);
  CHECK(in(uart, kScr) == 0x5a);
  out(uart, kLcr, 0x1b);
  CHECK(in(uart, kLcr) == 0x1b);
  out(uart, kMcr, 0xff);
  CHECK(in(uart, kMcr) == 0x1f);
  out(uart, kLsr, 0xff);
  out(uart, kMsr, 0xff);
  CHECK((in(uart, kLsr) & 1) == 0);
}

TEST_CASE("only bytes at eight offsets are registers") {
  Uart16550 uart;
  CHECK(!uart.read(0, 4));
  CHECK(!uart.read(0, 2));
  CHECK(!uart.read(8, 1));
  CHECK(!uart.write(0, 'x', 4));
  CHECK(!uart.write(8, 'x', 1));
  CHECK(uart.output().size() == 0);
}

TEST_CASE("the hash follows what the guest can see") {
  Uart16550 uart, same;
  CHECK(uart.hash() == same.hash());
  const auto changes = {0, 1, 2, 3};
  for (int change : changes) {
    INFO(change);
    const u64 before = uart.hash();
    if (change == 0) out(uart, kData, 'x');
    if (change == 1) out(uart, kScr, 1);
    if (change == 2) uart.feed("y");
    if (change == 3) in(uart, kData);
    CHECK(uart.hash() != before);
  }
}
