#include "study/classify/verdict.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace ringside::study {

namespace {

using Names = std::vector<std::string>;

template <class Breaks>
Names breakers(const std::vector<Judged>& cases, Breaks breaks) {
  Names names;
  for (const Judged& each : cases)
    if (breaks(each)) names.push_back(each.instruction);
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

Verdicts judge(const std::vector<Judged>& cases, std::string_view privileged) {
  const auto holes = breakers(cases, [](const Judged& c) { return c.sensitive && !c.privileged; });
  const auto timed =
      breakers(cases, [](const Judged& c) { return c.time_sensitive && !c.can_be_made_to_trap; });
  const auto user =
      breakers(cases, [](const Judged& c) { return c.user_sensitive && !c.privileged; });
  const bool exits = privileged == "exits";
  const auto condition = [&](std::string_view which) {
    return fmt::format("every {} instruction {}{}", which, exits ? "" : "is ", privileged);
  };
  const auto breach = [&](std::string_view which) {
    return exits ? fmt::format("{} without an exit", which)
                 : fmt::format("{} and not {}", which, privileged);
  };
  const Verdict first =
      simple("Theorem 1 (a VMM can be built)", holes, condition("sensitive"), breach("sensitive"));
  return {first, second(first, timed),
          simple("Theorem 3 (a hybrid VMM can be built)", user, condition("user-sensitive"),
                 breach("user-sensitive"))};
}

Verdicts judge(const std::vector<Finding>& findings) {
  std::vector<Judged> cases;
  for (const Finding& f : findings)
    cases.push_back({f.instruction, f.sensitive(), f.is(Class::kUser), f.is(Class::kTime),
                     f.privileged(), f.can_be_made_to_trap()});
  return judge(cases, "privileged");
}

}  // namespace ringside::study
