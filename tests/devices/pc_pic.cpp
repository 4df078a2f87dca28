// The 8259 pair, as kernels set it up and serve it.
#include "catch.hpp"
#include "devices/pc/pic8259.hpp"

using namespace ringside;
using devices::PicPair;

namespace {

void command(PicPair& pic, unsigned chip, u8 value) {
  pic.write(chip, 0, value);
}

/// Vectors 20h and 28h, nothing masked.
PicPair ready(u8 icw1 = 0x11, u8 icw4 = 0x01) {
  PicPair pic;
  for (unsigned chip : {0u, 1u}) {
    command(pic, chip, icw1);
    pic.write(chip, 1, chip ? 0x28 : 0x20);
    pic.write(chip, 1, chip ? 0x02 : 0x04);
    pic.write(chip, 1, icw4);
    pic.write(chip, 1, 0x00);
  }
  return pic;
}

u8 in_service(PicPair& pic, unsigned chip) {
  command(pic, chip, 0x0b);
  return pic.read(chip, 0);
}
u8 requests(PicPair& pic, unsigned chip) {
  command(pic, chip, 0x0a);
  return pic.read(chip, 0);
}

}  // namespace

TEST_CASE("an 8259 delivers a request with its vector, and holds it in service until the EOI") {
  PicPair pic = ready();
  CHECK(!pic.pending());
  pic.set_line(4, true);
  CHECK(pic.pending() == 0x24);
  CHECK(requests(pic, 0) == 0x10);
  CHECK(pic.acknowledge() == 0x24);
  CHECK(in_service(pic, 0) == 0x10);
  CHECK(requests(pic, 0) == 0);
  CHECK(!pic.pending());
  command(pic, 0, 0x20);
  CHECK(in_service(pic, 0) == 0);
  CHECK(!pic.pending());  // The line is still up: one edge, one interrupt.
  pic.set_line(4, false);
  pic.set_line(4, true);
  CHECK(pic.pending() == 0x24);
}

TEST_CASE("8259 priorities nest: only what is above interrupts what is served") {
  PicPair pic = ready();
  pic.set_line(5, true);
  CHECK(pic.acknowledge() == 0x25);
  pic.set_line(7, true);
  CHECK(!pic.pending());
  pic.set_line(1, true);
  CHECK(pic.pending() == 0x21);
  CHECK(pic.acknowledge() == 0x21);
  CHECK(in_service(pic, 0) == 0x22);
  command(pic, 0, 0x20);  // The EOI that names none ends the higher one.
  CHECK(in_service(pic, 0) == 0x20);
  CHECK(!pic.pending());
  command(pic, 0, 0x65);
  CHECK(pic.pending() == 0x27);
}

TEST_CASE("the slave's interrupts pass through line 2 of the master, and need both EOIs") {
  PicPair pic = ready();
  pic.set_line(14, true);
  CHECK(pic.pending() == 0x2e);
  CHECK(pic.acknowledge() == 0x2e);
  CHECK(in_service(pic, 0) == 0x04);
  CHECK(in_service(pic, 1) == 0x40);
  pic.set_line(3, true);
  CHECK(!pic.pending());  // 3 is below the cascade.
  pic.set_line(1, true);
  CHECK(pic.pending() == 0x21);
  pic.set_line(1, false);
  pic.set_line(15, true);
  command(pic, 1, 0x20);
  command(pic, 0, 0x20);
  CHECK(pic.acknowledge() == 0x21);
  command(pic, 0, 0x20);
  CHECK(pic.pending() == 0x2f);
}

TEST_CASE("a masked request waits until it is unmasked") {
  PicPair pic = ready();
  pic.write(0, 1, 0xff);
  pic.set_line(0, true);
  CHECK(!pic.pending());
  CHECK(pic.read(0, 1) == 0xff);
  pic.write(0, 1, 0xfe);
  CHECK(pic.pending() == 0x20);
}

TEST_CASE("automatic EOI leaves nothing in service") {
  PicPair pic = ready(0x11, 0x03);
  pic.set_line(6, true);
  CHECK(pic.acknowledge() == 0x26);
  CHECK(in_service(pic, 0) == 0);
  pic.set_line(7, true);
  CHECK(pic.pending() == 0x27);
}

TEST_CASE("an acknowledge without a request is the spurious interrupt 7, of the slave 15") {
  PicPair pic = ready();
  CHECK(pic.acknowledge() == 0x27);
  CHECK(in_service(pic, 0) == 0);

  pic.set_edge_level(1, 0x20);
  pic.set_line(13, true);  // Cannot be made a level, and stays an edge.
  CHECK(pic.edge_level(1) == 0);
  pic = ready();
  pic.set_edge_level(1, 0x08);
  pic.set_line(11, true);
  pic.set_line(11, false);  // The master has seen the edge of the slave.
  CHECK(pic.pending() == 0x2f);
  CHECK(pic.acknowledge() == 0x2f);
  CHECK(in_service(pic, 0) == 0x04);
  CHECK(in_service(pic, 1) == 0);
}

TEST_CASE("a level-triggered line asks again after the EOI, as long as it is up") {
  PicPair pic = ready();
  pic.set_edge_level(1, 0x0c);
  CHECK(pic.edge_level(1) == 0x0c);
  pic.set_line(10, true);
  CHECK(pic.acknowledge() == 0x2a);
  CHECK(!pic.pending());
  command(pic, 1, 0x20);
  command(pic, 0, 0x20);
  CHECK(pic.pending() == 0x2a);
  CHECK(pic.acknowledge() == 0x2a);
  pic.set_line(10, false);
  command(pic, 1, 0x20);
  command(pic, 0, 0x20);
  CHECK(!pic.pending());
}

TEST_CASE("rotation moves the lowest priority to the line served") {
  PicPair pic = ready();
  pic.set_line(0, true);
  pic.acknowledge();
  command(pic, 0, 0xa0);
  pic.set_line(0, false);
  pic.set_line(0, true);
  pic.set_line(7, true);
  CHECK(pic.acknowledge() == 0x27);
  command(pic, 0, 0xc6);  // Line 6 is the lowest, 7 the highest.
  CHECK(!pic.pending());
  command(pic, 0, 0x67);
  CHECK(pic.pending() == 0x20);
}

TEST_CASE("the special mask mode lets lower lines through while one is served") {
  PicPair pic = ready();
  pic.set_line(3, true);
  pic.acknowledge();
  pic.set_line(6, true);
  CHECK(!pic.pending());
  pic.write(0, 1, 0x08);
  command(pic, 0, 0x68);
  CHECK(pic.pending() == 0x26);
  command(pic, 0, 0x48);
  CHECK(!pic.pending());
}

TEST_CASE("a poll acknowledges and names the line") {
  PicPair pic = ready();
  command(pic, 0, 0x0c);
  CHECK(pic.read(0, 0) == 0x00);
  pic.set_line(4, true);
  command(pic, 0, 0x0c);
  CHECK(pic.read(0, 0) == 0x84);
  CHECK(in_service(pic, 0) == 0x10);
}

TEST_CASE("initialisation forgets edges, mask and what is in service") {
  PicPair pic = ready();
  pic.set_line(4, true);
  pic.acknowledge();
  pic.set_line(3, true);
  pic.write(0, 1, 0x55);
  command(pic, 0, 0x11);
  for (u8 icw : {0x30, 0x04, 0x01}) pic.write(0, 1, icw);
  CHECK(pic.read(0, 1) == 0);
  CHECK(in_service(pic, 0) == 0);
  CHECK(!pic.pending());
  pic.set_line(3, false);
  pic.set_line(3, true);
  CHECK(pic.pending() == 0x33);
}

TEST_CASE("a single 8259 without ICW4 takes two words, and its mask next") {
  PicPair pic = ready();
  command(pic, 0, 0x12);
  pic.write(0, 1, 0x40);
  pic.write(0, 1, 0xfd);
  CHECK(pic.read(0, 1) == 0xfd);
  pic.set_line(1, true);
  CHECK(pic.pending() == 0x41);
}
