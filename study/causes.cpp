#include "study/causes.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "session/open.hpp"

namespace ringside::study {

using session::Options;
using session::Report;
using session::Session;
using Names = std::vector<std::string>;

namespace {

bool ended_badly(const Report& r) {
  return r.outcome == "failed" || (r.outcome == "exited" && r.exit_code != 0);
}

// Instruction counts are left out: a guest that takes a few more steps to the same assertion has
// not got past it.
bool same_ending(const Report& a, const Report& b) {
  return a.outcome == b.outcome && a.exit_code == b.exit_code && a.reason == b.reason &&
         a.pc == b.pc && a.console == b.console;
}

// What the guest itself said last, usually its assertion; empty if it said nothing.
std::string last_line(const std::string& console) {
  std::string text = console;
  while (!text.empty() && text.back() == '\n') text.pop_back();
  const std::size_t start = text.rfind('\n') + 1;  // npos + 1 is 0
  constexpr std::size_t kLongest = 120;
  std::string words = text.substr(start, kLongest);
  for (char& c : words)
    if (c < ' ' || c > '~') c = '?';
  return words;
}

std::string with_last_words(std::string text, const std::string& console) {
  const std::string words = last_line(console);
  return words.empty() ? text : text + "; its last words: " + words;
}

// How a run ended once holes were cured. Where it still ends badly, the code may be the same: the
// place and the words tell the two apart.
std::string cured_ending(const Report& r) {
  const std::string place =
      fmt::format(" at {:08x}{}", r.pc, r.symbol.empty() ? "" : " (" + r.symbol + ")");
  if (r.outcome == "failed") return "the guest fails otherwise," + place + ": " + r.reason;
  if (r.outcome != "exited") return "the guest gets past this point";
  if (r.exit_code == 0) return "the guest ends with code 0";
  return with_last_words(
      fmt::format("the guest ends otherwise, with code {}{}", r.exit_code, place), r.console);
}

class Inquest {
 public:
  Inquest(const Session& session, const Between& between, std::size_t guest)
      : again_(session::guests_of(session.options())[guest]),
        found_(session.report(guest)),
        between_(between) {
    if (session.guests() == 1) again_.typed = session.typed();
    again_.keep_events = false;
    // Whoever gets that much further has got past the point where the guest failed.
    const u64 past = found_.guest_instructions() + found_.guest_instructions() / 4 + 1'000'000;
    again_.max_instructions = past;
    again_.max_cycles = 0;
  }

  Report verdict() {
    if (!ended_badly(found_) || found_.holes.empty()) return found_;
    const Report unjudged = found_;
    judge();
    return stopped_ ? unjudged : found_;
  }

 private:
  void judge() {
    const Report healed = run(all());
    if (same_ending(healed, found_)) return;
    blame(singles(!ended_badly(healed)));
    if (!blamed()) blame(together());
    if (found_.outcome == "exited") found_.reason = last_words();
    found_.outcome = "failed";
  }

  Names all() const {
    Names names;
    for (const auto& hole : found_.holes) names.push_back(hole.instruction);
    return names;
  }

  // Opened before with the same options, so it opens again.
  Report run(const Names& cured) {
    if (stopped_) return found_;
    Options options = again_;
    options.cured = cured;
    auto session = Session::open(options);
    if (!session) return found_;
    session->run([&] { return !(stopped_ = between_ && !between_(*session)); });
    return session->report();
  }

  // Holes each of which is enough: those that heal the guest, or else those that move the point.
  Names singles(bool can_heal) {
    Names heal, move;
    for (auto& hole : found_.holes) {
      const Report report = run({hole.instruction});
      if (same_ending(report, found_)) continue;
      hole.cured = cured_ending(report);
      move.push_back(hole.instruction);
      if (!ended_badly(report)) heal.push_back(hole.instruction);
    }
    return can_heal && !heal.empty() ? heal : move;
  }

  // Not one alone: all, less those that are not needed for the point to move.
  Names together() {
    Names needed = all();
    for (const auto& name : all()) {
      Names fewer = needed;
      fewer.erase(std::remove(fewer.begin(), fewer.end(), name), fewer.end());
      if (!same_ending(run(fewer), found_)) needed = fewer;
    }
    return needed;
  }

  void blame(const Names& names) {
    for (auto& hole : found_.holes)
      hole.cause = std::find(names.begin(), names.end(), hole.instruction) != names.end();
  }
  bool blamed() const {
    return std::any_of(found_.holes.begin(), found_.holes.end(),
                       [](const auto& hole) { return hole.cause; });
  }

  std::string last_words() const {
    return with_last_words(
        fmt::format("it ended with code {} after holes lied to it", found_.exit_code),
        found_.console);
  }

  Options again_;
  Report found_;
  const Between& between_;
  bool stopped_ = false;
};

}  // namespace

Report judged_report(const Session& session, const Between& between, std::size_t guest) {
  return Inquest(session, between, guest).verdict();
}

}  // namespace ringside::study
