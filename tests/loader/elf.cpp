// ELF files: good ones, and every way of being bad.
#include "loader/elf.hpp"

#include <rapidcheck.h>

#include <numeric>

#include "catch.hpp"
#include "loader/elf_bytes.hpp"

using namespace ringside;
using namespace ringside::loader;
using ringside::loader_test::ElfBytes;

namespace {

ElfBytes good() {
  ElfBytes elf;
  elf.load(0x8000'0000, {1, 2, 3, 4, 5, 6, 7, 8}, 0x1000);
  elf.load(0x8000'2000, {9}, 4);
  return elf;
}

Image load(const ElfBytes& elf) {
  auto image = load_elf(elf.bytes(), "guest");
  if (!image) FAIL(image.error().text());
  return *image;
}

/// The error of a file, as a person reads it.
std::string error_of(std::vector<u8> bytes) {
  const auto image = load_elf(std::move(bytes), "guest");
  return image ? "loaded" : image.error().text();
}
std::string error_of(const ElfBytes& elf) {
  return error_of(elf.bytes());
}

void expect(const std::string& error, std::initializer_list<const char*> parts) {
  INFO(error);
  CHECK(error.rfind("guest: ", 0) == 0);
  CHECK(error.find("; ") != std::string::npos);
  CHECK(error.find('\n') == std::string::npos);
  for (const char* part : parts) CHECK(error.find(part) != std::string::npos);
}

std::vector<u8> bytes_of(const std::string& text) {
  return {text.begin(), text.end()};
}

}  // namespace

TEST_CASE("segments, entry and machine are read") {
  const Image image = load(good());
  CHECK(image.machine == Machine::kRiscv);
  CHECK(image.entry == 0x8000'0000);
  REQUIRE(image.segments.size() == 2);
  CHECK(image.segments[0].memory_size == 0x1000);
  const auto data = image.data(image.segments[0]);
  CHECK(std::vector<u8>(data.begin(), data.end()) == std::vector<u8>{1, 2, 3, 4, 5, 6, 7, 8});
  CHECK(image.begin() == 0x8000'0000);
  CHECK(image.end() == 0x8000'2004);
  CHECK(image.note.empty());
  CHECK(image.isa().empty());
}

TEST_CASE("segments come in the order of their addresses, empty ones and others are left out") {
  ElfBytes elf;
  elf.load(0x8000'4000, {1});
  elf.load(0x8000'0000, {2, 2, 2, 2});
  elf.load(0x1000, {});
  elf.load(0x8000'0000, {3});
  elf.segments.back().p_type = PT_GNU_STACK;
  elf.load(0x8000'8000, {}, 16);  // zeros only; its offset means nothing
  elf.segments.back().p_offset = 0xffff'0000;
  const Image image = load(elf);
  REQUIRE(image.segments.size() == 3);
  CHECK(image.begin() == 0x8000'0000);
  CHECK(image.segments[1].address == 0x8000'4000);
  CHECK(image.data(image.segments[2]).empty());
}

TEST_CASE("the physical address counts") {
  ElfBytes elf = good();
  elf.segments[0].p_vaddr = 0xC000'0000;
  CHECK(load(elf).begin() == 0x8000'0000);
}

TEST_CASE("code is known by the address at which it runs") {
  ElfBytes elf = good();
  elf.segments[0].p_vaddr = 0xC000'0000;
  elf.segments[0].p_flags = PF_R | PF_X;
  const Image image = load(elf);
  REQUIRE(image.code.size() == 1);
  CHECK(image.code[0].address == 0xC000'0000);
  CHECK(image.data(image.code[0]).size() == 8);
  CHECK(image.data(image.code[0])[1] == 2);
  elf.segments[0].p_vaddr = 0xFFFF'FFFC;  // beyond the last address
  CHECK(load(elf).code.empty());
}

TEST_CASE("the note says what a guest is built for") {
  ElfBytes elf = good();
  elf.note("GNU", 1, "else");
  elf.note("Ringside", 2, "later");
  elf.note("Ringside", 1, "zisa-v pv");
  Image image = load(elf);
  CHECK(image.note == "zisa-v pv");
  CHECK(image.isa() == "zisa-v");
  CHECK(image.paravirtual());
  CHECK(!image.port());

  elf = good();
  elf.note("Ringside", 1, "zisa pv added 12 removed 3 sites 4 of 567");
  image = load(elf);
  CHECK(image.isa() == "zisa");
  CHECK(image.paravirtual());
  const auto port = image.port();
  REQUIRE(port);
  CHECK((port->added == 12 && port->removed == 3 && port->sites == 4 && port->original == 567));

  elf = good();
  elf.note("Ringside", 1, "zisa");
  image = load(elf);
  CHECK(image.isa() == "zisa");
  CHECK(!image.paravirtual());
}

TEST_CASE("a note that names nothing is refused, a damaged one found or passed over") {
  for (const std::string& text :
       {std::string(), std::string("zi\x1b[2Jsa"), std::string(65, 'z')}) {
    ElfBytes elf = good();
    elf.note("Ringside", 1, text);
    expect(error_of(elf), {"segment 2: the Ringside note"});
  }
  ElfBytes elf = good();
  elf.note("Ringside", 1, "zisa");
  elf.contents.back()[0] = 0xff;  // the size of its name
  elf.contents.back()[3] = 0xff;
  CHECK(load(elf).note.empty());
  elf.segments.back().p_filesz = 0x1000'0000;
  expect(error_of(elf), {"segment 2: the notes do not lie in the file"});
}

TEST_CASE("symbols are read, and name addresses") {
  ElfBytes elf = good();
  elf.symbol("main.c", 0, 0, STT_FILE, STB_LOCAL, SHN_ABS);
  elf.symbol("trap_entry", 0x8000'0010, 0x20, STT_FUNC, STB_GLOBAL);
  elf.symbol("$x", 0x8000'0010, 0, STT_NOTYPE, STB_LOCAL);
  elf.symbol(".Lloop", 0x8000'0018, 0, STT_NOTYPE, STB_LOCAL);
  elf.symbol("kSize", 0x8000'0020, 0, STT_NOTYPE, STB_GLOBAL, SHN_ABS);
  elf.symbol("extern", 0, 0, STT_NOTYPE, STB_GLOBAL, SHN_UNDEF);
  elf.symbol("", 0x8000'0000, 0, STT_SECTION, STB_LOCAL);
  elf.symbol("\x1b[2J", 0x8000'2000, 4, STT_OBJECT, STB_LOCAL);
  const Image image = load(elf);
  CHECK(image.symbols.all().size() == 2);
  CHECK(image.symbols.name(0x8000'0024) == "trap_entry+0x14");
  CHECK(image.symbols.address("trap_entry") == 0x8000'0010u);
  CHECK(image.symbols.name(0x8000'2000) == "?[2J");
}

TEST_CASE("names out of bounds are dropped, long ones are cut") {
  ElfBytes elf = good();
  elf.symbol(std::string(5000, 'a'), 0x8000'0000, 0, STT_FUNC, STB_GLOBAL);
  elf.symbol("b", 0x8000'0004, 0, STT_FUNC, STB_GLOBAL);
  elf.symbols.back().st_name = 0x7fff'ffff;
  const Image image = load(elf);
  REQUIRE(image.symbols.all().size() == 1);
  CHECK(image.symbols.all()[0].name == std::string(200, 'a'));
}

TEST_CASE("a table of symbols outside of the file is refused") {
  ElfBytes elf = good();
  elf.symbol("a", 0x8000'0000, 0, STT_FUNC, STB_GLOBAL);
  auto bytes = elf.bytes();
  const std::size_t table = bytes.size() - 2 * sizeof(Elf32_Shdr);
  reinterpret_cast<Elf32_Shdr*>(bytes.data() + table)->sh_offset = 0x1000'0000;
  expect(error_of(bytes), {"symbol table: it does not lie in the file"});
}

TEST_CASE("what is no ELF file for us is named") {
  expect(error_of(std::vector<u8>{}), {"no ELF file"});
  expect(error_of(bytes_of("#!/bin/sh\n")), {"no ELF file"});
  expect(error_of(bytes_of("\x7f"
                           "ELF")),
         {"the ELF header ends after 4 bytes", "truncated"});
  const auto spoilt = [](auto change) {
    ElfBytes elf = good();
    change(elf.header);
    return error_of(elf);
  };
  expect(spoilt([](auto& h) { h.e_machine = EM_X86_64, h.e_ident[EI_CLASS] = ELFCLASS64; }),
         {"of 64 bits, for x86-64", "riscv32"});
  expect(spoilt([](auto& h) { h.e_ident[EI_CLASS] = ELFCLASS64; }), {"64 bits, for RISC-V"});
  expect(spoilt([](auto& h) { h.e_ident[EI_DATA] = ELFDATA2MSB; }), {"big-endian"});
  expect(spoilt([](auto& h) { h.e_machine = EM_ARM; }), {"for 32-bit Arm"});
  expect(spoilt([](auto& h) { h.e_machine = 0x1234; }), {"machine number 4660"});
  expect(spoilt([](auto& h) { h.e_ident[EI_CLASS] = 7; }), {"identification is damaged"});
  expect(spoilt([](auto& h) { h.e_ident[EI_VERSION] = 0; }), {"identification is damaged"});
  expect(spoilt([](auto& h) { h.e_type = ET_REL; }), {"an object file", "link it first"});
  expect(spoilt([](auto& h) { h.e_type = ET_DYN; }), {"position-independent", "-static"});
  expect(spoilt([](auto& h) { h.e_type = ET_CORE; }), {"no executable"});
}

TEST_CASE("a 386 file is loaded as such") {
  ElfBytes elf = good();
  elf.header.e_machine = EM_386;
  elf.header.e_entry = 0x8000'0001;
  CHECK(load(elf).machine == Machine::k386);
}

TEST_CASE("tables that leave the file are refused") {
  const auto spoilt = [](auto change) {
    ElfBytes elf = good();
    change(elf.header);
    return error_of(elf);
  };
  expect(spoilt([](auto& h) { h.e_phoff = 0xffff'fff0; }), {"table of segments"});
  expect(spoilt([](auto& h) { h.e_phnum = 1000; }), {"table of segments"});
  expect(spoilt([](auto& h) { h.e_phnum = PN_XNUM; }), {"table of segments"});
  expect(spoilt([](auto& h) { h.e_phentsize = 1; }), {"table of segments"});
  expect(spoilt([](auto& h) { h.e_shoff = 0x1000'0000, h.e_shnum = 1; }), {"table of sections"});
  expect(error_of(ElfBytes()), {"no segments to load"});
  ElfBytes only_note;
  only_note.note("Ringside", 1, "zisa");
  expect(error_of(only_note), {"no segments to load"});
}

TEST_CASE("a segment must make sense") {
  ElfBytes elf = good();
  elf.segments[1].p_filesz = 100'000;
  elf.segments[1].p_memsz = 100'000;
  expect(error_of(elf), {"segment 1: its bytes reach to", "truncated"});
  elf = good();
  elf.segments[1].p_offset = 0xffff'ffff;
  expect(error_of(elf), {"segment 1: its bytes reach to 4294967296 of a file of"});
  elf = good();
  elf.segments[1].p_memsz = 0;
  expect(error_of(elf), {"segment 1: it is smaller in memory"});
  elf = good();
  elf.segments[1].p_paddr = 0xffff'ffff;
  expect(error_of(elf), {"segment 1: it ends at 0x100000003"});
  elf = good();
  elf.segments[1].p_paddr = 0x8000'0fff;
  expect(error_of(elf), {"segment at 0x80000fff", "overlaps the one at 0x80000000..0x80001000"});
}

TEST_CASE("the entry must lie in a segment") {
  ElfBytes elf = good();
  elf.header.e_entry = 0x8000'1000;
  expect(error_of(elf), {"the entry 0x80001000 lies in no segment"});
  elf.header.e_entry = 0x8000'0002;
  expect(error_of(elf), {"the entry 0x80000002 is not aligned"});
}

TEST_CASE("a file cut anywhere is refused or loads whole") {
  ElfBytes elf = good();
  elf.note("Ringside", 1, "zisa");
  elf.symbol("a", 0x8000'0000, 0, STT_FUNC, STB_GLOBAL);
  const auto whole = elf.bytes();
  for (std::size_t size = 0; size < whole.size(); ++size) {
    INFO(size);
    CHECK(error_of({whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size)}) != "loaded");
  }
  CHECK(error_of(whole) == "loaded");
}

TEST_CASE("no change of bytes does harm") {
  ElfBytes elf = good();
  elf.note("Ringside", 1, "zisa");
  elf.symbol("a", 0x8000'0000, 0, STT_FUNC, STB_GLOBAL);
  const auto whole = elf.bytes();
  CHECK(rc::check([&] {
    auto bytes = whole;
    for (int i = *rc::gen::inRange(1, 6); i > 0; --i)
      bytes[*rc::gen::inRange<std::size_t>(0, bytes.size())] = *rc::gen::arbitrary<u8>();
    if (const auto image = load_elf(bytes, "guest")) {
      for (const auto& segment : image->segments) {
        const auto data = image->data(segment);
        volatile int sum = std::accumulate(data.begin(), data.end(), 0);
        (void)sum;
      }
      image->symbols.name(image->entry);
    }
  }));
}
