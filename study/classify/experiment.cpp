#include "study/classify/experiment.hpp"

#include "base/hash.hpp"
#include "study/classify/describe.hpp"
#include "study/classify/gates.hpp"
#include "study/classify/simplify.hpp"
#include "study/classify/vary.hpp"

namespace ringside::study {

using namespace session;

namespace {

// How user mode answered, by the value of a gate.
struct Answers {
  Gate gate;
  std::array<u64, 2> ran{}, trapped{};

  // Whether one value always traps and the other never does.
  bool closed_by(bool value) const {
    constexpr u64 kEnough = 8;
    return trapped[value] >= kEnough && ran[value] == 0 && ran[!value] >= kEnough;
  }
};

template <class Lab>
class Search {
 public:
  using State = typename Lab::State;
  using Witness = WitnessOf<Lab>;

  Search(Lab& laboratory, const typename Lab::Instruction& instruction)
      : laboratory_(laboratory), instruction_(instruction) {
    found_.finding.instruction = instruction.name;
    for (const Gate& each : gates_of(State{})) answers_.push_back({each});
  }

  void trial(Random random);
  /// Whether more states may tell more: few completed, or it is sensitive but was not seen to be so in user mode.
  bool undecided(u64 enough) const;
  Experiment<Lab> result();

 private:
  bool has(Class which) const { return found_.witnesses.contains(which); }
  void count_in_user_mode(const Witness& witness, const typename Lab::Outcome& outcome);
  bool is_denied(const Witness& witness, const typename Lab::Outcome& outcome);
  void try_variations(Witness witness, Random& random);
  void try_pair(Witness witness, Class shows, const State& b);
  void try_many(Witness witness, Class shows, const State& b);
  void try_pages(const Witness& witness, Random& random);
  void keep(const Witness& witness);
  bool wanted(const Witness& witness) const;
  void try_privileged(Witness witness);
  void judge_user_mode();
  void judge_checks();

  Lab& laboratory_;
  const typename Lab::Instruction& instruction_;
  Experiment<Lab> found_;
  std::vector<Answers> answers_;
  State first_{};  ///< of the trial, and what came of it
  typename Lab::Outcome outcome_{};
  u64 ran_in_user_ = 0, trapped_in_user_ = 0;
};

template <class Lab>
void Search<Lab>::trial(Random random) {
  Witness witness;
  witness.code = draw_code(random, instruction_);
  draw(random, witness.a);
  witness.b = witness.a;
  const auto outcome = laboratory_.run(witness.a, witness.code);
  found_.finding.completed += outcome.completed;
  if (witness.a.user()) count_in_user_mode(witness, outcome);
  if (!outcome.completed) return;
  if (changes_resources(outcome)) keep(witness);
  try_privileged(witness);
  first_ = witness.a, outcome_ = outcome;
  try_variations(witness, random);
}

template <class Lab>
bool Search<Lab>::undecided(u64 enough) const {
  if (found_.finding.completed < enough) return true;
  const bool sensitive = has(Class::kControl) || has(Class::kMode) || has(Class::kStatus);
  return sensitive && !has(Class::kUser) && ran_in_user_ != 0;
}

template <class Lab>
void Search<Lab>::count_in_user_mode(const Witness& witness, const typename Lab::Outcome& outcome) {
  const bool denied = is_denied(witness, outcome);
  ran_in_user_ += outcome.completed;
  trapped_in_user_ += denied;
  for (Answers& each : answers_) {
    const bool value = is_set(each.gate, witness.a);
    each.ran[value] += outcome.completed;
    each.trapped[value] += denied;
  }
}

// On x86 much else than the privilege level ends in #GP: a trap counts where supervisor mode has
// none.
template <class Lab>
bool Search<Lab>::is_denied(const Witness& witness, const typename Lab::Outcome& outcome) {
  if (!traps(outcome)) return false;
  return !Lab::kTrapsHaveManyCauses ||
         laboratory_.run(vary_mode(witness.a), witness.code).completed;
}

template <class Lab>
void Search<Lab>::try_variations(Witness witness, Random& random) {
  const State& a = witness.a;
  try_pair(witness, Class::kMode, vary_mode(a));
  try_pair(witness, Class::kFrames, vary_frames(a, random));
  if (a.paging()) try_pages(witness, random);
  try_pair(witness, Class::kStatus, vary_paging(a));
  try_many(witness, Class::kStatus, vary_status(a, random));
  try_pair(witness, Class::kTime, vary_time(a, random));
}

template <class Lab>
void Search<Lab>::try_pair(Witness witness, Class shows, const State& b) {
  witness.shows = shows;
  witness.b = b;
  if (!wanted(witness)) return;
  const bool known = witness.a == first_;
  if ((known ? replay(laboratory_, witness, outcome_) : replay(laboratory_, witness)).holds) keep(witness);
}

// Much is varied at once; if that makes a difference, one part of it is looked for that does.
template <class Lab>
void Search<Lab>::try_many(Witness witness, Class shows, const State& b) {
  witness.shows = shows;
  witness.b = b;
  if (!wanted(witness) || !replay(laboratory_, witness, outcome_).holds) return;
  const auto way = step_by_step(witness.a, b);
  for (std::size_t i = 1; i < way.size(); ++i) {
    try_pair(witness, shows, way[i]);
    witness.a = way[i];
  }
}

template <class Lab>
void Search<Lab>::try_pages(const Witness& witness, Random& random) {
  const u32 accessed = laboratory_.accessed(witness.a, witness.code);
  try_many(witness, Class::kPages, vary_pages(witness.a, ~accessed, random));
}

// Supervisor mode completed: does user mode trap? Whether it always does is judged at the end.
template <class Lab>
void Search<Lab>::try_privileged(Witness witness) {
  witness.shows = Class::kPrivileged;
  witness.a = vary_mode(witness.b);
  if (has(Class::kPrivileged) || !replay(laboratory_, witness).holds) return;
  found_.witnesses[Class::kPrivileged] = simplify(laboratory_, witness);
}

template <class Lab>
bool Search<Lab>::wanted(const Witness& witness) const {
  const bool of_user = witness.in_user_mode() && witness.shows != Class::kTime;
  return !has(witness.shows) || (of_user && !has(Class::kUser));
}

template <class Lab>
void Search<Lab>::keep(const Witness& witness) {
  if (!wanted(witness)) return;
  const Witness simple = simplify(laboratory_, witness);
  found_.witnesses.try_emplace(witness.shows, simple);
  if (witness.in_user_mode() && witness.shows != Class::kTime)
    found_.witnesses.try_emplace(Class::kUser, simple);
}

template <class Lab>
void Search<Lab>::judge_user_mode() {
  Finding& finding = found_.finding;
  if (trapped_in_user_ != 0)
    finding.in_user = ran_in_user_ != 0 ? InUserMode::kSometimesTraps : InUserMode::kTraps;
  if (finding.in_user != InUserMode::kSometimesTraps) return;
  for (const Answers& each : answers_)
    for (const bool value : {false, true})
      if (each.closed_by(value))
        finding.gates.push_back((value ? "" : "not ") + std::string(each.gate.name));
}

// What traps in user mode in some states only, and behind no bit that a monitor could set, is not
// privileged: that it completes in supervisor mode where user mode is denied it is a result that
// depends on the mode.
template <class Lab>
void Search<Lab>::judge_checks() {
  const Finding& finding = found_.finding;
  if (finding.in_user == InUserMode::kTraps) return;
  auto denied = found_.witnesses.extract(Class::kPrivileged);
  if (denied.empty() || !finding.gates.empty()) return;
  denied.key() = Class::kMode;
  found_.witnesses.insert(std::move(denied));
}

template <class Lab>
Experiment<Lab> Search<Lab>::result() {
  judge_user_mode();
  judge_checks();
  for (const auto& [shown, witness] : found_.witnesses)
    found_.finding.witnesses[shown] = describe(laboratory_, shown, witness);
  return std::move(found_);
}

}  // namespace

template <class Lab>
Experiment<Lab> experiment(Lab& laboratory, const typename Lab::Instruction& instruction,
                           u32 trials) {
  Search<Lab> search(laboratory, instruction);
  const u64 seed = hash_bytes(instruction.name.data(), instruction.name.size());
  const u32 most = trials * Lab::kPatience;
  for (u32 i = 0; i < most && (i < trials || search.undecided(trials / 2)); ++i)
    search.trial(Random(hash_mix(seed, i)));
  return search.result();
}

template Experiment<Laboratory> experiment(Laboratory&, const LabInstruction&, u32);
template Experiment<X86Laboratory> experiment(X86Laboratory&, const LabX86Instruction&, u32);

}  // namespace ringside::study
