// Framing of GDB's remote protocol.
#include "cli/gdb_packet.hpp"

#include <rapidcheck.h>

#include "catch.hpp"

namespace ringside::cli {

using Kind = GdbInput::Kind;

namespace {

std::vector<GdbInput> inputs_of(const std::vector<std::string>& pieces) {
  GdbPackets packets;
  std::vector<GdbInput> all;
  for (const auto& piece : pieces) {
    packets.feed(piece);
    while (auto input = packets.next()) all.push_back(std::move(*input));
  }
  return all;
}

}  // namespace

TEST_CASE("a packet has its payload escaped and a checksum") {
  CHECK(gdb_packet("OK") == "$OK#9a");
  CHECK(gdb_packet("") == "$#00");
  CHECK(gdb_packet("a#b$c}d*e")
            .starts_with("$a}\x03"
                         "b}\x04"
                         "c}]d}\ne#"));
}

TEST_CASE("a stream is cut into packets, acknowledgements and interrupts, wherever it breaks") {
  const std::string stream = "+$qC#b4-\x03 noise$X80,1:}]#31";
  const auto all = inputs_of({stream});
  REQUIRE(all.size() == 5);
  CHECK(all[0].kind == Kind::kAck);
  CHECK(all[1].payload == "qC");
  CHECK(all[2].kind == Kind::kNak);
  CHECK(all[3].kind == Kind::kInterrupt);
  CHECK(all[4].kind == Kind::kPacket);
  CHECK(all[4].payload == "X80,1:}");
  for (std::size_t i = 0; i < stream.size(); ++i) {
    const auto cut_there = inputs_of({stream.substr(0, i), stream.substr(i)});
    REQUIRE(cut_there.size() == all.size());
    CHECK(cut_there[4].payload == all[4].payload);
  }
}

TEST_CASE("packets with wrong checksums are told apart from good ones") {
  for (const auto* bad : {"$OK#9b", "$OK#zz", "$OK#9", "$OK# 9a"}) {
    CAPTURE(bad);
    const auto all = inputs_of({bad, "++$g#67"});
    REQUIRE_FALSE(all.empty());
    CHECK(all.front().kind == Kind::kBadPacket);
  }
  // A packet whose end was lost costs no other.
  const auto all = inputs_of({"$m8000$g#67"});
  REQUIRE(all.size() == 1);
  CHECK(all[0].payload == "g");
}

TEST_CASE("a packet that is too long is refused, and what comes after it is not") {
  const auto all = inputs_of({"$" + std::string(kGdbPacketSize + 1, '0') + "#00", "$g#67"});
  REQUIRE(all.size() == 2);
  CHECK(all[0].kind == Kind::kBadPacket);
  CHECK(all[1].payload == "g");
  const auto longest = inputs_of({gdb_packet(std::string(kGdbPacketSize, '0'))});
  CHECK(longest.at(0).payload.size() == kGdbPacketSize);
}

TEST_CASE("interrupts are taken out from between the packets") {
  GdbPackets packets;
  CHECK_FALSE(packets.take_interrupt());
  packets.feed("$g#67\x03$?#3f");
  CHECK(packets.take_interrupt());
  CHECK_FALSE(packets.take_interrupt());
  CHECK(packets.next()->payload == "g");
  CHECK(packets.next()->payload == "?");
  CHECK_FALSE(packets.next());
}

TEST_CASE("what is framed comes out as it went in") {
  CHECK(rc::check([](const std::string& payload) {
    const auto all = inputs_of({gdb_packet(payload)});
    RC_ASSERT(all.size() == 1u);
    RC_ASSERT(all[0].payload == payload);
  }));
}

TEST_CASE("any bytes can come") {
  CHECK(rc::check([](const std::vector<std::string>& pieces) {
    for (const auto& input : inputs_of(pieces)) RC_ASSERT(input.payload.size() <= kGdbPacketSize);
  }));
}

TEST_CASE("numbers are hexadecimal, and nothing else is one") {
  CHECK(hex_number("80000000") == 0x80000000u);
  CHECK(hex_number("fFFFffffFFFFffff") == ~u64{0});
  for (const auto* none : {"", "0x1", "-1", " 1", "1 ", "g", "10000000000000000"})
    CHECK_FALSE(hex_number(none));
  CHECK(value_hex(0x80000004, 4) == "04000080");
  CHECK(value_hex(0x80000004, 10) == "04000080000000000000");
  CHECK(from_hex("6a00FF") == std::string("j\0\xff", 3));
  CHECK(from_hex("") == "");
  CHECK_FALSE(from_hex("6a0"));
  CHECK_FALSE(from_hex("6x"));
  CHECK(to_hex("j\xff") == "6aff");
}

}  // namespace ringside::cli
