// Variants put to experiment, for tests.
#pragma once

#include <set>
#include <string>

#include "catch.hpp"
#include "study/classify/classify.hpp"

namespace ringside::study {

inline session::Laboratory laboratory_of(const std::string& isa) {
  auto laboratory = session::Laboratory::open(isa);
  REQUIRE(laboratory);
  return std::move(*laboratory);
}

inline Classification classified(const std::string& isa) {
  auto laboratory = laboratory_of(isa);
  return classify(laboratory);
}

inline Classification classified_x86() {
  session::X86Laboratory laboratory;
  return classify(laboratory);
}

/// The same, made once for all tests.
inline const Classification& x86_once() {
  static const Classification all = classified_x86();
  return all;
}

inline std::set<std::string> classes_of(const Finding& finding) {
  std::set<std::string> names;
  for (const auto& [shown, witness] : finding.witnesses) names.emplace(class_name(shown));
  return names;
}

inline std::vector<bool> holding(const Verdicts& verdicts) {
  return {verdicts[0].holds, verdicts[1].holds, verdicts[2].holds};
}

}  // namespace ringside::study
