#include "study/classify/verdict.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace ringside::study {

namespace {

using Names = std::vector<std::string>;

template <class Breaks>
Names breakers(const std::vector<Finding>& findings, Breaks breaks) {
  Names names;
  for (const Finding& finding : findings)
    if (breaks(finding)) names.push_back(finding.instruction);
  return names;
}

// "read_sr and probe are sensitive and not privileged"
std::string fault(const Names& names, std::string_view what) {
  const Names all_but_last(names.begin(), names.end() - 1);
  const std::string before = fmt::format("{}", fmt::join(all_but_last, ", "));
  return fmt::format("{}{}{} {} {}", before, before.empty() ? "" : " and ", names.back(),
                     names.size() > 1 ? "are" : "is", what);
}

Verdict simple(std::string_view promise, Names names, std::string_view condition,
               std::string_view what) {
  const bool holds = names.empty();
  return {holds, names,
          fmt::format("{}: the condition {}: {}.", promise, holds ? "holds" : "fails",
                      holds ? std::string(condition) : fault(names, what))};
}

Verdict second(const Verdict& first, const Names& timed) {
  constexpr std::string_view kPromise = "Theorem 2 (VMMs can be nested)";
  if (first.holds)
    return simple(kPromise, timed,
                  "theorem 1 holds and every time-sensitive instruction can be made to trap",
                  "time-sensitive and cannot be made to trap");
  Verdict verdict{false, first.breakers,
                  fmt::format("{}: the condition fails: that of theorem 1 fails", kPromise)};
  if (!timed.empty())
    verdict.sentence += ", and " + fault(timed, "time-sensitive and cannot be made to trap");
  verdict.breakers.insert(verdict.breakers.end(), timed.begin(), timed.end());
  verdict.sentence += ".";
  return verdict;
}

}  // namespace

Verdicts judge(const std::vector<Finding>& findings) {
  const auto holes = breakers(findings, [](const Finding& f) { return f.hole(); });
  const auto timed = breakers(
      findings, [](const Finding& f) { return f.is(Class::kTime) && !f.can_be_made_to_trap(); });
  const auto user =
      breakers(findings, [](const Finding& f) { return f.is(Class::kUser) && !f.privileged(); });
  const Verdict first =
      simple("Theorem 1 (a VMM can be built)", holes, "every sensitive instruction is privileged",
             "sensitive and not privileged");
  return {first, second(first, timed),
          simple("Theorem 3 (a hybrid VMM can be built)", user,
                 "every user-sensitive instruction is privileged",
                 "user-sensitive and not privileged")};
}

}  // namespace ringside::study
