// How a session stands, while it runs: what a report says but for what takes long, hashes above all. For those who look
// many times a second.
#pragma once

#include <string>
#include <vector>

#include "session/report.hpp"
#include "session/session.hpp"

namespace ringside::session {

struct Overview {
  std::string isa, strategy, paging;
  bool virtualized = false;  ///< a VMM runs the guest: exits can come
  u64 instructions = 0, direct = 0, emulated = 0, translated = 0;
  u64 cycles = 0;
  std::vector<AccountReport> accounts;  ///< in the ledger's order
  std::vector<ExitReport> exits;        ///< by cycles, most first
};
Overview overview(const Session& session, std::size_t guest = 0);

}  // namespace ringside::session
