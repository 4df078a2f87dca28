#include "session/session.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "session/notes.hpp"
#include "session/open.hpp"
#include "session/open_x86.hpp"

namespace ringside::session {

struct Session::Parts {
  Options options;
  std::vector<loader::Image> images;  ///< of the guests, in order
  std::string model_name, model_hash;
  std::unique_ptr<vmm::Machine> zisa;  ///< this or the next
  std::unique_ptr<x86::Machine> pc;
  std::vector<TypedInput> typed;  ///< so far
  std::string stopped;            ///< why the user ended the run; empty if not
};

Session::Session(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
Session::Session(Session&&) noexcept = default;
Session& Session::operator=(Session&&) noexcept = default;
Session::~Session() = default;

Result<Session> Session::open(const Options& options) {
  if (auto fits = check_options(options); !fits) return fail(fits.error());
  std::vector<loader::Image> images;
  for (const Options& each : guests_of(options)) {
    auto image = load_guest(each);
    if (!image) return fail(image.error());
    images.push_back(std::move(*image));
  }
  auto parts = std::make_unique<Parts>();
  const bool x86 = images.front().machine == loader::Machine::k386;
  const auto model = load_model(options, x86);
  if (!model) return fail(model.error());
  const auto keep = [](auto made, auto& as) -> Result<void> {
    if (!made) return fail(made.error());
    as = std::move(*made);
    return {};
  };
  auto made = x86 ? keep(make_x86_machine(options, images, *model), parts->pc)
                  : keep(make_machine(options, images, *model), parts->zisa);
  if (!made) return fail(made.error());
  parts->options = options, parts->model_name = model->name;
  parts->model_hash = fmt::format("{:016x}", model->hash());
  parts->images = std::move(images);
  return Session(std::move(parts));
}

const Options& Session::options() const { return parts_->options; }
bool Session::is_x86() const { return parts_->pc != nullptr; }
vmm::Machine& Session::machine() { return *parts_->zisa; }
const vmm::Machine& Session::machine() const { return *parts_->zisa; }
x86::Machine& Session::pc() { return *parts_->pc; }
const x86::Machine& Session::pc() const { return *parts_->pc; }
vmm::AnyMachine& Session::any_machine() {
  return is_x86() ? static_cast<vmm::AnyMachine&>(pc()) : machine();
}
const vmm::AnyMachine& Session::any_machine() const {
  return is_x86() ? static_cast<const vmm::AnyMachine&>(pc()) : machine();
}
const loader::Image& Session::image(std::size_t guest) const { return parts_->images[guest]; }
std::size_t Session::guests() const { return parts_->images.size(); }
bool Session::ended() const { return any_machine().ending() || !parts_->stopped.empty(); }
bool Session::waits_for_input() const { return any_machine().waits_for_input(); }
const std::vector<TypedInput>& Session::typed() const { return parts_->typed; }
void Session::stop(std::string reason) { parts_->stopped = std::move(reason); }

void Session::type(std::string_view text) {
  parts_->typed.push_back({any_machine().steps(), std::string(text)});
  any_machine().type(text);
}

std::string Session::console(std::size_t start, std::size_t guest) const {
  return any_machine().console(start, guest);
}

// Up to so many steps (0: no limit), typing what was recorded when its time comes; at once if the guest
// waits for it, which it does only in a run that differs from the recorded one.
void Session::run_to(u64 steps) {
  vmm::Limits limits{options().max_instructions, options().max_cycles, 0, 0};
  const auto& recorded = options().typed;
  while (!ended() && (steps == 0 || any_machine().steps() < steps)) {
    const std::size_t next = parts_->typed.size();
    const bool more = next < recorded.size();
    if (more && (waits_for_input() || any_machine().steps() >= recorded[next].step)) {
      type(recorded[next].bytes);
      continue;
    }
    limits.steps = more && (steps == 0 || recorded[next].step < steps) ? recorded[next].step : steps;
    any_machine().run(limits);
    if (!more && waits_for_input()) return;
  }
}

void Session::run() { run_to(0); }

void Session::run(const std::function<bool()>& between, u64 slice) {
  do {
    run_to(any_machine().steps() + slice);
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

template <class A>
void add_exits(Report& report, const typename A::VmState& state) {
  for (const auto& [kind, seen] : state.exits)
    report.exits.push_back({A::exit_name(kind), seen.count, seen.cycles, seen.min, seen.max});
  std::stable_sort(report.exits.begin(), report.exits.end(),
                   [](const auto& a, const auto& b) { return a.cycles > b.cycles; });
}

template <class A>
void add_holes(Report& report, const typename A::VmState& state, const loader::SymbolTable& symbols) {
  for (const auto& [row, hole] : state.holes)
    report.holes.push_back({std::string(A::row_name(row)), hole.count, hole.first_pc,
                            symbols.name(hole.first_pc), hole.got, hole.bare_metal, false, ""});
}

void add_left_out(Report& report, const x86::VmState& state, const loader::SymbolTable& symbols) {
  for (const auto& [name, each] : state.left_out)
    report.left_out.push_back({name, each.count, each.first_pc, symbols.name(each.first_pc), each.bytes,
                               each.text, each.needs});
  std::stable_sort(report.left_out.begin(), report.left_out.end(), [&](const auto& a, const auto& b) {
    return state.left_out.at(a.instruction).first_at < state.left_out.at(b.instruction).first_at;
  });
}

void add_charges(Report& report, const cost::Ledger& ledger) {
  for (const cost::Row& row : cost::kRows)
    if (const u64 count = row.param == cost::Param::kFrequencyKhz ? 0 : ledger.count(row.param))
      report.charges.push_back({std::string(row.key()), count, count * ledger.price(row.param)});
}

std::vector<AccountReport> accounts_of(const vmm::Spending& spent) {
  std::vector<AccountReport> accounts;
  for (std::size_t a = 0; a < spent.size(); ++a)
    accounts.push_back({std::string(cost::account_name(static_cast<cost::Account>(a))), spent[a]});
  return accounts;
}

// The part of a report that is read off a machine.
template <class A>
void read_off(Report& r, const vmm::MachineOf<A>& m, std::size_t guest, const loader::Image& image) {
  const auto& vm = m.vm(guest);
  const auto& state = vm.internals();
  r.isa = A::isa_name(m.cpu());
  r.strategy = m.strategy().name();
  r.paging = vm.paging_name();
  if (const auto* t = vm.translation())
    r.translation = TranslationReport{t->units, t->instructions, t->retranslated, t->dropped, t->flushes};
  r.emulated = state.counts.emulated;
  r.translated = state.counts.translated;
  add_exits<A>(r, state);
  add_holes<A>(r, state, image.symbols);
  r.pc = vm.guest_pc();
  // TLB and caches are the machine's: their counts are one guest's only where there is one.
  if (m.vms() > 1) return;
  const auto& mmu = m.cpu().mmu();
  r.tlb_hits = mmu.tlb.counts.hits, r.tlb_misses = mmu.tlb.counts.misses;
  r.walk_cache_hits = mmu.caches.entry_hits, r.nested_tlb_hits = mmu.caches.frame_hits;
}

}  // namespace

Report Session::report(std::size_t guest) const {
  const vmm::AnyMachine& m = any_machine();
  const auto& ending = m.ending_of(guest);
  Report r;
  if (is_x86()) {
    read_off<x86::Arch>(r, pc(), guest, image(guest));
    add_left_out(r, pc().vm(guest).internals(), image(guest).symbols);
  } else {
    read_off<vmm::ZisaArch>(r, machine(), guest, image(guest));
  }
  r.guest = guest == 0 ? options().guest : options().neighbours[guest - 1].guest;
  r.cost_model = parts_->model_name;
  r.cost_model_hash = parts_->model_hash;
  r.outcome = ending ? outcome_name(ending->outcome) : "running";
  if (!ending && !parts_->stopped.empty()) r.outcome = "limit", r.reason = parts_->stopped;
  if (ending) r.exit_code = ending->exit_code, r.reason = ending->reason;
  r.notes = notes(options(), r.isa);
  if (const auto port = image(guest).port())
    r.port = PortReport{port->added, port->removed, port->sites, port->original};
  r.console = console(0, guest);
  r.seed = options().seed;
  r.frequency_khz = m.ledger().price(cost::Param::kFrequencyKhz);
  r.direct = m.direct_instructions(guest);
  r.accounts = accounts_of(m.spent(guest));
  for (const AccountReport& each : r.accounts) r.cycles += each.cycles;
  r.symbol = image(guest).symbols.name(r.pc);
  r.state_hash = m.state_hash(guest);
  if (guests() == 1) add_charges(r, m.ledger());
  r.trace_hash = m.log().hash();
  return r;
}

MachineReport Session::machine_report() const {
  const vmm::AnyMachine& m = any_machine();
  MachineReport r;
  for (std::size_t i = 0; i < guests(); ++i) r.guests.push_back(report(i));
  vmm::Spending all{};
  for (std::size_t a = 0; a < cost::kAccounts; ++a)
    all[a] = m.ledger().cycles(static_cast<cost::Account>(a));
  r.accounts = accounts_of(all);
  r.cycles = m.cycles();
  r.world_switches = m.world_switches();
  return r;
}

}  // namespace ringside::session
