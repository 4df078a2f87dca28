// The 8042: initialisation as kernels do it, typed keys, A20 and reset.
#include "catch.hpp"
#include "devices/pc.hpp"

using namespace pc;

namespace {

Pc typed(std::string input) {
  PcPlatform::Config config;
  config.input = std::move(input);
  config.keyboard_input = true;
  Pc pc(config);
  pc.initialise_pics(0x0002);
  return pc;
}

u32 ask(Pc& pc, u8 command) {
  pc.out(0x64, command);
  REQUIRE((pc.in(0x64) & 1) == 1);
  return pc.in(0x60);
}

std::string hex(std::string_view codes) {
  std::string text;
  for (char c : codes)
    text += "0123456789abcdef"[static_cast<u8>(c) >> 4], text += "0123456789abcdef"[c & 0xf];
  return text;
}

}  // namespace

TEST_CASE("the keyboard controller passes its tests and keeps its command byte") {
  Pc pc;
  CHECK((pc.in(0x64) & 0x03) == 0);
  CHECK(ask(pc, 0xaa) == 0x55);
  CHECK(ask(pc, 0xab) == 0x00);
  CHECK(ask(pc, 0x20) == 0x45);
  pc.out(0x64, 0x60);
  CHECK((pc.in(0x64) & 0x08) != 0);
  pc.out(0x60, 0x44);
  CHECK((pc.in(0x64) & 0x08) == 0);
  CHECK(ask(pc, 0x20) == 0x44);
  pc.out(0x64, 0xad);
  CHECK(ask(pc, 0x20) == 0x54);
  pc.out(0x64, 0xae);
  CHECK(ask(pc, 0x20) == 0x44);
}

TEST_CASE("the keyboard acknowledges its commands and their bytes") {
  Pc pc;
  const auto replies = [&](std::initializer_list<u32> written) {
    pc.outs(0x60, written);
    std::vector<u32> all;
    while (pc.in(0x64) & 1) all.push_back(pc.in(0x60));
    return all;
  };
  CHECK(replies({0xff}) == std::vector<u32>{0xfa, 0xaa});
  CHECK(replies({0xed, 0x02}) == std::vector<u32>{0xfa, 0xfa});
  CHECK(replies({0xf4}) == std::vector<u32>{0xfa});
  CHECK(replies({0xf0, 0x00}) == std::vector<u32>{0xfa, 0xfa, 0x41});
  CHECK(replies({0xf2}) == std::vector<u32>{0xfa, 0xab, 0x41});
  CHECK(replies({0xee}) == std::vector<u32>{0xee});
  CHECK(pc.in(0x60) == 0xee);  // An empty buffer gives the last byte again.
  CHECK(replies({0x01}) == std::vector<u32>{0xfe});
}

TEST_CASE("what is sent to a mouse that is not there comes back as a time-out, by its own interrupt") {
  Pc pc;
  pc.initialise_pics(0x1006);
  pc.out(0x64, 0xd4);
  CHECK((pc.in(0x64) & 1) == 0);
  pc.out(0x60, 0xf4);
  CHECK((pc.in(0x64) & 0x61) == 0x61);
  CHECK(pc.platform.pending() == std::nullopt);  // IRQ 12 is off in the command byte, and IRQ 1 is the keyboard's
  CHECK(pc.in(0x60) == 0xfe);
  CHECK((pc.in(0x64) & 0x61) == 0);
  pc.out(0x64, 0x60), pc.out(0x60, 0x47);
  pc.out(0x60, 0xee);
  pc.out(0x64, 0xd4), pc.out(0x60, 0xff);
  CHECK((pc.in(0x64) & 0x61) == 0x01);  // in its turn behind the keyboard's
  CHECK(pc.platform.pending() == 0x21);
  pc.platform.acknowledge(), pc.out(0x20, 0x20);
  CHECK(pc.in(0x60) == 0xee);
  pc.wait(1);
  CHECK(pc.platform.pending() == 0x2c);
  CHECK(pc.in(0x60) == 0xfe);
  pc.out(0x60, 0xee);  // and the keyboard has not heard any of it
  CHECK((pc.in(0x64) & 0x61) == 0x01);
  CHECK(pc.in(0x60) == 0xee);
}

TEST_CASE("text becomes scan codes of set 1, made and broken, with shift and control") {
  CHECK(hex(scan_codes("a\n")) == "1e9e1c9c");
  CHECK(hex(scan_codes("A")) == "2a1e9eaa");
  CHECK(hex(scan_codes("|")) == "2a2babaa");
  CHECK(hex(scan_codes(" \x03")) == "39b91d2eae9d");
  CHECK(scan_codes("\xe9").empty());
}

TEST_CASE("each scan code is an interrupt of its own, and none is lost") {
  Pc pc = typed("Hi");
  std::string codes;
  const unsigned count = pc.serve(50 * kMillisecond, [&](u8 vector) {
    REQUIRE(vector == 0x21);
    REQUIRE((pc.in(0x64) & 1) == 1);
    codes += static_cast<char>(pc.in(0x60));
    pc.out(0x20, 0x20);
  });
  CHECK(hex(codes) == "2a23a3aa1797");
  CHECK(count == 6);
  CHECK(pc.platform.input_used_up());
  CHECK(pc.platform.console().size() == 0);
}

TEST_CASE("a keyboard that is off sends when it is on again") {
  Pc pc = typed("x");
  pc.out(0x64, 0xad);
  pc.wait(10 * kMillisecond);
  CHECK((pc.in(0x64) & 1) == 0);
  pc.out(0x64, 0xae);
  pc.wait(1);
  CHECK(pc.in(0x60) == 0x2d);
}

TEST_CASE("A20 is switched by the controller and by port 92h") {
  Pc pc;
  CHECK(pc.platform.a20());
  pc.out(0x64, 0xdd);
  CHECK(!pc.platform.a20());
  pc.out(0x64, 0xdf);
  CHECK(pc.platform.a20());
  pc.out(0x64, 0xd1), pc.out(0x60, 0xdd);
  CHECK(!pc.platform.a20());
  CHECK(ask(pc, 0xd0) == 0xdd);
  pc.out(0x92, 0x02);
  CHECK(pc.platform.a20());
  CHECK(pc.in(0x92) == 0x02);
  CHECK(!pc.platform.reset_requested());
}

TEST_CASE("every way to reset the PC is noticed") {
  for (auto [port, value] : {std::pair{0x64, 0xfe}, {0x92, 0x03}, {0xcf9, 0x06}}) {
    Pc pc;
    pc.out(static_cast<u16>(port), static_cast<u32>(value));
    CHECK(pc.platform.reset_requested());
  }
}
