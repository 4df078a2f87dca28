// What can be seen of a session where it stands, as plain data: the guest's belief beside the
// truth. To look costs no cycle and changes nothing.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "session/history.hpp"
#include "session/session.hpp"

namespace ringside::session {

/// One instruction in memory.
struct CodeLine {
  u32 address = 0;
  std::string symbol;       ///< "trap_entry+0x14"; empty if nobody knows
  std::optional<u32> word;  ///< nothing where no memory can be read
  std::string text;         ///< disassembly
  std::string mark;  ///< C, M, L, T: the classes of a sensitive one; !: a hole of this machine
  bool sensitive = false;
  bool hole = false;  ///< runs in U mode without a trap, on this machine
  bool here = false;  ///< at the PC
  bool breakpoint = false;
};

/// Where a session stands.
struct Position {
  u64 step = 0, instructions = 0, events = 0;
  Cycles cycle = 0;
  char believed_mode = 'S', real_mode = 'S';
  CodeLine next;       ///< the instruction that comes next
  bool waits = false;  ///< in WFI
  bool waits_for_input = false;
  std::optional<vmm::Ending> ending;
};
Position position(const Session& session);

/// `count` instructions from `address` on, as the guest would fetch them now.
std::vector<CodeLine> code(const Session& session, Gva address, u32 count);

/// A privileged register: as the guest believes it (the VMM's virtual state), as the hardware holds
/// it, and as the bare machine would hold it, had no hole lied.
struct PrivilegedRegister {
  std::string name;
  u32 belief = 0, truth = 0, bare_metal = 0;
};
struct Registers {
  u32 pc = 0;
  std::string symbol;
  struct Named {
    std::string name;
    u32 value = 0;
  };
  std::vector<Named> general;  ///< x0 to x31 by the names of the calling convention
  bool deprivileged = false;
  std::vector<PrivilegedRegister> privileged;  ///< SR first
};
Registers registers(const Session& session);
/// The bits of a status register: "MODE=1 (S) IE=0 PMODE=0 (U) PIE=0 PG=1 TSD=0 F=0".
std::string status_text(u32 value);

/// Bytes of the guest's memory by guest-virtual address; nothing where a page is not mapped to RAM.
/// Devices are not read, for that would change them.
std::vector<std::optional<u8>> memory(const Session& session, Gva address, u32 count);

/// One memory reference of a page walk.
struct WalkReference {
  unsigned level = 0;
  u32 index = 0;
  u64 address = 0;  ///< of the entry
  u32 entry = 0;
  u64 frame = 0;      ///< page number in it
  std::string flags;  ///< "VR-XU-A-"
};
struct TableWalk {
  std::string tables;  ///< whose
  u32 ptbr = 0;
  unsigned levels = 0;
  std::vector<WalkReference> references;
  std::string outcome;         ///< in words
  std::optional<u64> address;  ///< what the address maps to
};
/// How an address is translated: by the guest's tables and, de-privileged, by the shadow that the
/// hardware walks. Each table keeps to one kind of address: guest-physical or host-physical.
struct PageWalk {
  Gva address;
  bool paging = false;  ///< of the guest
  std::optional<u64> guest_physical;
  std::vector<TableWalk> walks;
  std::string tlb;  ///< what the TLB holds for the page, in words
};
PageWalk page_walk(Session& session, Gva address);

/// The last writer of something, for people.
struct WriterView {
  Writer writer;
  std::string symbol;         ///< of the instruction
  std::string before, after;  ///< of SR in words, else empty
};
WriterView view(const Session& session, const Writer& writer, bool status);

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
