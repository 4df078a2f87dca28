#include "cli/remedies.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "base/result.hpp"
#include "session/explain.hpp"

namespace ringside::cli {

using session::Report;

namespace {

// By the beginning of the reason that the machine gives.
constexpr std::array<std::pair<std::string_view, std::string_view>, 6> kRemedies = {{
    {"jumps to itself", "end a guest by writing the exit register"},
    {"waits for input that has ended",
     "give it more to read on standard input or with --input, or a script with --append"},
    {"waits for ever", "enable an interrupt (or bind an event) that can come before it waits"},
    {"the trap vector itself traps", "set TVEC to code that is mapped and does not trap itself"},
    {"limit of",
     "raise --max-instructions or --max-cycles (0 is no limit) if it only needs longer"},
    {"the guest waits for input that was not recorded", "record the run to its end"},
}};

std::string_view remedy_for(const std::string& reason) {
  for (const auto& [beginning, remedy] : kRemedies)
    if (reason.starts_with(beginning)) return remedy;
  return "";
}

std::string names_of_holes(const Report& r) {
  std::string names;
  for (const auto& hole : r.holes)
    names += (names.empty() ? "" : ", ") + session::instruction_name(hole.instruction);
  return names;
}

bool has_cause(const Report& r) {
  return std::any_of(r.holes.begin(), r.holes.end(), [](const auto& hole) { return hole.cause; });
}

// In a few words: the report tells what was returned, and what should have been.
std::string lie(const session::HoleReport& hole) {
  return fmt::format("{} at {}", session::instruction_name(hole.instruction),
                     hole.symbol.empty() ? fmt::format("{:08x}", hole.pc) : hole.symbol);
}

std::string cause_of(const Report& r) {
  std::string text = r.reason, causes;
  for (const auto& hole : r.holes)
    if (hole.cause) causes += (causes.empty() ? "; cause: " : ", ") + lie(hole);
  text += causes;
  if (!has_cause(r) && !r.holes.empty())
    text += " (holes that lied before: " + names_of_holes(r) + ")";
  return text;
}

}  // namespace

std::optional<std::string> reason_line(const Report& r) {
  if (r.outcome == "exited") return std::nullopt;
  const std::string place =
      fmt::format("{:08x}{}", r.pc, r.symbol.empty() ? "" : " (" + r.symbol + ")");
  const std::string remedy = has_cause(r)
                                 ? "run it on zisa-v, where every sensitive instruction traps"
                                 : std::string(remedy_for(r.reason));
  return Error{Error::Kind::kBadFile, r.guest, place, cause_of(r), remedy}.text();
}

}  // namespace ringside::cli
