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
constexpr std::array<std::pair<std::string_view, std::string_view>, 8> kRemedies = {{
    {"jumps to itself", "end a guest by writing the exit register"},
    {"waits for input that has ended",
     "give it more to read on standard input or with --input, or a script with --append"},
    {"waits for ever", "enable an interrupt (or bind an event) that can come before it waits"},
    {"the trap vector itself traps", "set TVEC to code that is mapped and does not trap itself"},
    {"triple fault",
     "give the IDT a present gate for each vector that comes, to code and with a stack that are mapped, and load it "
     "(LIDT) before anything can fault"},
    {"asked for a reset", "end a guest by writing its exit code to port 0xf4"},
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

std::string names_of_left_out(const Report& r) {
  std::string names;
  for (const auto& each : r.left_out)
    names += fmt::format("{}{} at {}", names.empty() ? "" : ", ", each.instruction,
                         each.symbol.empty() ? fmt::format("{:08x}", each.pc) : each.symbol);
  return names;
}

std::string cause_of(const Report& r) {
  std::string text = r.reason, causes;
  for (const auto& hole : r.holes)
    if (hole.cause) causes += (causes.empty() ? "; cause: " : ", ") + lie(hole);
  text += causes;
  if (!has_cause(r) && !r.holes.empty())
    text += " (holes that lied before: " + names_of_holes(r) + ")";
  if (!r.left_out.empty()) text += " (not there, so that it raised #UD: " + names_of_left_out(r) + ")";
  return text;
}

std::string remedy_of(const Report& r) {
  if (has_cause(r) && r.isa == "x86") return "run it with --strategy hvm, under which no instruction lies";
  if (has_cause(r)) return "run it on zisa-v, where every sensitive instruction traps";
  if (r.outcome == "failed" && !r.left_out.empty()) return remedy_for(r.left_out.front());
  return std::string(remedy_for(r.reason));
}

// A guest that ended badly after it met an instruction that is not there.
std::optional<std::string> left_out_line(const Report& r) {
  if (r.exit_code == 0 || r.left_out.empty()) return std::nullopt;
  const session::LeftOutReport& first = r.left_out.front();
  return Error{Error::Kind::kBadFile, r.guest, "", fmt::format("ended with code {}; {}", r.exit_code, explain_left_out(first)),
               remedy_for(first)}
      .text();
}

}  // namespace

std::optional<std::string> reason_line(const Report& r) {
  if (r.outcome == "exited") return left_out_line(r);
  const std::string place =
      fmt::format("{:08x}{}", r.pc, r.symbol.empty() ? "" : " (" + r.symbol + ")");
  return Error{Error::Kind::kBadFile, r.guest, place, cause_of(r), remedy_of(r)}.text();
}

}  // namespace ringside::cli
