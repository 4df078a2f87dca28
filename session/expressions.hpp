// What a person types where a number, an address or a place to watch is asked for.
#pragma once

#include <string>

#include "base/result.hpp"
#include "session/session.hpp"

namespace ringside::session {

/// A number, decimal or hexadecimal with 0x. `what` names it in the error.
Result<u64> parse_number(const std::string& word, const std::string& what);

/// An address: a number, a symbol or a register (its value), each with +offset or -offset behind
/// it.
Result<Gva> parse_address(const Session& session, const std::string& word);

}  // namespace ringside::session
