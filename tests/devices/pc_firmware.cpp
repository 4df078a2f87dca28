// The tables that firmware leaves, found and read as xv6's mp.c does.
#include "catch.hpp"
#include "devices/pc.hpp"

using namespace pc;

namespace {

/// The first MiB with the tables in it.
std::vector<u8> low_memory(unsigned cpus) {
  std::vector<u8> memory(1 << 20);
  for (const Blob& blob : firmware_tables(cpus, 1)) {
    REQUIRE(blob.gpa.v + blob.bytes.size() <= memory.size());
    std::copy(blob.bytes.begin(), blob.bytes.end(),
              memory.begin() + static_cast<std::ptrdiff_t>(blob.gpa.v));
  }
  return memory;
}

u32 number(const std::vector<u8>& memory, std::size_t at, unsigned bytes) {
  u32 value = 0;
  for (unsigned i = 0; i < bytes; ++i) value |= u32{memory[at + i]} << (8 * i);
  return value;
}

u8 sum(const std::vector<u8>& memory, std::size_t at, std::size_t bytes) {
  u8 sum = 0;
  for (std::size_t i = 0; i < bytes; ++i) sum = static_cast<u8>(sum + memory[at + i]);
  return sum;
}

/// Where the floating pointer stands, 0 if nowhere.
std::size_t scan(const std::vector<u8>& memory, std::size_t from, std::size_t bytes) {
  for (std::size_t at = from; at < from + bytes; at += 16)
    if (std::string(memory.begin() + static_cast<std::ptrdiff_t>(at),
                    memory.begin() + static_cast<std::ptrdiff_t>(at) + 4) == "_MP_" &&
        sum(memory, at, 16) == 0)
      return at;
  return 0;
}

}  // namespace

TEST_CASE("the MP floating pointer is in the EBDA and below 1 MiB, and both name one table") {
  const auto memory = low_memory(2);
  const u32 ebda = number(memory, 0x40E, 2) << 4;
  CHECK(number(memory, 0x413, 2) * 1024 == ebda);
  const std::size_t first = scan(memory, ebda, 1024), second = scan(memory, 0xF0000, 0x10000);
  REQUIRE(first != 0);
  REQUIRE(second != 0);
  const u32 table = number(memory, first + 4, 4);
  CHECK(number(memory, second + 4, 4) == table);
  CHECK(table >= 0xF0000);
  CHECK(number(memory, table, 4) == 0x504D4350);  // "PCMP"
  CHECK(memory[table + 6] == 4);
  CHECK(sum(memory, table, number(memory, table + 4, 2)) == 0);
  CHECK(number(memory, table + 36, 4) == LocalApic::kDefaultBase);
}

TEST_CASE("the MP table lists CPUs, bus, I/O APIC and interrupts, in order and none behind") {
  const auto memory = low_memory(3);
  const u32 table = number(memory, scan(memory, 0xF0000, 0x10000) + 4, 4);
  const u32 end = table + number(memory, table + 4, 2);
  std::array<unsigned, 5> found{};
  u32 at = table + 44, entries = 0, last = 0, timer_pin = 99;
  for (; at < end; ++entries) {
    const u32 type = memory[at];
    REQUIRE(type < 5);
    CHECK(type >= last);
    last = type;
    if (type == 0) CHECK(memory[at + 1] == found[0]);
    if (type == 2) CHECK(number(memory, at + 4, 4) == IoApic::kBase);
    if (type == 3 && memory[at + 5] == 0) timer_pin = memory[at + 7];
    ++found[type];
    at += type == 0 ? 20 : 8;
  }
  CHECK(at == end);
  CHECK(entries == number(memory, table + 34, 2));
  CHECK(found == std::array<unsigned, 5>{3, 1, 1, 15, 2});
  CHECK(timer_pin == 2);
}

TEST_CASE("the BIOS data area tells of COM1, the screen and the drives") {
  const auto memory = low_memory(1);
  CHECK(number(memory, 0x400, 2) == 0x3F8);
  CHECK(number(memory, 0x463, 2) == 0x3D4);
  CHECK(memory[0x44A] == 80);
  CHECK(memory[0x475] == 1);
}
