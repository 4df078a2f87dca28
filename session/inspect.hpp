// What can be seen of a session where it stands, as plain data: the guest's belief beside the
// truth. To look costs no cycle and changes nothing.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "session/history.hpp"
#include "session/session.hpp"
#include "session/views.hpp"

namespace ringside::session {

/// Where a session stands.
struct Position {
  u64 step = 0, instructions = 0, events = 0;
  Cycles cycle = 0;
  std::string believed_mode, real_mode;  ///< "S", "CPL 0"
  CodeLine next;       ///< the instruction that comes next
  bool waits = false;  ///< in WFI or HLT
  bool waits_for_input = false;
  std::optional<vmm::Ending> ending;
};
Position position(const Session& session);

/// `count` instructions from `address` on, as the guest would fetch them now.
std::vector<CodeLine> code(const Session& session, Gva address, u32 count);

Registers registers(const Session& session);

/// Bytes of the guest's memory by guest-virtual address; nothing where a page is not mapped to RAM.
/// Devices are not read, for that would change them.
std::vector<std::optional<u8>> memory(const Session& session, Gva address, u32 count);

/// How an address is translated: by the guest's tables and, de-privileged, by the shadow that the
/// hardware walks. Each table keeps to one kind of address: guest-physical or host-physical.
struct PageWalk {
  Gva address;
  bool paging = false;  ///< of the guest
  std::optional<u64> guest_physical;
  std::vector<TableWalk> walks;
  std::string tlb;  ///< what the TLB holds for the page, in words
};
PageWalk page_walk(const Session& session, Gva address);

/// The last writer of something, for people.
struct WriterView {
  Writer writer;
  std::string symbol;         ///< of the instruction
  std::string before, after;  ///< in words, where the numbers do not say all
};

/// One event of the log, with words.
struct EventLine {
  u64 number = 0;
  Cycles cycle = 0;
  u64 step = 0;
  u32 pc = 0;
  std::string symbol, kind, text;
};
/// Events [first, end) of the log.
std::vector<EventLine> events(const Session& session, u64 first, u64 end);
/// The first event that the log still holds: those before come back by going back to them.
u64 first_kept_event(const Session& session);
/// What else happened in the step before this position, in sentences.
std::vector<EventLine> events_of_last_step(const Session& session);

nlohmann::ordered_json to_json(const CodeLine& line);
nlohmann::ordered_json to_json(const Position& position);
nlohmann::ordered_json to_json(const Registers& registers);
nlohmann::ordered_json to_json(const PageWalk& walk);
nlohmann::ordered_json to_json(const EventLine& event);
nlohmann::ordered_json to_json(const WriterView& view);

}  // namespace ringside::session
