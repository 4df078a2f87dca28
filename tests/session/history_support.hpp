// Runs of zos for the tests of going back.
#pragma once

#include <ostream>
#include <string>
#include <vector>

#include "catch.hpp"
#include "cpu/state.hpp"
#include "session/history.hpp"
#include "session/session.hpp"

namespace ringside::test {

struct Way {
  std::string isa = "zisa-v", strategy = "bare";
  bool virtual_time = false;
  std::string script = "hello; forkwait 3; primes 500";
  bool more_input = false;
};

inline session::Session open_zos(const Way& way) {
  session::Options options;
  options.guest = RINGSIDE_BUILD_DIR "/guests/zisa/zos";
  if (way.strategy == "paravirt") options.guest += "-pv";
  options.isa = way.isa;
  options.strategy = way.strategy;
  options.virtual_time = way.virtual_time;
  // De-privileged, a tick costs dozens of exits, and the cycles of these count.
  const bool dear = way.strategy != "bare" && !way.virtual_time;
  options.append = (dear ? "tick=60000 " : "tick=3000 ") + way.script;
  options.memory = 4u << 20;
  options.max_instructions = 5'000'000;
  options.more_input = way.more_input;
  options.keep_events = true;
  auto session = session::Session::open(options);
  if (!session) FAIL(session.error().text());
  return std::move(*session);
}

/// The ways in which the tests run zos.
inline std::vector<Way> all_ways() {
  return {{"zisa-v", "bare", false},
          {"zisa-v", "bare", true},
          {"zisa-v", "trap-emulate", false},
          {"zisa-v", "trap-emulate", true},
          {"zisa", "paravirt", false},
          {"zisa", "paravirt", true}};
}

inline std::string name_of(const Way& way) {
  return way.strategy + (way.virtual_time ? ", virtual time" : ", cycle time");
}

/// All that a position consists of, as far as anybody can see: the guest's state, the events so
/// far, the real CPU, what was charged, and the translations.
struct Digest {
  u64 step = 0, state = 0, trace = 0, events = 0, instructions = 0, cycles = 0, real = 0, hits = 0,
      misses = 0;
  std::vector<u64> accounts;
  bool operator==(const Digest&) const = default;
};

inline std::ostream& operator<<(std::ostream& out, const Digest& d) {
  out << std::dec << "step " << d.step << " instructions " << d.instructions << " cycles "
      << d.cycles << " events " << d.events << " hits " << d.hits << " misses " << d.misses
      << std::hex << " state " << d.state << " trace " << d.trace << " real " << d.real << std::dec
      << " accounts";
  for (const u64 account : d.accounts) out << ' ' << account;
  return out;
}

inline Digest digest(const vmm::Machine& m) {
  const auto& counts = m.cpu().mmu().tlb.counts;
  Digest d{m.steps(),
           m.state_hash(),
           m.log().hash(),
           m.log().count(),
           m.instructions(),
           m.cycles(),
           cpu::hash_state(m.cpu().state),
           counts.hits,
           counts.misses,
           {}};
  for (std::size_t a = 0; a < cost::kAccounts; ++a)
    d.accounts.push_back(m.ledger().cycles(static_cast<cost::Account>(a)));
  return d;
}

}  // namespace ringside::test
