#include "support/equivalence.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <deque>

#include "isa/zisa/decode.hpp"
#include "support/machines.hpp"

namespace ringside::test {

namespace {

constexpr std::size_t kHistory = 12;

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
    const u64 first = (m_.vm().host_of({kRam}).v - m_.memory().base().v) >> kPageShift;
    std::vector<u64> pages;
    for (const u32 number : m_.memory().dirty_pages())
      if (number >= first) pages.push_back(number - first);
    m_.memory().track_dirty();
    return pages;
  }

  std::string history(const EquivalenceOptions& options) const {
    std::string text = fmt::format("{}: {}\n", m_.strategy().name(), describe(m_));
    for (const auto& each : history_)
      text += fmt::format("  {:>10} {:#010x} {} {} {}\n", each.time, each.pc,
                          each.supervisor ? 'S' : 'U',
                          each.word ? zisa::disassemble(*each.word, each.pc) : "(no instruction)",
                          options.symbol ? options.symbol(each.pc) : "");
    return text;
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
  vmm::Machine& m_;
  std::deque<Past> history_;
};

// IPEND is a copy of the lines that is made when it is looked at; whether a wait goes on is no
// state of its own.
std::string different(const cpu::ArchState& a, const cpu::ArchState& b) {
  std::string out;
  const auto compare = [&](std::string_view name, u32 x, u32 y) {
    if (x != y) out += fmt::format(" {}: {:#x} / {:#x}", name, x, y);
  };
  if (a.x != b.x)
    for (u32 i = 1; i < 32; ++i) compare(zisa::register_name(i), a.x[i], b.x[i]);
  compare("pc", a.pc, b.pc);
  compare("sr", a.sr, b.sr);
  if (a.cr != b.cr)
    for (u32 i = 0; i < zisa::kCrCount; ++i)
      if (static_cast<cpu::Cr>(i) != cpu::Cr::kIpend) compare(zisa::kCrNames[i], a.cr[i], b.cr[i]);
  return out;
}

std::string different_pages(Run& a, Run& b) {
  std::vector<u64> pages = a.written();
  const std::vector<u64> others = b.written();
  pages.insert(pages.end(), others.begin(), others.end());
  const auto x = ram_of(a.machine()), y = ram_of(b.machine());
  for (const u64 page : pages) {
    const u64 from = page << kPageShift;
    if (std::memcmp(&x[from], &y[from], kPageSize) == 0) continue;
    u64 at = from;
    while (x[at] == y[at]) ++at;
    return fmt::format(" memory at {:#x}: {:#x} / {:#x}", kRam + at, x[at], y[at]);
  }
  return "";
}

std::string different_ends(const vmm::Machine& a, const vmm::Machine& b) {
  std::string out;
  const auto outcome = [](const vmm::Machine& m) {
    return m.ending() ? fmt::format("{} with {}", static_cast<int>(m.ending()->outcome),
                                    m.ending()->exit_code)
                      : "none";
  };
  const auto console = [](const vmm::Machine& m) {
    return m.vm().internals().platform.console().output().text(0);
  };
  if (outcome(a) != outcome(b)) out += " ending: " + outcome(a) + " / " + outcome(b);
  if (console(a) != console(b)) out += " console: " + console(a) + "\n/ " + console(b);
  if (a.instructions() != b.instructions())
    out += fmt::format(" instructions: {} / {}", a.instructions(), b.instructions());
  if (a.state_hash() != b.state_hash()) out += " state hash";
  return out;
}

}  // namespace

std::string compare_runs(vmm::Machine& one, vmm::Machine& other,
                         const EquivalenceOptions& options) {
  Run a(one), b(other);
  std::string how;
  bool go_on = true;
  for (u64 tick = 1; go_on && how.empty(); ++tick) {
    const bool more_a = a.next(), more_b = b.next();
    go_on = more_a && more_b && (options.ticks == 0 || tick < options.ticks);
    how = different(a.before, b.before);
    if (a.lines != b.lines) how += fmt::format(" lines: {:#x} / {:#x}", a.lines, b.lines);
    if (one.clock().now() != other.clock().now())
      how += fmt::format(" time: {} / {}", one.clock().now(), other.clock().now());
    if (how.empty() && (tick % options.memory_every == 0 || !go_on)) how = different_pages(a, b);
  }
  const bool over = one.ending() || other.ending() || one.waits_for_input();
  if (how.empty() && over) how = different_ends(one, other);  // an instant may be half over else
  if (how.empty()) return "";
  return "first divergence:" + how + "\n" + a.history(options) + b.history(options);
}

}  // namespace ringside::test
