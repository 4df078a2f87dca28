#include "study/classify/experiment.hpp"

#include "base/hash.hpp"
#include "study/classify/simplify.hpp"
#include "study/classify/vary.hpp"

namespace ringside::study {

using namespace session;

namespace {

// How user mode answered, by the value of one bit of the status register.
struct Gate {
  LabStatusBit bit;
  std::array<u64, 2> ran{}, trapped{};
  void count(u32 sr, const LabOutcome& outcome) {
    const bool value = sr & bit.bit;
    ran[value] += outcome.completed;
    trapped[value] += traps(outcome);
  }
};

class Search {
 public:
  Search(Laboratory& laboratory, const LabInstruction& instruction)
      : laboratory_(laboratory), instruction_(instruction) {
    finding_.instruction = instruction.name;
    for (const LabStatusBit& each : lab_status_bits())
      if (!each.user_writable && each.bit != kLabModeBit) gates_.push_back({each});
  }

  void trial(Random random);
  Finding result();

 private:
  void try_variations(Witness witness, Random& random);
  void try_pair(Witness witness, Class shows, const LabState& b);
  void try_many(Witness witness, Class shows, const LabState& b);
  void try_pages(const Witness& witness, Random& random);
  void keep(const Witness& witness);
  bool wanted(const Witness& witness) const;
  void try_privileged(Witness witness);
  void judge_user_mode();

  Laboratory& laboratory_;
  const LabInstruction& instruction_;
  Finding finding_;
  std::vector<Gate> gates_;
  u64 ran_in_user_ = 0, trapped_in_user_ = 0;
};

void Search::trial(Random random) {
  Witness witness;
  witness.word = draw_word(random, instruction_);
  witness.a = witness.b = draw_state(random);
  const LabOutcome outcome = laboratory_.run(witness.a, witness.word);
  finding_.completed += outcome.completed;
  if (!witness.a.cpu.supervisor()) {
    ran_in_user_ += outcome.completed;
    trapped_in_user_ += traps(outcome);
    for (Gate& gate : gates_) gate.count(witness.a.cpu.sr, outcome);
  }
  if (!outcome.completed) return;
  if (changes_resources(outcome)) keep(witness);
  try_privileged(witness);
  try_variations(witness, random);
}

void Search::try_variations(Witness witness, Random& random) {
  const LabState& a = witness.a;
  try_pair(witness, Class::kMode, vary_mode(a));
  try_pair(witness, Class::kFrames, vary_frames(a, random));
  if (a.cpu.paging()) try_pages(witness, random);
  try_pair(witness, Class::kStatus, vary_paging(a));
  try_many(witness, Class::kStatus, vary_status(a, random));
  try_pair(witness, Class::kTime, vary_time(a, random));
}

void Search::try_pair(Witness witness, Class shows, const LabState& b) {
  witness.shows = shows;
  witness.b = b;
  if (wanted(witness) && replay(laboratory_, witness).holds) keep(witness);
}

// Much is varied at once; if that makes a difference, one part of it is looked for that does.
void Search::try_many(Witness witness, Class shows, const LabState& b) {
  witness.shows = shows;
  witness.b = b;
  if (!wanted(witness) || !replay(laboratory_, witness).holds) return;
  const auto way = step_by_step(witness.a, b);
  for (std::size_t i = 1; i < way.size(); ++i) {
    try_pair(witness, shows, way[i]);
    witness.a = way[i];
  }
}

void Search::try_pages(const Witness& witness, Random& random) {
  const u32 accessed = laboratory_.accessed(witness.a, witness.word);
  try_many(witness, Class::kPages, vary_pages(witness.a, ~accessed, random));
}

// Supervisor mode completed: does user mode trap? Whether it always does is judged at the end.
void Search::try_privileged(Witness witness) {
  witness.shows = Class::kPrivileged;
  witness.a = vary_mode(witness.b);
  if (finding_.is(Class::kPrivileged) || !replay(laboratory_, witness).holds) return;
  finding_.witnesses[Class::kPrivileged] = simplify(laboratory_, witness);
}

bool Search::wanted(const Witness& witness) const {
  const bool user = !witness.a.cpu.supervisor() && !witness.b.cpu.supervisor();
  return !finding_.is(witness.shows) ||
         (user && witness.shows != Class::kTime && !finding_.is(Class::kUser));
}

void Search::keep(const Witness& witness) {
  if (!wanted(witness)) return;
  const Witness simple = simplify(laboratory_, witness);
  finding_.witnesses.try_emplace(witness.shows, simple);
  const bool user = !witness.a.cpu.supervisor() && !witness.b.cpu.supervisor();
  if (user && witness.shows != Class::kTime) finding_.witnesses.try_emplace(Class::kUser, simple);
}

void Search::judge_user_mode() {
  if (trapped_in_user_ != 0)
    finding_.in_user = ran_in_user_ != 0 ? InUserMode::kSometimesTraps : InUserMode::kTraps;
  if (finding_.in_user != InUserMode::kTraps) finding_.witnesses.erase(Class::kPrivileged);
  if (finding_.in_user != InUserMode::kSometimesTraps) return;
  for (const Gate& gate : gates_)
    for (const bool value : {false, true})
      if (gate.trapped[value] != 0 && gate.ran[value] == 0)
        finding_.gates.push_back((value ? "" : "not ") + std::string(gate.bit.name));
}

Finding Search::result() {
  judge_user_mode();
  return std::move(finding_);
}

}  // namespace

Finding experiment(Laboratory& laboratory, const LabInstruction& instruction, u32 trials) {
  Search search(laboratory, instruction);
  const u64 seed = hash_bytes(instruction.name.data(), instruction.name.size());
  for (u32 i = 0; i < trials; ++i) search.trial(Random(hash_mix(seed, i)));
  return search.result();
}

}  // namespace ringside::study
