// The experiment on x86: what it finds, and that it can find it.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "isa/x86/table.hpp"
#include "study/classified.hpp"
#include "study/classify/experiment.hpp"
#include "study/classify/json.hpp"
#include "study/classify/vary.hpp"

namespace ringside::study {
namespace {

using namespace session;

const LabX86Instruction& instruction_of(const X86Laboratory& laboratory, std::string_view name) {
  const auto at = std::ranges::find(laboratory.instructions(), name, &LabX86Instruction::name);
  REQUIRE(at != laboratory.instructions().end());
  return *at;
}

TEST_CASE("x86: encodings of every row are found, and code is drawn of the row asked for") {
  const X86Laboratory laboratory;
  for (const LabX86Instruction& each : laboratory.instructions()) {
    INFO(each.name);
    REQUIRE_FALSE(each.openings.empty());
    Random random(1);
    for (int i = 0; i < 32; ++i) CHECK(laboratory.name_of(draw_code(random, each)) == each.name);
  }
}

TEST_CASE("x86: all that Robin and Irvine list is found by experiment") {
  const Classification& all = x86_once();
  REQUIRE(all.published);
  CHECK(all.published->published.size() == 18);
  for (const PublishedInstruction& each : all.published->published) {
    INFO(each.name);
    CHECK(each.found);
  }
  CHECK(holding(all.verdicts) == std::vector{false, false, false});
}

TEST_CASE("x86: what is found beside them has a reason, IRET among it") {
  bool iret = false;
  for (const Extra& each : x86_once().published->extras) {
    INFO(each.instruction);
    CHECK(each.why.find("--witness") == std::string_view::npos);
    iret |= each.instruction == "iret";
  }
  CHECK(iret);
}

// INS and OUTS trap in user mode, but for REP with a count of 0: the experiment takes that literally.
const std::set<std::string_view> kCanBeVoid = {"ins", "outs"};
// There is no device in the laboratory that a port could tell of.
const std::set<std::string_view> kPorts = {"in", "out", "ins", "outs"};

TEST_CASE("x86: the table declares what experiment finds") {
  REQUIRE(x86_once().findings.size() == x86::kRowCount);
  for (const x86::RowInfo& row : x86::kRows) {
    INFO(row.name);
    const Finding* found = x86_once().find(row.name);
    REQUIRE(found);
    const Sensitivity& declared = row.sensitivity;
    CHECK(found->is(Class::kControl) == declared.control);
    if (!kPorts.contains(row.name))
      CHECK((found->is(Class::kMode) || found->is(Class::kStatus)) == declared.mode);
    CHECK((found->is(Class::kFrames) || found->is(Class::kPages)) == declared.location);
    CHECK(found->is(Class::kTime) == declared.time);
    const bool traps = row.in_user == x86::InUser::kTraps && !kCanBeVoid.contains(row.name);
    CHECK(found->privileged() == traps);
    if (!kCanBeVoid.contains(row.name)) CHECK(found->hole() == x86::is_hole(row));
  }
}

// An experiment in which nothing ever completes would find every instruction innocuous.
TEST_CASE("x86: every instruction was seen to complete, but those that never do") {
  for (const Finding& found : x86_once().findings) {
    INFO(found.instruction);
    if (found.instruction == "vmcall" || found.instruction == "ud2" || found.instruction == "escape")
      CHECK(found.completed == 0);
    else
      CHECK(found.completed >= (found.instruction == "ltr" ? 4u : 20u));
  }
}

TEST_CASE("x86: privileged instructions are found as such, and the clock behind TSD") {
  for (const char* name : {"hlt", "cli", "sti", "lgdt", "lidt", "lldt", "ltr", "lmsw", "clts",
                           "mov_to_cr", "mov_from_cr", "invlpg", "rdmsr", "wrmsr", "in", "out"}) {
    INFO(name);
    const Finding* found = x86_once().find(name);
    REQUIRE(found);
    CHECK(found->privileged());
  }
  const Finding* clock = x86_once().find("rdtsc");
  REQUIRE(clock);
  CHECK(clock->is(Class::kTime));
  CHECK(clock->gates == std::vector<std::string>{"TSD"});
  CHECK_FALSE(clock->sensitive());
}

TEST_CASE("x86: witnesses replay on another machine, and in words") {
  X86Laboratory laboratory, fresh;
  for (const char* name :
       {"pushf", "popf", "sgdt", "str", "int", "iret", "mov_to_segment", "mov_from_cr"}) {
    const auto found = experiment(laboratory, instruction_of(laboratory, name));
    CHECK_FALSE(found.witnesses.empty());
    for (const auto& [shown, witness] : found.witnesses) {
      INFO(name << " " << class_name(shown));
      CHECK(replay(fresh, witness).holds);
      CHECK(found.finding.witnesses.at(shown).holds);
    }
  }
}

TEST_CASE("x86: two runs find the same") {
  const std::string once = to_json(x86_once()).dump();
  CHECK(once == to_json(classified_x86()).dump());
  CHECK(once.find("\"published\":{") != std::string::npos);
}

// Loads and stores come out the same in states of all kinds that differ as the experiments vary
// them: so it is the instructions that are innocuous, not the experiments that are blind.
TEST_CASE("x86: pairs of states agree in all that a program sees, and both complete often") {
  X86Laboratory laboratory;
  for (const char* name : {"mov", "add", "push", "movs"}) {
    INFO(name);
    std::array<int, 4> complete{};
    for (u32 i = 0; i < 400; ++i) {
      Random random(i);
      const LabX86Code code = draw_code(random, instruction_of(laboratory, name));
      LabX86State a;
      draw(random, a);
      const LabX86Outcome out = laboratory.run(a, code);
      const LabX86State others[] = {vary_mode(a), vary_frames(a, random), vary_paging(a),
                                    vary_status(a, random)};
      for (std::size_t kind = 0; kind < std::size(others); ++kind) {
        const LabX86Outcome other = laboratory.run(others[kind], code);
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
