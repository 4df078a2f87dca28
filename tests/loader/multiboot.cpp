// Multiboot: what a kernel asks for, and what it is given.
#include "loader/multiboot.hpp"

#include <rapidcheck.h>

#include <algorithm>

#include "base/bits.hpp"
#include "catch.hpp"
#include "loader/elf.hpp"
#include "loader/elf_bytes.hpp"
#include "loader/multiboot_header.hpp"

using namespace ringside;
using namespace ringside::loader;
using ringside::loader_test::ElfBytes;

namespace {

constexpr u64 kMiB = u64{1} << 20;
constexpr u32 kMagic = 0x1BADB002, kAddressFlag = 1u << 16;

std::vector<u8> words(std::initializer_list<u32> values) {
  std::vector<u8> bytes(4 * values.size());
  std::size_t at = 0;
  for (u32 value : values) store_le(&bytes[at], value), at += 4;
  return bytes;
}

std::vector<u8> header(u32 flags) {
  return words({kMagic, flags, 0u - kMagic - flags});
}

/// A kernel at 1 MiB: the header, then something.
ElfBytes kernel(u32 flags = 3, u32 address = 0x100000) {
  ElfBytes elf;
  elf.header.e_machine = EM_386;
  elf.header.e_entry = address + 12;
  auto content = header(flags);
  content.resize(64, 0x90);
  elf.load(address, content, 0x1000);
  return elf;
}

Result<Multiboot> prepare(const ElfBytes& elf, MultibootOptions options = {}) {
  if (options.ram_bytes == 0) options.ram_bytes = 64 * kMiB;
  auto image = load_elf(elf.bytes(), "dir/kernel");
  if (!image) return fail(image.error());
  return prepare_multiboot(*image, options);
}

Multiboot prepared(const ElfBytes& elf, MultibootOptions options = {}) {
  auto result = prepare(elf, std::move(options));
  if (!result) FAIL(result.error().text());
  return *result;
}

void expect_error(const Result<Multiboot>& result, std::initializer_list<const char*> parts) {
  REQUIRE(!result);
  const std::string text = result.error().text();
  INFO(text);
  CHECK(text.rfind("dir/kernel: ", 0) == 0);
  CHECK(text.find("; ") != std::string::npos);
  CHECK(text.find('\n') == std::string::npos);
  for (const char* part : parts) CHECK(text.find(part) != std::string::npos);
}

/// Reads what the parts put into memory.
class Memory {
 public:
  explicit Memory(const Multiboot& multiboot) : parts_(multiboot.parts) {}

  u8 byte(u64 address) const {
    for (const auto& part : parts_)
      if (address >= part.address.v && address < part.address.v + part.bytes.size())
        return part.bytes[address - part.address.v];
    return 0;
  }
  u32 word(u64 address) const {
    u32 value = 0;
    for (unsigned i = 0; i < 4; ++i) value |= u32{byte(address + i)} << (8 * i);
    return value;
  }
  std::string text(u64 address) const {
    std::string text;
    for (; byte(address) != 0; ++address) text += static_cast<char>(byte(address));
    return text;
  }

 private:
  const std::vector<MultibootPart>& parts_;
};

}  // namespace

TEST_CASE("a multiboot kernel is placed and told of the machine") {
  const Multiboot start = prepared(kernel(), {64 * kMiB, "forkwait 20", {}});
  CHECK(start.entry == 0x10000C);
  CHECK(start.eax == 0x2BADB002);
  const Memory memory(start);
  CHECK(memory.word(0x100000) == kMagic);
  const u32 flags = memory.word(start.ebx);
  CHECK(flags == 0x24D);
  CHECK(memory.word(start.ebx + 4) == 639);
  CHECK(memory.word(start.ebx + 8) == 63 * 1024);
  CHECK(memory.text(memory.word(start.ebx + 16)) == "kernel forkwait 20");
  CHECK(memory.word(start.ebx + 20) == 0);
  CHECK(memory.text(memory.word(start.ebx + 64)) == "ringside");
}

TEST_CASE("without a command line the kernel's name is all") {
  const Multiboot start = prepared(kernel());
  const Memory memory(start);
  CHECK(memory.text(memory.word(start.ebx + 16)) == "kernel");
}

TEST_CASE("the map of memory has RAM and what is reserved") {
  const Multiboot start = prepared(kernel());
  const Memory memory(start);
  const u32 length = memory.word(start.ebx + 44);
  u64 at = memory.word(start.ebx + 48);
  std::vector<std::vector<u32>> ranges;
  for (const u64 end = at + length; at < end; at += memory.word(at) + 4)
    ranges.push_back({memory.word(at + 4), memory.word(at + 12), memory.word(at + 20)});
  CHECK(ranges ==
        std::vector<std::vector<u32>>{
            {0, 0x9FC00, 1}, {0x9FC00, 0x400, 2}, {0xF0000, 0x10000, 2}, {0x100000, 63 << 20, 1}});
}

TEST_CASE("modules lie on pages behind the kernel, with their texts") {
  const Multiboot start = prepared(kernel(), {64 * kMiB, "", {{"disk a", {1, 2, 3}}, {"b", {4}}}});
  const Memory memory(start);
  REQUIRE(memory.word(start.ebx + 20) == 2);
  const u32 list = memory.word(start.ebx + 24);
  CHECK(memory.word(list) == 0x101000);
  CHECK(memory.word(list + 4) == 0x101003);
  CHECK(memory.text(memory.word(list + 8)) == "disk a");
  CHECK(memory.word(list + 16) == 0x102000);
  CHECK(memory.byte(0x101002) == 3);
  CHECK(memory.byte(0x102000) == 4);
}

TEST_CASE("an entry at a virtual address is made physical, and symbols keep theirs") {
  ElfBytes elf = kernel();
  elf.segments[0].p_vaddr = 0x80100000;
  elf.segments[0].p_flags = PF_X;
  elf.header.e_entry = 0x80100010;
  elf.symbol("main", 0x80100020, 4, STT_FUNC, STB_GLOBAL);
  CHECK(prepared(elf).entry == 0x100010);
  CHECK(load_elf(elf.bytes(), "k")->symbols.name(0x80100022) == "main+0x2");
}

TEST_CASE("addresses in the header count more than those of ELF") {
  ElfBytes elf = kernel();
  elf.contents[0] = words({kMagic, kAddressFlag, 0u - kMagic - kAddressFlag, 0x200000, 0x200000,
                           0x200020, 0x201000, 0x200004});
  elf.contents[0].resize(64);
  const Multiboot start = prepared(elf);
  CHECK(start.entry == 0x200004);
  CHECK(Memory(start).word(0x200000) == kMagic);
  CHECK(Memory(start).word(0x100000) == 0);
}

TEST_CASE("a file that is no ELF file is loaded by such addresses") {
  auto bytes = words({0, kMagic, kAddressFlag, 0u - kMagic - kAddressFlag, 0x100004, 0x100000, 0, 0,
                      0x100020, 0x12345678});
  const auto image = load_multiboot_file(bytes, "dir/kernel");
  REQUIRE(image);
  const auto start = prepare_multiboot(*image, {2 * kMiB, "", {}});
  REQUIRE(start);
  CHECK(Memory(*start).word(0x100024) == 0x12345678);
  const auto refused = [&](std::size_t word, u32 value) {
    auto spoilt = bytes;
    store_le(&spoilt[4 * word], value);
    const auto bad = load_multiboot_file(spoilt, "dir/kernel");
    return bad ? "loaded" : bad.error().text();
  };
  CHECK(refused(4, 0xFFFFF).find("the load address does not lie in the file") != std::string::npos);
  CHECK(refused(5, 0).find("the load address does not lie in the file") != std::string::npos);
  CHECK(refused(6, 0xFFFFF).find("before the load address") != std::string::npos);
  CHECK(refused(6, 0x200000).find("beyond the file") != std::string::npos);
  CHECK(refused(7, 0x100001).find("before the loaded bytes") != std::string::npos);
  CHECK(refused(8, 0x100028).find("the entry does not lie") != std::string::npos);
  bytes.resize(24);
  CHECK(load_multiboot_file(bytes, "k").error().text().find("ends within it") != std::string::npos);
  CHECK(load_multiboot_file(header(3), "k").error().text().find("no addresses") !=
        std::string::npos);
}

TEST_CASE("a header is found at multiples of four within 8192 bytes, and nowhere else") {
  const auto found = [](std::size_t at) {
    std::vector<u8> bytes(at);
    const auto head = header(0);
    bytes.insert(bytes.end(), head.begin(), head.end());
    return read_multiboot_header(bytes, "k").has_value();
  };
  CHECK(found(0));
  CHECK(found(8192 - 12));
  CHECK_FALSE(found(8192 - 8));
  CHECK_FALSE(found(2));
  auto wrong = header(0);
  wrong[8] ^= 1;
  CHECK_FALSE(read_multiboot_header(wrong, "k"));
}

namespace {

/// A kernel that asks for a video mode: type, width, height, depth.
ElfBytes kernel_with_mode(std::array<u32, 4> mode) {
  ElfBytes elf = kernel(7);
  auto& content = elf.contents[0];
  for (std::size_t i = 0; i < mode.size(); ++i) store_le(&content[32 + 4 * i], mode[i]);
  return elf;
}

}  // namespace

TEST_CASE("a kernel that asks for text of 80 by 25, or for any mode, is told of the screen") {
  using Mode = std::array<u32, 4>;
  for (const Mode& mode : {Mode{1, 80, 25, 0}, {1, 0, 0, 0}, {0, 0, 0, 0}, {0, 80, 25, 0}, {1, 80, 0, 0}}) {
    const Multiboot start = prepared(kernel_with_mode(mode));
    const Memory memory(start);
    CHECK((memory.word(start.ebx) & 1u << 12) != 0);
    CHECK(memory.word(start.ebx + 88) == 0xB8000);
    CHECK(memory.word(start.ebx + 92) == 0);
    CHECK(memory.word(start.ebx + 96) == 160);
    CHECK(memory.word(start.ebx + 100) == 80);
    CHECK(memory.word(start.ebx + 104) == 25);
    CHECK((memory.word(start.ebx + 108) & 0xffff) == 0x0210);  // 16 bits each; EGA text
  }
  for (const Mode& mode : {Mode{0, 1024, 768, 32}, {0, 0, 0, 32}, {1, 132, 43, 0}, {1, 80, 50, 0}, {2, 0, 0, 0}})
    expect_error(prepare(kernel_with_mode(mode)), {"multiboot header", "video mode"});
  expect_error(prepare(kernel_with_mode({0, 1024, 768, 32})), {"graphics 1024x768, depth 32", "only text of 80x25"});
  const Multiboot silent = prepared(kernel());
  CHECK((Memory(silent).word(silent.ebx) & 1u << 12) == 0);
}

TEST_CASE("what cannot be given is refused") {
  expect_error(prepare(kernel(8)), {"multiboot header", "0x8"});
  ElfBytes plain = kernel();
  plain.contents[0].assign(64, 0x90);
  expect_error(prepare(plain), {"multiboot header", "none in the first 8192 bytes"});
  ElfBytes other = kernel();
  other.header.e_machine = EM_X86_64, other.header.e_ident[EI_CLASS] = ELFCLASS64;
  expect_error(prepare(other), {"64 bits, for x86-64", "i386"});
}

TEST_CASE("what does not fit is refused") {
  ElfBytes big = kernel();
  big.segments[0].p_memsz = 64 << 20;
  expect_error(prepare(big), {"segment at 0x100000", "not all in RAM", "--memory"});
  expect_error(prepare(kernel(), {kMiB, "", {}}), {"more than 1 MiB"});
  expect_error(prepare(kernel(3, 0xA0000)), {"segment at 0xa0000", "link the kernel at 0x100000"});
  expect_error(prepare(kernel(3, 0x0)), {"segment at 0x0", "not all in RAM"});
  expect_error(prepare(kernel(3, 0x9000)), {"where the multiboot information goes"});
  expect_error(prepare(kernel(), {2 * kMiB, "", {{"disk", std::vector<u8>(kMiB)}}}),
               {"module disk", "do not fit"});
  expect_error(prepare(kernel(), {2 * kMiB, std::string(700000, 'x'), {}}), {"command line"});
  CHECK(prepare(kernel(3, 0x8000)));
}

TEST_CASE("whatever the bytes of a file are, loading ends well or with one line") {
  const bool held = rc::check([] {
    auto bytes = *rc::gen::container<std::vector<u8>>(rc::gen::arbitrary<u8>());
    auto head = words({kMagic, kAddressFlag, 0u - kMagic - kAddressFlag});
    const auto rest = *rc::gen::container<std::vector<u8>>(rc::gen::inRange<u8>(0, 64));
    head.insert(head.end(), rest.begin(), rest.end());
    bytes.resize(bytes.size() / 4 * 4);
    bytes.insert(bytes.end(), head.begin(), head.end());
    const auto image = load_multiboot_file(bytes, "k");
    if (image) RC_ASSERT(image->data(image->segments[0]).size() <= bytes.size());
    if (image) (void)prepare_multiboot(*image, {2 * kMiB, "", {}});
  });
  CHECK(held);
}

TEST_CASE("what a segment has in the ROM below 1 MiB is lost, and the rest is loaded") {
  ElfBytes elf;
  elf.header.e_machine = EM_386;
  elf.header.e_entry = 0x10000C;
  std::vector<u8> content(0x1000, 0x55);  // the headers of the file, where `ld -Ttext 0x100000` puts them
  const auto kernel_header = header(3);
  content.insert(content.end(), kernel_header.begin(), kernel_header.end());
  content.resize(0x1040, 0x90);
  elf.load(0xFF000, content, 0x2000);
  const Multiboot start = prepared(elf);
  REQUIRE(start.parts.front().address.v == 0x100000);
  CHECK(start.parts.front().bytes.size() == 0x40);
  CHECK(Memory(start).word(0x100000) == kMagic);
}

TEST_CASE("headers of a file that are a segment of their own below 1 MiB are lost, but code there is refused") {
  ElfBytes elf = kernel();
  elf.load(0xFF000, words({1, 2, 3}), 0x74);  // GNU ld's `-Ttext 0x100000`
  auto image = load_elf(elf.bytes(), "dir/kernel");
  if (!image) FAIL(image.error().text());
  for (Segment& segment : image->segments)
    if (segment.address == 0xFF000) segment.file_offset = 0;
  const MultibootOptions options{64 * kMiB, "", {}};
  const auto start = prepare_multiboot(*image, options);
  if (!start) FAIL(start.error().text());
  for (const auto& part : start->parts) CHECK((part.address.v < 0xA0000 || part.address.v >= 0x100000));
  image->entry = 0xFF010;
  expect_error(prepare_multiboot(*image, options), {"segment at 0xff000"});
}
