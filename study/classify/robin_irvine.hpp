// The sensitive, unprivileged instructions of the Pentium as published, beside those that
// experiment finds.
#pragma once

#include "study/classify/finding.hpp"

namespace ringside::study {

inline constexpr std::string_view kRobinIrvine =
    "Robin and Irvine, Analysis of the Intel Pentium's ability to support a secure virtual machine "
    "monitor, "
    "USENIX Security 2000, section 4";

/// One of their list.
struct PublishedInstruction {
  std::string_view name;          ///< in their words
  std::string_view group;         ///< what they say it violates
  std::vector<std::string> rows;  ///< names of ours for it
  bool found = false;             ///< each of them came out as sensitive and unprivileged
};

/// A hole that they do not list, or what reads the clock, and why it is one.
struct Extra {
  std::string instruction;
  std::string_view why;
};

struct Comparison {
  std::vector<PublishedInstruction> published;
  std::vector<Extra> extras;
};

/// Findings come from experiments that know nothing of the list; it only stands beside them.
Comparison compare_with_robin_irvine(const std::vector<Finding>& findings);

}  // namespace ringside::study
