// Sensitive instructions in the code of a guest.
#include "study/classified.hpp"
#include "study/classify/guest.hpp"

namespace ringside::study {
namespace {

TEST_CASE("the sensitive instructions among words of code") {
  auto laboratory = laboratory_of("zisa");
  const Classification all = classify(laboratory);
  // nop, read_sr a0, a word that is none, wfi, rdcyc a1, ecall
  const session::GuestCode code{"guest",
                                "zisa",
                                {{0x80000000, 0x00000013, "start"},
                                 {0x80000004, 0x0000050b, "start+0x4"},
                                 {0x80000008, 0xffffffff, "start+0x8"},
                                 {0x8000000c, 0x0e00000b, "idle"},
                                 {0x80000010, 0x1000058b, "idle+0x4"},
                                 {0x80000014, 0x00000073, "idle+0x8"}}};
  const GuestUses uses = sensitive_uses(code, laboratory, all);
  REQUIRE(uses.uses.size() == 3);
  CHECK(uses.uses[0].instruction == "read_sr");
  CHECK(uses.uses[0].address == 0x80000004);
  CHECK(uses.uses[0].symbol == "start+0x4");
  CHECK(uses.uses[0].text == "read_sr a0");
  CHECK(uses.uses[1].instruction == "wfi");
  CHECK(uses.uses[2].instruction == "rdcyc");
  CHECK(uses.counts == std::map<std::string, u64>{{"rdcyc", 1}, {"read_sr", 1}, {"wfi", 1}});
}

TEST_CASE("the code of a bundled guest is read with its symbols") {
  session::Options options;
  options.guest = RINGSIDE_BUILD_DIR "/guests/zisa/hole-read-sr";
  const auto code = session::guest_code(options);
  REQUIRE(code);
  CHECK(code->isa == "zisa");
  auto laboratory = laboratory_of("zisa");
  const GuestUses uses = sensitive_uses(*code, laboratory, classify(laboratory));
  CHECK(uses.counts.contains("read_sr"));
  for (const SensitiveUse& use : uses.uses) CHECK_FALSE(use.symbol.empty());
}

// pctest runs in the upper half of memory, and is loaded at 1 MiB.
TEST_CASE("the sensitive instructions of an x86 kernel stand where they run, with symbols") {
  session::Options options;
  options.guest = RINGSIDE_BUILD_DIR "/guests/x86/pctest";
  const auto code = session::guest_code(options);
  REQUIRE(code);
  CHECK(code->isa == "x86");
  CHECK(code->words.empty());
  const GuestUses uses = sensitive_uses(*code, session::X86Laboratory(), x86_once());
  for (const char* name : {"pushf", "popf", "iret", "mov_to_segment", "lgdt", "mov_to_cr", "hlt"}) {
    INFO(name);
    CHECK(uses.counts.contains(name));
  }
  CHECK_FALSE(uses.counts.contains("add"));
  for (const SensitiveUse& use : uses.uses) {
    INFO(use.text);
    CHECK(use.address >= 0x80100000);
    CHECK_FALSE(use.symbol.empty());
    CHECK(use.hole == x86_once().find(use.instruction)->hole());
  }
}

TEST_CASE("x86 code that a symbol cuts is no instruction") {
  using session::ListingLine;
  const auto line = [](u32 address, std::vector<u8> bytes) {
    return ListingLine{address, std::move(bytes), "", {}, "f", false, "text", "", false};
  };
  // pushf; half of a far call; rdtsc; in al, dx; nop
  const session::GuestCode code{"guest", "x86", {},
                                {line(0, {0x9c}), line(1, {0x9a}), line(2, {0x0f, 0x31}), line(4, {0xec}),
                                 line(5, {0x90})}};
  const GuestUses uses = sensitive_uses(code, session::X86Laboratory(), x86_once());
  CHECK(uses.counts == std::map<std::string, u64>{{"in", 1}, {"pushf", 1}, {"rdtsc", 1}});
  REQUIRE(uses.uses.size() == 3);
  CHECK(uses.uses[0].hole);
  CHECK_FALSE(uses.uses[2].hole);
}

TEST_CASE("a guest that is none gives an error") {
  session::Options options;
  options.guest = "no-such-guest";
  CHECK_FALSE(session::guest_code(options));
}

}  // namespace
}  // namespace ringside::study
