#include "gui/status.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "gui/format.hpp"

namespace ringside::gui {

using session::EventLine;
using session::Stopped;

namespace {

std::string place(const session::CodeLine& line) {
  return hex(line.address) + (line.symbol.empty() ? "" : " (" + line.symbol + ")");
}

// Of what happened in a step, what a student has to hear first.
const EventLine* weightiest(const std::vector<EventLine>& happenings) {
  for (const char* kind : {"hole", "exit", "inject", "trap", "world switch", "idle", "device", "input"})
    for (const EventLine& line : happenings)
      if (line.kind == kind) return &line;
  return nullptr;
}

std::string sentence(std::string text) {
  if (!text.empty()) text[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(text[0])));
  return text;
}

Status of_running(const Model& model) {
  const auto progress = model.progress();
  return {Tone::kAccent,
          fmt::format("{}: {} instructions, {} cycles, {} instructions a second", sentence(model.doing()),
                      grouped(progress.instructions), grouped(progress.cycles), rounded(model.rate())),
          "Stop with F5 or Escape"};
}

Status of_end(const Stopped& stopped) {
  const auto& ending = *stopped.position.ending;
  const bool exited = ending.outcome == vmm::Ending::Outcome::kExited;
  return {exited && ending.exit_code == 0 ? Tone::kGood : Tone::kBad,
          exited ? fmt::format("The guest has ended with code {}.", ending.exit_code)
                 : "The guest can get no further: it " + ending.reason + ".",
          "Step back with Shift+F10, or go to the start with Ctrl+Home"};
}

Status of_step(const Stopped& stopped) {
  const auto& next = stopped.position.next;
  if (const EventLine* what = weightiest(stopped.happenings))
    return {what->kind == "hole" ? Tone::kBad : Tone::kText, sentence(what->text),
            what->kind == "hole" ? "Belief and truth shows what the guest takes for true now"
                                 : "Step with F10, back with Shift+F10"};
  if (next.hole)
    return {Tone::kText,
            fmt::format("Next comes {}, which is sensitive but does not trap in {}.", next.text, next.hole_in),
            "Step with F10 and see it lie"};
  return {Tone::kText, fmt::format("Next comes {} at {}.", next.text, place(next)),
          next.sensitive ? "It is sensitive: step with F10 and see it trap" : "Step with F10, back with Shift+F10"};
}

}  // namespace

Status status(const Model& model) {
  if (model.running()) return of_running(model);
  if (!model.trouble().empty()) return {Tone::kBad, model.trouble(), ""};
  const Stopped& s = model.stopped();
  if (s.position.ending) return of_end(s);
  if (s.kind == "start")
    return {Tone::kText, "This is the start: the guest has executed nothing yet.",
            "Run with F5, step with F10, run to the next exit with F6"};
  if (s.kind == "input") return {Tone::kAccent, "The guest waits for input.", "Type it in the console"};
  if (s.kind == "limit")
    return {Tone::kBad, "The limit of instructions or cycles is reached.",
            "Start with a larger --max-instructions or --max-cycles"};
  if (s.kind == "breakpoint")
    return {Tone::kAccent, "Stopped before the breakpoint at " + place(s.position.next) + ".", "Go on with F5"};
  if (s.kind == "watchpoint") return {Tone::kAccent, "The step before wrote memory that is watched.", "Go on with F5"};
  if (s.kind == "interrupted")
    return {Tone::kText, "You stopped it before " + place(s.position.next) + ".", "Go on with F5"};
  return of_step(s);
}

}  // namespace ringside::gui
