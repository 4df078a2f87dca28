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

TEST_CASE("a guest that is none gives an error") {
  session::Options options;
  options.guest = "no-such-guest";
  CHECK_FALSE(session::guest_code(options));
}

}  // namespace
}  // namespace ringside::study
