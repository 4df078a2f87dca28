#include "session/examine.hpp"

#include <fmt/format.h>

#include "session/open.hpp"
#include "session/shadow_audit.hpp"

namespace ringside::session {

namespace {

std::string outcome_of(const vmm::Machine& machine) {
  if (!machine.ending()) return "";
  const vmm::Ending& ending = *machine.ending();
  if (ending.outcome == vmm::Ending::Outcome::kExited)
    return fmt::format("exited with {}", ending.exit_code);
  return ending.reason;
}

void take_counts(Examination& out, const vmm::Machine& other) {
  out.isa = other.cpu().variant().name;
  out.strategy = other.strategy().name();
  out.direct = other.direct_instructions(0);
  out.translated = other.vm().internals().counts.translated;
}

// What no access went through yet stands in the tables all the same.
void look_at_tables(Examination& out, const vmm::Machine& other) {
  if (out.breach || !other.vm().deprivileged()) return;
  const std::string fault = audit_shadow(other).fault;
  if (!fault.empty())
    out.breach =
        Finding{other.clock().now(), other.vm().guest_state().pc, "in the shadow tables: " + fault};
}

Examination examine_once(vmm::Machine& bare, vmm::Machine& other, const ExamineOptions& options,
                         u64 fine_from) {
  Auditor reference(bare), auditor(other);
  u64 ticks = 0;
  EquivalenceOptions how{options.ticks, options.memory_every, fine_from, options.symbol, {}, {}};
  how.observe = [&](const cpu::ArchState& before) {
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
  out.stale = reference.stale();
  out.breach = auditor.breach();
  out.audited = auditor.counts();
  out.emulation = auditor.emulation();
  out.guest = reference.guest();
  out.outcome = outcome_of(bare);
  look_at_tables(out, other);
  if (options.look) options.look(reference);
  return out;
}

}  // namespace

// Memory is compared seldom, for that takes long: where only memory differs, a second run compares
// it at each tick of the last stretch.
Result<Examination> examine(const MakeMachine& bare, const MakeMachine& other,
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
  return examine([&] { return make_machine(reference, {*image}); },
                 [&] { return make_machine(own, {*image}); }, named);
}

}  // namespace ringside::session
