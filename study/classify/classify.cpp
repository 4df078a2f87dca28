#include "study/classify/classify.hpp"

#include <algorithm>

#include "study/classify/experiment.hpp"

namespace ringside::study {

using namespace session;

const Finding* Classification::find(std::string_view instruction) const {
  const auto at = std::ranges::find(findings, instruction, &Finding::instruction);
  return at == findings.end() ? nullptr : &*at;
}

namespace {

template <class Lab>
Classification all_experiments(Lab& laboratory, const Tell& tell) {
  Classification all;
  all.isa = laboratory.isa();
  const auto& instructions = laboratory.instructions();
  for (const auto& each : instructions) {
    all.findings.push_back(experiment(laboratory, each).finding);
    if (tell) tell(all.findings.size(), instructions.size());
  }
  all.verdicts = judge(all.findings);
  return all;
}

}  // namespace

Classification classify(Laboratory& laboratory, const Tell& tell) {
  Classification all = all_experiments(laboratory, tell);
  if (laboratory.has_non_root()) all.non_root = classify_non_root(laboratory.instructions());
  return all;
}

Classification classify(X86Laboratory& laboratory, const Tell& tell) {
  Classification all = all_experiments(laboratory, tell);
  all.published = compare_with_robin_irvine(all.findings);
  return all;
}

namespace {

// What was found of a hole with and without its trap. A variant is a list of answers, one for each
// instruction, so experiments with one instruction do not depend on the answers for others.
struct Hole {
  std::size_t place;  // in the findings
  Finding open, closed;
};

Result<std::vector<Hole>> holes_of(Laboratory& laboratory, const Classification& all) {
  std::vector<Hole> holes;
  const auto& instructions = laboratory.instructions();
  for (std::size_t i = 0; i < all.findings.size(); ++i) {
    if (!all.findings[i].hole() || !instructions[i].may_vary) continue;
    laboratory.set_trap(instructions[i].name, true);
    holes.push_back({i, all.findings[i], experiment(laboratory, instructions[i]).finding});
    laboratory.set_trap(instructions[i].name, false);
  }
  if (holes.size() > kMostHoles)
    return fail({Error::Kind::kUsage, "", "--all-subsets", "the variant has more than 6 holes",
                 "take one with fewer, zisa for example"});
  return holes;
}

SubsetVerdicts judge_subset(const std::vector<Hole>& holes, u32 open, const Classification& all) {
  SubsetVerdicts subset;
  auto findings = all.findings;
  for (std::size_t i = 0; i < holes.size(); ++i) {
    const bool is_open = open >> i & 1;
    findings[holes[i].place] = is_open ? holes[i].open : holes[i].closed;
    if (is_open) subset.open.push_back(holes[i].open.instruction);
  }
  subset.verdicts = judge(findings);
  return subset;
}

}  // namespace

Result<std::vector<SubsetVerdicts>> classify_subsets(Laboratory& laboratory,
                                                     const Classification& all) {
  const auto holes = holes_of(laboratory, all);
  if (!holes) return fail(holes.error());
  std::vector<SubsetVerdicts> subsets;
  for (u32 open = 0; open < 1u << holes->size(); ++open)
    subsets.push_back(judge_subset(*holes, open, all));
  return subsets;
}

}  // namespace ringside::study
