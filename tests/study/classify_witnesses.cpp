// Witnesses: they replay, they are what they say, and they are the same in every run.
#include <nlohmann/json.hpp>

#include "study/classified.hpp"
#include "study/classify/experiment.hpp"
#include "study/classify/json.hpp"
#include "study/classify/vary.hpp"

namespace ringside::study {
namespace {

using namespace session;

// Whether two states differ in nothing else than the class allows.
void check_pair(Class shows, const LabState& a, const LabState& b) {
  LabState same = b;  // becomes `a` once what may differ is made equal
  switch (shows) {
    case Class::kControl:
      break;
    case Class::kMode:
    case Class::kPrivileged:
      CHECK((a.cpu.sr ^ b.cpu.sr) == kLabModeBit);
      same.cpu.sr = a.cpu.sr;
      break;
    case Class::kTime:
      same.time = a.time;
      break;
    case Class::kFrames:
      same.cpu.control[kLabPtbr] = a.cpu.control[kLabPtbr];
      same.pages = a.pages;
      same.contents = a.contents;
      break;
    case Class::kPages:
      same.pages = a.pages;
      break;
    default: {  // one bit of the status register or of a control register
      int bits = std::popcount(a.cpu.sr ^ b.cpu.sr);
      const bool paging = (a.cpu.sr ^ b.cpu.sr) & kLabPagingBit;
      for (u32 i = 0; i < kLabControls; ++i)
        bits += std::popcount(a.cpu.control[i] ^ b.cpu.control[i]);
      CHECK(bits == 1);
      same.cpu.sr = a.cpu.sr;
      same.cpu.control = a.cpu.control;
      if (paging) same.pages = a.pages, same.contents = a.contents;
    }
  }
  CHECK(same == a);
}

TEST_CASE("replaying a witness shows the difference again") {
  for (const char* isa : {"zisa", "zisa-v"}) {
    auto laboratory = laboratory_of(isa);
    auto fresh = laboratory_of(isa);
    for (const LabInstruction& instruction : laboratory.instructions())
      for (const auto& [shown, witness] : experiment(laboratory, instruction).witnesses) {
        INFO(isa << " " << instruction.name << " " << class_name(shown));
        CHECK(fresh.name_of(witness.code) == instruction.name);
        CHECK(replay(fresh, witness).holds);
        check_pair(witness.shows, witness.a, witness.b);
        if (shown == Class::kUser) CHECK(witness.in_user_mode());
      }
  }
}

TEST_CASE("a witness does not hold for a machine without the hole") {
  auto open = laboratory_of("zisa"), closed = laboratory_of("zisa-v");
  for (const char* hole : {"read_sr", "read_ptbr", "probe"}) {
    const auto at = std::ranges::find(open.instructions(), hole, &LabInstruction::name);
    CHECK_FALSE(replay(closed, experiment(open, *at).witnesses.at(Class::kUser)).holds);
  }
}

TEST_CASE("a witness in words names what differs") {
  for (const Finding& finding : classified("zisa").findings)
    for (const auto& [shown, text] : finding.witnesses) {
      INFO(finding.instruction << " " << class_name(shown));
      CHECK(text.holds);
      const auto differs = [](const WitnessRow& row) { return row.differs; };
      CHECK(std::ranges::any_of(text.before, differs));
      if (text.shows != Class::kControl) CHECK(std::ranges::any_of(text.after, differs));
    }
}

TEST_CASE("two runs find the same, to the last bit of each witness") {
  const auto report = [] { return to_json(classified("zisa")).dump(); };
  const std::string once = report();
  CHECK(once == report());
  CHECK(once.find("\"schema\":\"ringside/classify/1\"") != std::string::npos);
}

// Loads and stores come out the same in states of all kinds that differ as the experiments vary
// them: so it is the instructions that are innocuous, not the experiments that are blind.
TEST_CASE("pairs of states agree in all that a program sees, and both complete often") {
  auto laboratory = laboratory_of("zisa");
  for (const char* name : {"lw", "sb", "amoadd.w"}) {
    const auto& all = laboratory.instructions();
    const auto instruction = std::ranges::find(all, name, &LabInstruction::name);
    std::array<int, 4> complete{};
    for (u32 i = 0; i < 400; ++i) {
      Random random(i);
      const u32 word = draw_word(random, *instruction);
      const LabState a = draw_state(random);
      const LabOutcome out = laboratory.run(a, word);
      const LabState others[] = {vary_mode(a), vary_frames(a, random), vary_paging(a),
                                 vary_status(a, random)};
      for (std::size_t kind = 0; kind < std::size(others); ++kind) {
        const LabOutcome other = laboratory.run(others[kind], word);
        if (!out.completed || !other.completed) continue;
        ++complete[kind];
        CHECK_FALSE(results_differ(out, other));
      }
    }
    for (const int count : complete) CHECK(count >= 20);
  }
}

}  // namespace
}  // namespace ringside::study
