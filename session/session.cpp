#include "session/session.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "session/notes.hpp"
#include "session/open.hpp"

namespace ringside::session {

struct Session::Parts {
  Options options;
  loader::Image image;
  std::string model_name, model_hash;
  std::unique_ptr<vmm::Machine> machine;
  std::vector<TypedInput> typed;  ///< so far
  std::string stopped;            ///< why the user ended the run; empty if not
};

Session::Session(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
Session::Session(Session&&) noexcept = default;
Session& Session::operator=(Session&&) noexcept = default;
Session::~Session() = default;

Result<Session> Session::open(const Options& options) {
  if (auto fits = check_options(options); !fits) return fail(fits.error());
  auto image = load_guest(options);
  if (!image) return fail(image.error());
  auto machine = make_machine(options, *image);
  if (!machine) return fail(machine.error());
  const auto model = load_model(options);
  if (!model) return fail(model.error());
  return Session(std::make_unique<Parts>(Parts{options, std::move(*image), model->name,
                                               fmt::format("{:016x}", model->hash()),
                                               std::move(*machine), {}, ""}));
}

const Options& Session::options() const { return parts_->options; }
vmm::Machine& Session::machine() { return *parts_->machine; }
const vmm::Machine& Session::machine() const { return *parts_->machine; }
const loader::Image& Session::image() const { return parts_->image; }
bool Session::ended() const { return machine().ending() || !parts_->stopped.empty(); }
bool Session::waits_for_input() const { return machine().waits_for_input(); }
const std::vector<TypedInput>& Session::typed() const { return parts_->typed; }
void Session::stop(std::string reason) { parts_->stopped = std::move(reason); }

void Session::type(std::string_view text) {
  parts_->typed.push_back({machine().steps(), std::string(text)});
  machine().type(text);
}

std::string Session::console(std::size_t start) const {
  return machine().vm().internals().platform.console().output().text(start);
}

// Up to so many steps (0: no limit), typing what was recorded when its time comes; at once if the guest
// waits for it, which it does only in a run that differs from the recorded one.
void Session::run_to(u64 steps) {
  vmm::Limits limits{options().max_instructions, options().max_cycles, 0, 0};
  const auto& recorded = options().typed;
  while (!ended() && (steps == 0 || machine().steps() < steps)) {
    const std::size_t next = parts_->typed.size();
    const bool more = next < recorded.size();
    if (more && (waits_for_input() || machine().steps() >= recorded[next].step)) {
      type(recorded[next].bytes);
      continue;
    }
    limits.steps = more && (steps == 0 || recorded[next].step < steps) ? recorded[next].step : steps;
    machine().run(limits);
    if (!more && waits_for_input()) return;
  }
}

void Session::run() { run_to(0); }

void Session::run(const std::function<bool()>& between, u64 slice) {
  do {
    run_to(machine().steps() + slice);
  } while (!ended() && !waits_for_input() && between());
}

namespace {

std::string_view outcome_name(vmm::Ending::Outcome outcome) {
  switch (outcome) {
    case vmm::Ending::Outcome::kExited: return "exited";
    case vmm::Ending::Outcome::kFailed: return "failed";
    case vmm::Ending::Outcome::kLimit: return "limit";
  }
  return "?";
}

void add_exits(Report& report, const vmm::VmState& state) {
  for (const auto& [kind, seen] : state.exits)
    report.exits.push_back({vmm::exit_name(kind), seen.count, seen.cycles, seen.min, seen.max});
  std::stable_sort(report.exits.begin(), report.exits.end(),
                   [](const auto& a, const auto& b) { return a.cycles > b.cycles; });
}

void add_holes(Report& report, const vmm::VmState& state, const loader::SymbolTable& symbols) {
  for (const auto& [row, hole] : state.holes)
    report.holes.push_back({std::string(zisa::kRows[row].name), hole.count, hole.first_pc,
                            symbols.name(hole.first_pc), hole.got, hole.bare_metal, false, ""});
}

}  // namespace

Report Session::report() const {
  const vmm::Machine& m = machine();
  const vmm::VmState& state = m.vm().internals();
  Report r;
  r.guest = options().guest;
  r.isa = m.cpu().variant().name;
  r.strategy = m.strategy().name();
  r.paging = state.assisted.nested ? "nested" : m.vm().virtualized() ? "shadow" : "none";
  r.cost_model = parts_->model_name;
  r.cost_model_hash = parts_->model_hash;
  r.outcome = m.ending() ? outcome_name(m.ending()->outcome) : "running";
  if (!m.ending() && !parts_->stopped.empty()) r.outcome = "limit", r.reason = parts_->stopped;
  if (m.ending()) r.exit_code = m.ending()->exit_code, r.reason = m.ending()->reason;
  r.notes = notes(options(), r.isa);
  r.console = console();
  r.seed = options().seed;
  r.frequency_khz = m.ledger().price(cost::Param::kFrequencyKhz);
  r.direct = m.cpu().direct;
  r.emulated = state.counts.emulated;
  r.translated = state.counts.translated;
  r.cycles = m.cycles();
  for (std::size_t a = 0; a < cost::kAccounts; ++a) {
    const auto account = static_cast<cost::Account>(a);
    r.accounts.push_back({std::string(cost::account_name(account)), m.ledger().cycles(account)});
  }
  add_exits(r, state);
  add_holes(r, state, image().symbols);
  r.tlb_hits = m.cpu().mmu().tlb.counts.hits;
  r.tlb_misses = m.cpu().mmu().tlb.counts.misses;
  r.walk_cache_hits = m.cpu().mmu().caches.entry_hits;
  r.nested_tlb_hits = m.cpu().mmu().caches.frame_hits;
  r.pc = m.vm().guest_state().pc;
  r.symbol = image().symbols.name(r.pc);
  r.state_hash = m.state_hash();
  r.trace_hash = m.log().hash();
  return r;
}

}  // namespace ringside::session
