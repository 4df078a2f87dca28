#include "study/classify/non_root.hpp"

#include <numeric>

#include "base/hash.hpp"
#include "study/classify/draw.hpp"

namespace ringside::study {

using namespace session;

namespace {

constexpr u32 kGuestTrials = 64;
using End = LabGuestOutcome::End;

LabHost draw_host(Random& random) {
  LabHost host;
  auto& order = host.frames;
  std::iota(order.begin(), order.end(), 0u);
  for (u32 i = static_cast<u32>(order.size()); i > 1; --i)
    std::swap(order[i - 1], order[random.below(i)]);
  host.registers = {random.word() & ~u32{3}, kLabModeBit,
                    lab_ptbr(random.below(kLabTableFrames), 2)};
  return host;
}

LabGuest draw_guest(Random& random, LabExits exits, bool nested) {
  LabGuest guest{draw_state(random), draw_host(random), exits, nested};
  for (LabPage& page : guest.state.pages) page.cached.reset();
  guest.state.cpu.halted = false;
  return guest;
}

// The page-table base is left aside: where no nested tables are, it differs by itself.
bool results_differ(const LabGuestOutcome& a, const LabGuestOutcome& b) {
  LabCpu x = a.after, y = b.after;
  x.control[kLabPtbr] = y.control[kLabPtbr] = 0;
  return x != y || a.written != b.written;
}

class GuestSearch {
 public:
  GuestSearch(GuestLaboratory& laboratory, const LabInstruction& instruction, LabExits exits,
              bool nested)
      : laboratory_(laboratory), instruction_(instruction), exits_(exits), nested_(nested) {
    finding_.instruction = instruction.name;
  }

  void trial(Random random) {
    const u32 word = draw_word(random, instruction_);
    LabGuest guest = draw_guest(random, exits_, nested_);
    const LabGuestOutcome outcome = laboratory_.run(guest, word);
    finding_.refused += outcome.end == End::kRefused;
    if (outcome.end == End::kRefused) return;
    (outcome.end == End::kExited ? exited_ : stayed_) += outcome.end != End::kTrapped;
    count_all_exits(guest, word);
    if (outcome.end != End::kCompleted) return;
    ++finding_.completed;
    const bool user = !guest.state.cpu.supervisor();
    if (outcome.host_changed) finding_.control = true, finding_.user |= user;
    vary(guest, word, outcome, random);
  }

  GuestFinding result() {
    if (exited_ != 0)
      finding_.exits = stayed_ != 0 ? InUserMode::kSometimesTraps : InUserMode::kTraps;
    finding_.can_be_made_to_exit = all_exited_ != 0 && all_stayed_ == 0;
    return finding_;
  }

 private:
  void count_all_exits(LabGuest guest, u32 word) {
    guest.exits = LabExits::kAll;
    const End end = laboratory_.run(guest, word).end;
    (end == End::kExited ? all_exited_ : all_stayed_) += end != End::kTrapped;
  }

  void vary(const LabGuest& guest, u32 word, const LabGuestOutcome& outcome, Random& random) {
    const bool user = !guest.state.cpu.supervisor();
    const auto differs = [&](const LabGuest& other) {
      const LabGuestOutcome out = laboratory_.run(other, word);
      return out.end == End::kCompleted && results_differ(outcome, out);
    };
    LabGuest other = guest;
    other.host.frames = draw_host(random).frames;
    if (differs(other)) finding_.frames = true, finding_.user |= user;
    other = guest;
    other.host.registers = draw_host(random).registers;
    other.host.pending = random.word() & 0x222;
    if (differs(other)) finding_.status = true, finding_.user |= user;
    other = guest;
    other.state.time ^= random.next() | 1;
    finding_.time |= differs(other);
  }

  GuestLaboratory& laboratory_;
  const LabInstruction& instruction_;
  LabExits exits_;
  bool nested_;
  GuestFinding finding_;
  u64 exited_ = 0, stayed_ = 0, all_exited_ = 0, all_stayed_ = 0;
};

Judged judged(const GuestFinding& f) {
  return {f.instruction,
          f.sensitive(),
          f.user,
          f.time,
          f.exits == InUserMode::kTraps,
          f.exits == InUserMode::kTraps || f.can_be_made_to_exit};
}

}  // namespace

NonRootClassification classify_non_root(const std::vector<LabInstruction>& instructions,
                                        LabExits exits, bool nested) {
  NonRootClassification all;
  std::vector<Judged> cases;
  GuestLaboratory laboratory;
  for (const LabInstruction& each : instructions) {
    GuestSearch search(laboratory, each, exits, nested);
    const u64 seed = hash_bytes(each.name.data(), each.name.size());
    for (u32 i = 0; i < kGuestTrials; ++i) search.trial(Random(hash_mix(seed, i)));
    all.findings.push_back(search.result());
    cases.push_back(judged(all.findings.back()));
  }
  all.verdicts = judge(cases, "exits");
  return all;
}

}  // namespace ringside::study
