#include "study/classify/finding.hpp"

namespace ringside::study {

using namespace session;

namespace {

constexpr std::string_view kNames[] = {"control", "mode", "status", "frames",
                                       "pages",   "user", "time",   "privileged"};

u32 user_flags() {
  u32 flags = 0;
  for (const LabStatusBit& each : lab_status_bits())
    if (each.user_writable) flags |= each.bit;
  return flags;
}

// The pages in which two states have different maps.
u32 different_pages(const LabState& a, const LabState& b) {
  u32 pages = 0;
  for (u32 p = 0; p < kLabPages; ++p)
    if (a.pages[p] != b.pages[p]) pages |= 1u << p;
  return pages;
}

bool accesses_what_differs(Laboratory& laboratory, const Witness& w) {
  const u32 accessed = laboratory.accessed(w.a, w.word) | laboratory.accessed(w.b, w.word);
  return accessed & different_pages(w.a, w.b);
}

}  // namespace

std::string_view class_name(Class which) {
  return kNames[static_cast<unsigned>(which)];
}

bool Finding::behaviour() const {
  return is(Class::kMode) || is(Class::kStatus) || is(Class::kFrames) || is(Class::kPages);
}

bool changes_resources(const LabOutcome& outcome) {
  const LabCpu &before = outcome.before, &after = outcome.after;
  return ((before.sr ^ after.sr) & ~user_flags()) || before.control != after.control ||
         before.halted != after.halted || outcome.map_before != outcome.map_after;
}

bool results_differ(const LabOutcome& a, const LabOutcome& b) {
  return a.after.x != b.after.x || ((a.after.sr ^ b.after.sr) & user_flags()) ||
         a.after.pc != b.after.pc || a.after.reserved != b.after.reserved ||
         a.after.reservation != b.after.reservation || a.written != b.written;
}

bool traps(const LabOutcome& outcome) {
  return !outcome.completed && !lab_address_fault(outcome.cause);
}

Replay replay(Laboratory& laboratory, const Witness& witness) {
  Replay out{laboratory.run(witness.a, witness.word), laboratory.run(witness.b, witness.word)};
  const bool complete = out.a.completed && out.b.completed;
  switch (witness.shows) {
    case Class::kControl:
      out.holds = out.a.completed && changes_resources(out.a);
      break;
    case Class::kPrivileged:
      out.holds = !witness.a.cpu.supervisor() && traps(out.a) && witness.b.cpu.supervisor() &&
                  out.b.completed;
      break;
    case Class::kPages:
      out.holds =
          complete && results_differ(out.a, out.b) && !accesses_what_differs(laboratory, witness);
      break;
    default:
      out.holds = complete && results_differ(out.a, out.b);
  }
  return out;
}

}  // namespace ringside::study
