#include "session/examine.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "session/open_x86.hpp"
#include "session/process_ends.hpp"
#include "session/shadow_audit.hpp"

namespace ringside::session {

namespace {

std::string outcome_of(const vmm::AnyMachine& machine) {
  if (!machine.ending()) return "";
  const vmm::Ending& ending = *machine.ending();
  if (ending.outcome == vmm::Ending::Outcome::kExited)
    return fmt::format("exited with {}", ending.exit_code);
  return ending.reason;
}

template <class A>
void take_counts(Examination& out, const vmm::MachineOf<A>& other) {
  out.isa = other.isa_name();
  out.strategy = other.strategy_name();
  out.direct = other.direct_instructions(0);
  out.translated = other.vm().internals().counts.translated;
}

// What no access went through yet stands in the tables all the same.
template <class A>
void look_at_tables(Examination& out, const vmm::MachineOf<A>& other) {
  if (out.breach || !other.vm().virtualized()) return;
  const std::string fault = audit_shadow(other).fault;
  if (!fault.empty())
    out.breach = Finding{other.clock().now(), CheckedIsa<A>::pc(other.vm().guest_state()), "in the VMM's tables: " + fault};
}

// A translation that one machine still holds, the other may have dropped.
std::optional<Finding> earlier(const std::optional<Finding>& a, const std::optional<Finding>& b) {
  return !a || (b && b->time < a->time) ? b : a;
}

template <class A>
Examination examine_once(vmm::MachineOf<A>& bare, vmm::MachineOf<A>& other, const ExamineOptions& options,
                         u64 fine_from) {
  AuditorOf<A> reference(bare), auditor(other);
  u64 ticks = 0;
  EquivalenceOptionsOf<A> how{options.ticks, options.memory_every, fine_from, options.symbol, {}, {}};
  how.observe = [&](const typename A::State& before) {
    ++ticks;
    reference.count_events(before);
    other.log().forget();
  };
  if (options.goes_on) how.goes_on = [&] { return options.goes_on(ticks); };
  Equivalence compared = compare_instants(bare, other, how);

  Examination out;
  take_counts(out, other);
  out.divergence = std::move(compared.divergence);
  out.ticks = compared.ticks;
  out.ended = compared.ended;
  out.stopped = compared.stopped;
  out.stale = earlier(reference.stale(), auditor.stale());
  out.breach = auditor.breach();
  out.audited = auditor.counts();
  out.emulation = auditor.emulation();
  out.guest = reference.guest();
  out.outcome = outcome_of(bare);
  look_at_tables(out, other);
  if (options.look) options.look(reference);
  return out;
}

// Memory is compared seldom, for that takes long: where only memory differs, a second run compares
// it at each tick of the last stretch.
template <class A>
Result<Examination> examine_machines(const MakeMachineOf<A>& bare, const MakeMachineOf<A>& other,
                                     const ExamineOptions& options) {
  u64 fine_from = ~u64{0};
  for (;;) {
    auto a = bare(), b = other();
    if (!a) return fail(a.error());
    if (!b) return fail(b.error());
    Examination out = examine_once(**a, **b, options, fine_from);
    const bool coarse = out.divergence && out.divergence->memory && fine_from > out.ticks;
    if (!coarse || options.memory_every <= 1) return out;
    fine_from = out.ticks > options.memory_every ? out.ticks - options.memory_every : 1;
  }
}

}  // namespace

Result<Examination> examine(const MakeMachine& bare, const MakeMachine& other, const ExamineOptions& options) {
  return examine_machines(bare, other, options);
}

Result<Examination> examine(const MakePc& bare, const MakePc& other, const ExamineOptions& options) {
  return examine_machines(bare, other, options);
}

Result<Examination> examine_guest(const Options& options, const ExamineOptions& how) {
  const auto image = load_guest(options);
  if (!image) return fail(image.error());
  Options own = options;
  own.virtual_time = true;
  Options reference = own;
  reference.strategy = "bare";
  reference.paging = Options{}.paging;
  ExamineOptions named = how;
  named.symbol = [&](u32 pc) { return image->symbols.name(pc); };
  const std::vector images{*image};
  if (image->machine == loader::Machine::k386)
    return examine([&] { return make_x86_machine(reference, images); }, [&] { return make_x86_machine(own, images); }, named);
  return examine([&] { return make_machine(reference, images); }, [&] { return make_machine(own, images); }, named);
}

// --- ported guests ---

namespace {

constexpr u64 kStepsBetweenQuestions = 1u << 16;

// Goes to the end, a limit, or where somebody stops it; false then.
template <class A>
bool follow(vmm::MachineOf<A>& machine, ProcessWatchOf<A>& watch, const ExamineOptions& options, Examination& out) {
  for (u64 steps = 1; options.ticks == 0 || machine.instructions() < options.ticks; ++steps) {
    if (!watch.step()) return true;
    machine.log().forget();
    out.stopped = steps % kStepsBetweenQuestions == 0 && options.goes_on && !options.goes_on(machine.instructions());
    if (out.stopped) return false;
  }
  return false;
}

template <class A>
std::string console_of(const vmm::MachineOf<A>& machine) {
  return machine.vm().console().text(0);
}

// Two consoles from the line on in which they part.
std::string console_difference(const std::string& a, const std::string& b) {
  const std::size_t at = static_cast<std::size_t>(std::ranges::mismatch(a, b).in1 - a.begin());
  const std::size_t line = at == 0 ? 0 : a.rfind('\n', at - 1) + 1;
  const auto from = [&](const std::string& text) { return text.substr(line, text.find('\n', line) - line); };
  return fmt::format("console: \"{}\" / \"{}\"", from(a), from(b));
}

// Where the bare machine came to no end there is nothing to compare with.
template <class A>
void compare_runs(Examination& out, const vmm::MachineOf<A>& bare, const vmm::MachineOf<A>& other,
                  const ProcessWatchOf<A>& a, const ProcessWatchOf<A>& b) {
  out.processes = a.ends().size();
  if (!bare.ending() || out.stopped) return;
  std::vector<std::string> found;
  if (outcome_of(bare) != outcome_of(other))
    found.push_back(fmt::format("ending: {} / {}", outcome_of(bare),
                                other.ending() ? outcome_of(other)
                                               : fmt::format("none in {} instructions", other.instructions())));
  if (console_of(bare) != console_of(other)) found.push_back(console_difference(console_of(bare), console_of(other)));
  for (std::string& each : compare_ends(a.ends(), b.ends())) found.push_back(std::move(each));
  if (found.empty()) return;
  out.divergence = Divergence{};
  out.divergence->time = bare.clock().now();
  out.divergence->differences = std::move(found);
}

template <class A>
Result<Examination> examine_ported_machines(const MakeMachineOf<A>& bare, const MakeMachineOf<A>& ported,
                                            const ExamineOptions& options) {
  auto a = bare(), b = ported();
  if (!a) return fail(a.error());
  if (!b) return fail(b.error());
  AuditorOf<A> reference(**a), auditor(**b);
  ProcessWatchOf<A> first(**a), other(**b);
  Examination out;
  out.ended = follow(**a, first, options, out) && follow(**b, other, options, out);
  take_counts(out, **b);
  compare_runs(out, **a, **b, first, other);
  out.ticks = (*a)->clock().now();
  out.stale = reference.stale();
  out.breach = auditor.breach();
  out.audited = auditor.counts();
  out.emulation = auditor.emulation();
  out.outcome = outcome_of(**a);
  look_at_tables(out, **b);
  return out;
}

}  // namespace

Result<Examination> examine_ported(const MakeMachine& bare, const MakeMachine& ported, const ExamineOptions& options) {
  return examine_ported_machines(bare, ported, options);
}

Result<Examination> examine_ported(const MakePc& bare, const MakePc& ported, const ExamineOptions& options) {
  return examine_ported_machines(bare, ported, options);
}

Result<Examination> examine_ported_guest(const Options& options, const Options& ported, const ExamineOptions& how) {
  const auto image = load_guest(options), port = load_guest(ported);
  if (!image) return fail(image.error());
  if (!port) return fail(port.error());
  Options reference = options, own = ported;
  reference.virtual_time = own.virtual_time = true;
  reference.strategy = "bare";
  if (image->machine == loader::Machine::k386)
    return examine_ported([&] { return make_x86_machine(reference, {*image}); },
                          [&] { return make_x86_machine(own, {*port}); }, how);
  return examine_ported([&] { return make_machine(reference, {*image}); },
                        [&] { return make_machine(own, {*port}); }, how);
}

}  // namespace ringside::session
