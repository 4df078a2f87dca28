// The translation cache as plain data: the guest's instructions beside what they became, and why.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "session/session.hpp"

namespace ringside::session {

/// One guest instruction and its operation.
struct OperationView {
  u32 pc = 0;
  std::string symbol;
  std::optional<u32> word;  ///< as Z-ISA encodes it; nothing on x86
  std::string guest;       ///< disassembly
  std::string kind;        ///< identical, in-cache, light call-out, full call-out, chained jump, hashed jump
  std::string translated;  ///< what runs in its place
  std::string reason;      ///< why it did not stay as it was; empty where it did
  bool joins = false;      ///< goes on in the call-out of the operation before
};

struct UnitView {
  u32 start = 0;
  std::string symbol;
  u64 frame = 0;     ///< host-physical address of the page that it was made from
  char mode = 'S';   ///< virtual mode
  std::vector<OperationView> operations;
};

/// What the cache holds and what became of it.
struct UnitsView {
  bool translates = false;  ///< whether the strategy has a translation cache at all
  u32 used = 0, capacity = 0;  ///< operations
  u64 translated = 0, instructions = 0, retranslated = 0, dropped = 0, flushes = 0;  ///< since the start
  std::vector<UnitView> units;  ///< by address
};

UnitsView units(const Session& session);
/// The units whose operations cover an address: more than one where it is mapped to several frames.
std::vector<UnitView> units_at(const Session& session, Gva address);

nlohmann::ordered_json to_json(const UnitView& unit);
nlohmann::ordered_json to_json(const UnitsView& units);

}  // namespace ringside::session
