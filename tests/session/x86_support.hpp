// Runs of zos for x86 for the tests of looking around and going back.
#pragma once

#include "session/history_support.hpp"
#include "vmm/x86/arch.hpp"

namespace ringside::test {

inline session::Session open_pc(const std::string& guest, const Way& way) {
  session::Options options;
  options.guest = RINGSIDE_BUILD_DIR "/guests/x86/" + guest;
  options.strategy = way.strategy;
  options.virtual_time = way.virtual_time;
  options.append = way.script;
  options.memory = 8u << 20;
  options.max_instructions = 20'000'000;
  options.more_input = way.more_input;
  options.keep_events = true;
  auto session = session::Session::open(options);
  if (!session) FAIL(session.error().text());
  return std::move(*session);
}

inline std::vector<Way> pc_ways(const std::vector<std::string>& strategies = {"bare", "hvm"}) {
  std::vector<Way> ways;
  for (const auto& strategy : strategies)
    for (const bool virtual_time : {false, true})
      ways.push_back({"x86", strategy, virtual_time, "tick=1000 sleep 3; hello; forkwait 3; primes 500"});
  return ways;
}

/// The first step before which an instruction of that row stands at EIP with REP, to be repeated more than 12 times.
inline u64 first_repeated(const std::string& guest, const Way& way, unsigned row) {
  auto session = open_pc(guest, way);
  x86::Machine& m = session.pc();
  for (;; m.step()) {
    const x86::State state = m.vm().guest_state();
    const auto next = m.vm().peek_instruction(state);
    if (next && next->row == row && next->rep != x86::Rep::kNone && state.r[x86::kEcx] > 12) return m.steps();
    REQUIRE(m.steps() < 2'000'000);
  }
}

inline Digest digest(const x86::Machine& m) {
  const auto& counts = m.cpu().mmu().tlb.counts;
  Digest d{m.steps(),        m.state_hash(), m.log().hash(), m.log().count(), m.instructions(),
           m.cycles(),       m.cpu_hash(),   counts.hits,    counts.misses,   {}};
  for (std::size_t a = 0; a < cost::kAccounts; ++a)
    d.accounts.push_back(m.ledger().cycles(static_cast<cost::Account>(a)));
  return d;
}

}  // namespace ringside::test
