// Loading an image into RAM, symbols, boot information and files.
#include "loader/image.hpp"

#include <cstdio>
#include <fstream>
#include <map>

#include "base/bits.hpp"
#include "catch.hpp"
#include "loader/boot_information.hpp"
#include "loader/file.hpp"

using namespace ringside;
using namespace ringside::loader;

namespace {

Image image_at(u32 address, u32 memory_size) {
  Image image;
  image.file = "guest";
  image.bytes = {0xff, 1, 2, 3};
  image.segments.push_back({address, memory_size, 3, 1});
  return image;
}

std::string fit_error(const Image& image) {
  const auto fits = check_fits(image, Gpa{0x8000'0000}, 0x10'0000);
  return fits ? "fits" : fits.error().text();
}

Symbol symbol(u32 address, std::string name, bool function = false, bool global = false) {
  return {address, 0, std::move(name), function, global};
}

}  // namespace

TEST_CASE("segments must lie in RAM") {
  CHECK(fit_error(image_at(0x8000'0000, 0x10'0000)) == "fits");
  CHECK(fit_error(image_at(0x800f'fffc, 4)) == "fits");
  CHECK(fit_error(image_at(0x7fff'ffff, 4)) ==
        "guest: segment at 0x7fffffff: 0x7fffffff..0x80000003 is not all in RAM, "
        "0x80000000..0x80100000; link the guest at 0x80000000 or above");
  CHECK(fit_error(image_at(0x800f'fffd, 4)).find("more memory with --memory") != std::string::npos);
  CHECK(fit_error(image_at(0xffff'fffc, 4)).find("0x100000000 is not all") != std::string::npos);
}

TEST_CASE("placing hands over the bytes of the file, and not the zeros") {
  std::map<u64, std::vector<u8>> written;
  Image image = image_at(0x8000'0000, 0x1000);
  image.segments.push_back({0x8000'4000, 16, 0, 0});
  place(image, [&](Gpa address, std::span<const u8> bytes) {
    written[address.v] = {bytes.begin(), bytes.end()};
  });
  CHECK(written == std::map<u64, std::vector<u8>>{{0x8000'0000, {1, 2, 3}}});
}

TEST_CASE("an address is named by the symbol before it") {
  const SymbolTable table({symbol(0x200, "second"), symbol(0x100, "first")}, 0x300);
  CHECK(table.name(0xff).empty());
  CHECK(table.name(0x100) == "first");
  CHECK(table.name(0x1ff) == "first+0xff");
  CHECK(table.name(0x200) == "second");
  CHECK(table.name(0x2ff) == "second+0xff");
  CHECK(table.name(0x300).empty());
  CHECK(table.address("second") == 0x200u);
  CHECK(!table.address("third"));
  CHECK(SymbolTable().name(0).empty());
  CHECK(SymbolTable({symbol(0xffff'ff00, "top")}, u64{1} << 32).name(0xffff'ffff) == "top+0xff");
}

TEST_CASE("of several symbols at one place a global function is named") {
  const SymbolTable table({symbol(0x100, "label"), symbol(0x100, "zoo", true, true),
                           symbol(0x100, "local", true), symbol(0x100, "data", false, true)},
                          0x200);
  CHECK(table.name(0x104) == "zoo+0x4");
}

TEST_CASE("of several symbols with one name the global or else the lowest is found") {
  const SymbolTable table({symbol(0x100, "x"), symbol(0x200, "x"), symbol(0x300, "y"),
                           symbol(0x400, "y", false, true), symbol(0x500, "y", false, true)},
                          0x600);
  CHECK(table.address("x") == 0x100u);
  CHECK(table.address("y") == 0x400u);
}

TEST_CASE("boot information is laid out as in the manual") {
  BootInformation information;
  information.ram_base = 0x8000'0000;
  information.ram_size = 0x10'0000;
  information.command_line = "hz=100; primes";
  information.image_begin = 0x8000'0000;
  information.image_end = 0x8000'4321;
  information.frequency_khz = 1'000'000;
  information.cpus = 2;
  CHECK(information.address().v == 0x800f'f000);
  const auto bytes = boot_information(information);
  REQUIRE(bytes);
  const auto word = [&](std::size_t at) { return load_le<u32>(bytes->data() + at); };
  CHECK(std::string(bytes->begin(), bytes->begin() + 4) == "RZBI");
  CHECK(word(4) == 0x8000'0000);
  CHECK(word(8) == 0x10'0000);
  CHECK(word(16) == 0x8000'0000);
  CHECK(word(20) == 0x8000'4321);
  CHECK(word(24) == 1'000'000);
  CHECK(word(28) == 2);
  const std::size_t line = word(12) - 0x800f'f000;
  REQUIRE(line < bytes->size());
  CHECK(std::string(reinterpret_cast<const char*>(bytes->data() + line)) == "hz=100; primes");
  CHECK(bytes->back() == 0);
}

TEST_CASE("a command line fills the boot page at most") {
  BootInformation information;
  information.ram_size = 0x1000;
  std::size_t longest = 0;
  for (std::size_t size = 3900; size < 4200; ++size) {
    information.command_line = std::string(size, 'x');
    const auto bytes = boot_information(information);
    if (bytes) CHECK(bytes->size() <= kPageSize);
    if (bytes) longest = size;
  }
  CHECK(longest == kPageSize - 64 - 1);
  const auto refused = boot_information(information);
  REQUIRE(!refused);
  CHECK(refused.error().kind == Error::Kind::kUsage);
  CHECK(refused.error().text() ==
        "command line of the guest: 4199 characters do not fit; use at most 4031");
}

TEST_CASE("files are read whole, and what cannot be read is said") {
  const std::string path = std::string(RINGSIDE_BUILD_DIR) + "/loader_test_file";
  const std::vector<u8> content(3'000'000, u8{0x5a});
  std::ofstream(path, std::ios::binary)
      .write(reinterpret_cast<const char*>(content.data()), 3'000'000);
  CHECK(read_file(path) == content);
  const auto longer = read_file(path, 2'999'999);
  REQUIRE(!longer);
  CHECK(longer.error().text().find("is longer than 2999999 bytes") != std::string::npos);
  std::remove(path.c_str());
  const auto missing = read_file(path);
  REQUIRE(!missing);
  CHECK(missing.error().text().find(path + ": cannot be opened") == 0);
  const auto folder = read_file(RINGSIDE_BUILD_DIR);
  REQUIRE(!folder);
  CHECK(folder.error().text().find("cannot be read") != std::string::npos);
}
