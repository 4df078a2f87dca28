#include "study/classify/outcomes.hpp"

namespace ringside::study {

using namespace session;

namespace {

u32 user_flags() {
  u32 flags = 0;
  for (const LabStatusBit& each : lab_status_bits())
    if (each.user_writable) flags |= each.bit;
  return flags;
}

// What of an x86 state is Q, all else as in a new one.
x86::State resources(const x86::State& cpu) {
  x86::State q = cpu;
  const x86::State fresh;
  q.r = fresh.r, q.seg = fresh.seg, q.eip = fresh.eip;
  q.eflags &= kLabX86SystemFlags;
  q.shadow = fresh.shadow, q.pending_debug = fresh.pending_debug;
  q.segment(x86::Seg::kCs).selector = cpu.segment(x86::Seg::kCs).selector & 3;
  return q;
}

x86::Segment without_level(x86::Segment segment) {
  segment.selector &= 0xfffc;
  segment.access &= ~x86::rights::kDpl;
  return segment;
}

// What of it the program holds itself, all else as in a new one.
x86::State program(const x86::State& cpu) {
  x86::State own;
  own.r = cpu.r, own.seg = cpu.seg, own.eip = cpu.eip;
  own.eflags = cpu.eflags & ~kLabX86SystemFlags;
  for (const x86::Seg each : {x86::Seg::kCs, x86::Seg::kSs})
    own.segment(each) = without_level(cpu.segment(each));
  return own;
}

}  // namespace

bool changes_resources(const LabOutcome& outcome) {
  const LabCpu &before = outcome.before, &after = outcome.after;
  return ((before.sr ^ after.sr) & ~user_flags()) || before.control != after.control ||
         before.halted != after.halted || outcome.map_before != outcome.map_after;
}

bool changes_resources(const LabX86Outcome& outcome) {
  return resources(outcome.before) != resources(outcome.after) ||
         outcome.map_before != outcome.map_after;
}

bool results_differ(const LabOutcome& a, const LabOutcome& b) {
  return a.after.x != b.after.x || ((a.after.sr ^ b.after.sr) & user_flags()) ||
         a.after.pc != b.after.pc || a.after.reserved != b.after.reserved ||
         a.after.reservation != b.after.reservation || a.written != b.written;
}

bool results_differ(const LabX86Outcome& a, const LabX86Outcome& b) {
  return program(a.after) != program(b.after) || a.written != b.written;
}

bool traps(const LabOutcome& outcome) {
  return !outcome.completed && !lab_address_fault(outcome.cause);
}

bool traps(const LabX86Outcome& outcome) {
  return !outcome.completed && outcome.vector != x86::kPf && outcome.vector != x86::kAc;
}

}  // namespace ringside::study
