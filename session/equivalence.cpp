#include "session/equivalence.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <deque>

#include "isa/zisa/decode.hpp"

namespace ringside::session {

namespace {

constexpr std::size_t kHistory = 12;
constexpr u64 kTicksBetweenQuestions = 1u << 16;

/// A run that is followed instant by instant.
class Run {
 public:
  explicit Run(vmm::Machine& machine) : m_(machine) {
    m_.only_step(true);
    m_.memory().track_dirty();
  }

  /// Goes on until virtual time moves. `before` is then what the guest saw at the instant that
  /// passed, after all interrupts; `lines` the interrupt lines at the new one, before devices do
  /// what is due. False at the end.
  bool next() {
    const u64 now = m_.clock().now();
    do {
      before = m_.vm().guest_state();
      if (!m_.step()) break;
    } while (m_.clock().now() == now && !m_.waits_for_input());
    m_.vm().advance_devices();
    lines = m_.vm().lines();
    history_.push_back({now, before.pc, before.supervisor(), m_.vm().peek_instruction(before)});
    if (history_.size() > kHistory) history_.pop_front();
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

  std::vector<PastInstruction> history(const EquivalenceOptions& options) const {
    std::vector<PastInstruction> out;
    for (const Past& each : history_)
      out.push_back({each.time, each.pc, each.supervisor,
                     options.symbol ? options.symbol(each.pc) : "",
                     each.word ? zisa::disassemble(*each.word, each.pc) : "(no instruction)"});
    return out;
  }

  const vmm::Machine& machine() const { return m_; }

  cpu::ArchState before;
  u32 lines = 0;

 private:
  struct Past {
    u64 time;
    u32 pc;
    bool supervisor;
    std::optional<u32> word;
  };
  Hpa ram() const { return m_.vm().host_of({vmm::Vm::kRamBase}); }

  vmm::Machine& m_;
  std::deque<Past> history_;
};

using Differences = std::vector<std::string>;

// IPEND is a copy of the lines that is made when it is looked at; whether a wait goes on is no
// state of its own.
void add_registers(Differences& out, const cpu::ArchState& a, const cpu::ArchState& b) {
  const auto compare = [&](std::string_view name, u32 x, u32 y) {
    if (x != y) out.push_back(fmt::format("{}: {:#x} / {:#x}", name, x, y));
  };
  if (a.x != b.x)
    for (u32 i = 1; i < 32; ++i) compare(zisa::register_name(i), a.x[i], b.x[i]);
  compare("pc", a.pc, b.pc);
  compare("sr", a.sr, b.sr);
  if (a.cr != b.cr)
    for (u32 i = 0; i < zisa::kCrCount; ++i)
      if (static_cast<cpu::Cr>(i) != cpu::Cr::kIpend) compare(zisa::kCrNames[i], a.cr[i], b.cr[i]);
}

void add_memory(Differences& out, Run& a, Run& b) {
  std::vector<u64> pages = a.written();
  const std::vector<u64> others = b.written();
  pages.insert(pages.end(), others.begin(), others.end());
  for (const u64 page : pages) {
    const u8 *x = a.page(page), *y = b.page(page);
    if (std::memcmp(x, y, kPageSize) == 0) continue;
    u64 at = 0;
    while (x[at] == y[at]) ++at;
    out.push_back(fmt::format("memory at {:#x}: {:#x} / {:#x}",
                              vmm::Vm::kRamBase + (page << kPageShift) + at, x[at], y[at]));
    return;
  }
}

void add_ends(Differences& out, const vmm::Machine& a, const vmm::Machine& b) {
  const auto compare = [&](std::string_view name, const std::string& x, const std::string& y) {
    if (x != y) out.push_back(fmt::format("{}: {} / {}", name, x, y));
  };
  const auto outcome = [](const vmm::Machine& m) {
    return m.ending() ? fmt::format("{} with {}", static_cast<int>(m.ending()->outcome),
                                    m.ending()->exit_code)
                      : "none";
  };
  const auto console = [](const vmm::Machine& m) {
    return m.vm().internals().platform.console().output().text(0);
  };
  compare("ending", outcome(a), outcome(b));
  compare("console", console(a), console(b));
  compare("instructions", std::to_string(a.instructions()), std::to_string(b.instructions()));
  if (a.state_hash() != b.state_hash()) out.push_back("state hash");
}

/// Two runs side by side.
class Comparison {
 public:
  Comparison(vmm::Machine& first, vmm::Machine& other, const EquivalenceOptions& options)
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
    add_registers(found_, a_.before, b_.before);
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
    Divergence d{0, found_, memory_, std::nullopt, a_.history(o_), b_.history(o_)};
    const std::size_t back = earlier_ ? 2 : 1;
    if (d.first.size() >= back) d.at_fault = d.first[d.first.size() - back];
    if (!d.first.empty()) d.time = d.first.back().time;
    return d;
  }

  const EquivalenceOptions& o_;
  Run a_, b_;
  Equivalence out_;
  Differences found_;
  bool earlier_ = false;  ///< the difference was there before the last instruction
  bool memory_ = false;
};

std::string history_text(std::string_view name, const std::vector<PastInstruction>& history) {
  std::string text = fmt::format("{}:\n", name);
  for (const PastInstruction& each : history)
    text += fmt::format("  {:>10} {:#010x} {} {} {}\n", each.time, each.pc,
                        each.supervisor ? 'S' : 'U', each.text, each.symbol);
  return text;
}

}  // namespace

Equivalence compare_instants(vmm::Machine& first, vmm::Machine& other,
                             const EquivalenceOptions& options) {
  return Comparison(first, other, options)();
}

std::string text_of(const Divergence& d, std::string_view first, std::string_view other) {
  std::string text = fmt::format("first divergence ({} / {}):\n", first, other);
  for (const std::string& each : d.differences) text += "  " + each + "\n";
  if (d.at_fault)
    text += fmt::format("after: {:#010x} {} {}\n", d.at_fault->pc, d.at_fault->text,
                        d.at_fault->symbol);
  return text + history_text(first, d.first) + history_text(other, d.other);
}

}  // namespace ringside::session
