// The Popek-Goldberg report of an ISA variant: every instruction put to experiment, and what
// follows.
#pragma once

#include <functional>

#include "base/result.hpp"
#include "session/x86_laboratory.hpp"
#include "study/classify/non_root.hpp"
#include "study/classify/robin_irvine.hpp"

namespace ringside::study {

struct Classification {
  std::string isa;
  std::vector<Finding> findings;  ///< one for each instruction of the table
  Verdicts verdicts;
  /// Non-root mode under the controls of hvm with nested paging, where the variant has it.
  std::optional<NonRootClassification> non_root;
  /// On x86: the holes beside those that are published.
  std::optional<Comparison> published;

  const Finding* find(std::string_view instruction) const;
};

/// Hears of each instruction that has been put to experiment: how many of how many.
using Tell = std::function<void(u64 done, u64 of)>;

/// Experiments with every instruction of the variant that the laboratory has.
Classification classify(session::Laboratory& laboratory, const Tell& tell = {});
Classification classify(session::X86Laboratory& laboratory, const Tell& tell = {});

/// The verdicts on a variant in which some instructions run in user mode and the others of a set
/// trap.
struct SubsetVerdicts {
  std::vector<std::string> open;
  Verdicts verdicts;
};
/// All subsets of the holes that are found in the laboratory's variant: in the first none is open,
/// in the last all. More than kMostHoles holes give an error.
inline constexpr u32 kMostHoles = 6;
Result<std::vector<SubsetVerdicts>> classify_subsets(session::Laboratory& laboratory,
                                                     const Classification& all);

}  // namespace ringside::study
