#include "session/equivalence.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <deque>
#include <utility>

namespace ringside::session {

namespace {

constexpr std::size_t kHistory = 12;
constexpr u64 kTicksBetweenQuestions = 1u << 16;
/// Steps of a guest in which nothing changes, after which its VMM will never get further.
constexpr u64 kMostTries = 1u << 16;
/// Deliveries in one instant; one may lead to the next.
constexpr unsigned kMostEvents = 64;

/// A run that is followed instant by instant.
template <class A>
class Run {
 public:
  using Machine = vmm::MachineOf<A>;
  using State = typename A::State;

  explicit Run(Machine& machine) : m_(machine) {
    m_.only_step(true);
    m_.memory().track_dirty();
  }

  /// Goes on until virtual time moves. `before` is then what the guest saw at the instant that
  /// passed, after all interrupts; `lines` what asks for interrupts at the new one, before devices do
  /// what is due. False at the end.
  bool next() {
    const u64 now = m_.clock().now();
    for (u64 steps = 0; steps % kMostTries != kMostTries - 1 || goes_on(); ++steps) {
      if (steps == 0 || !Isa::kEventsFirst) before = m_.vm().guest_state();
      if (!m_.step() || m_.clock().now() != now || m_.waits_for_input()) break;
    }
    history_.push_back({now, Isa::pc(before), Isa::mode(before), Isa::code_at(m_, before)});
    if (history_.size() > kHistory) history_.pop_front();
    m_.vm().advance_devices();
    take_events();
    lines = Isa::lines(m_);
    return !m_.ending() && !m_.waits_for_input();
  }

  /// Guest pages written since the last call.
  std::vector<u64> written() {
    const u64 first = (ram().v - m_.memory().base().v) >> kPageShift;
    std::vector<u64> pages;
    for (const u32 number : m_.memory().dirty_pages())
      if (number >= first) pages.push_back(number - first);
    m_.memory().track_dirty();
    return pages;
  }

  const u8* page(u64 number) const { return m_.memory().at(ram() + (number << kPageShift)); }

  std::vector<PastInstruction> history(const std::function<std::string(u32)>& symbol) const {
    std::vector<PastInstruction> out;
    for (const Past& each : history_)
      out.push_back({each.time, each.pc, std::string(each.mode), symbol ? symbol(each.pc) : "",
                     each.code.count != 0 ? Isa::text(each.code) : "(no instruction)"});
    return out;
  }

  const Machine& machine() const { return m_; }

  State before;
  u64 lines = 0;

 private:
  using Isa = CheckedIsa<A>;

  struct Past {
    u64 time;
    u32 pc;
    std::string_view mode;
    Code code;
  };
  // A REP changes registers with each of its iterations.
  bool goes_on() {
    const u64 now = A::hash(m_.vm().guest_state());
    return std::exchange(tried_, now) != now;
  }
  // What comes between this instruction and the next, in no time. Where it is not delivered, time moves, and the
  // difference shows.
  void take_events() {
    const u64 now = m_.clock().now();
    for (unsigned i = 0; i < kMostEvents && !m_.ending() && m_.clock().now() == now && Isa::event_due(m_); ++i) m_.step();
  }
  Hpa ram() const { return m_.vm().host_of({A::kRamBase}); }

  Machine& m_;
  u64 tried_ = 0;
  std::deque<Past> history_;
};

template <class A>
void add_memory(Differences& out, Run<A>& a, Run<A>& b) {
  std::vector<u64> pages = a.written();
  const std::vector<u64> others = b.written();
  pages.insert(pages.end(), others.begin(), others.end());
  for (const u64 page : pages) {
    const u8 *x = a.page(page), *y = b.page(page);
    if (std::memcmp(x, y, kPageSize) == 0) continue;
    u64 at = 0;
    while (x[at] == y[at]) ++at;
    out.push_back(fmt::format("memory at {:#x}: {:#x} / {:#x}", A::kRamBase + (page << kPageShift) + at, x[at], y[at]));
    return;
  }
}

void add_ends(Differences& out, const vmm::AnyMachine& a, const vmm::AnyMachine& b) {
  const auto compare = [&](std::string_view name, const std::string& x, const std::string& y) {
    if (x != y) out.push_back(fmt::format("{}: {} / {}", name, x, y));
  };
  const auto outcome = [](const vmm::AnyMachine& m) {
    return m.ending() ? fmt::format("{} with {}", static_cast<int>(m.ending()->outcome),
                                    m.ending()->exit_code)
                      : "none";
  };
  compare("ending", outcome(a), outcome(b));
  compare("console", a.console(), b.console());
  compare("instructions", std::to_string(a.instructions()), std::to_string(b.instructions()));
  if (a.state_hash() != b.state_hash()) out.push_back("state hash");
}

/// Two runs side by side.
template <class A>
class Comparison {
 public:
  using Machine = vmm::MachineOf<A>;

  Comparison(Machine& first, Machine& other, const EquivalenceOptionsOf<A>& options)
      : o_(options), a_(first), b_(other) {}

  Equivalence operator()() {
    while (tick()) {
    }
    if (found_.empty() && over()) {  // an instant may be half over else
      add_ends(found_, a_.machine(), b_.machine());
      earlier_ = false;
    }
    out_.ended = over();
    if (!found_.empty()) out_.divergence = divergence();
    return std::move(out_);
  }

 private:
  bool over() const {
    return a_.machine().ending() || b_.machine().ending() || a_.machine().waits_for_input();
  }

  bool tick() {
    const bool more_a = a_.next(), more_b = b_.next();
    const u64 number = ++out_.ticks;
    bool go_on = more_a && more_b && (o_.ticks == 0 || number < o_.ticks);
    if (o_.observe) o_.observe(a_.before);
    if (number % kTicksBetweenQuestions == 0 && o_.goes_on && !o_.goes_on()) {
      out_.stopped = true;
      go_on = false;
    }
    CheckedIsa<A>::add_differences(found_, a_.before, b_.before);
    earlier_ = !found_.empty();
    add_instant();
    const bool look = number >= o_.fine_from || number % o_.memory_every == 0 || !go_on;
    if (found_.empty() && look) {
      add_memory(found_, a_, b_);
      memory_ = !found_.empty();
    }
    return go_on && found_.empty();
  }

  void add_instant() {
    if (a_.lines != b_.lines)
      found_.push_back(fmt::format("lines: {:#x} / {:#x}", a_.lines, b_.lines));
    const u64 x = a_.machine().clock().now(), y = b_.machine().clock().now();
    if (x != y) found_.push_back(fmt::format("time: {} / {}", x, y));
  }

  // What differs before an instruction, the one before it has done, or an interrupt since.
  Divergence divergence() const {
    Divergence d{0, found_, memory_, std::nullopt, a_.history(o_.symbol), b_.history(o_.symbol)};
    const std::size_t back = earlier_ ? 2 : 1;
    if (d.first.size() >= back) d.at_fault = d.first[d.first.size() - back];
    if (!d.first.empty()) d.time = d.first.back().time;
    return d;
  }

  const EquivalenceOptionsOf<A>& o_;
  Run<A> a_, b_;
  Equivalence out_;
  Differences found_;
  bool earlier_ = false;  ///< the difference was there before the last instruction
  bool memory_ = false;
};

std::string history_text(std::string_view name, const std::vector<PastInstruction>& history) {
  std::string text = fmt::format("{}:\n", name);
  for (const PastInstruction& each : history)
    text += fmt::format("  {:>10} {:#010x} {} {} {}\n", each.time, each.pc,
                        each.mode, each.text, each.symbol);
  return text;
}

}  // namespace

template <class A>
Equivalence compare_instants(vmm::MachineOf<A>& first, vmm::MachineOf<A>& other,
                             const EquivalenceOptionsOf<A>& options) {
  return Comparison<A>(first, other, options)();
}
template Equivalence compare_instants(vmm::Machine&, vmm::Machine&, const EquivalenceOptions&);
template Equivalence compare_instants(x86::Machine&, x86::Machine&, const EquivalenceOptionsOf<x86::Arch>&);

std::string text_of(const Divergence& d, std::string_view first, std::string_view other) {
  std::string text = fmt::format("first divergence ({} / {}):\n", first, other);
  for (const std::string& each : d.differences) text += "  " + each + "\n";
  if (d.at_fault)
    text += fmt::format("after: {:#010x} {} {}\n", d.at_fault->pc, d.at_fault->text,
                        d.at_fault->symbol);
  return text + history_text(first, d.first) + history_text(other, d.other);
}

}  // namespace ringside::session
