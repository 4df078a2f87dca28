// How an address is translated, each memory reference numbered, priced and judged: what page_walk() finds, made ready
// for those who show it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "session/debugger.hpp"
#include "session/entry_bits.hpp"

namespace ringside::session {

struct WalkedReference {
  unsigned number = 0;  ///< from 1 on, in the order of the hardware
  unsigned row = 0;     ///< in two dimensions: which entry of the guest it is for, or is; the last is the address itself
  bool guest = false;   ///< of a table of the guest
  WalkReference entry;
  EntryBits bits;
  Hpa host;               ///< where the entry stands
  bool in_guest = false;  ///< in the guest's own memory, where its stores can reach
};

struct Walked {
  std::string tables;  ///< whose
  std::string root_name;
  u64 root = 0;
  bool by_hardware = false;     ///< at a TLB miss; else the VMM looks at them
  bool two_dimensions = false;
  unsigned levels = 0;          ///< of the second dimension, where there are two
  std::vector<WalkedReference> references;
  Cycles price = 0;  ///< of one reference that the hardware makes
  Cycles cost() const { return by_hardware ? price * references.size() : 0; }
  std::string outcome;    ///< in words
  std::string forbidden;  ///< why the access that was asked for fails, in words; empty if it does not
  std::optional<u64> address;  ///< what the address maps to
};

struct WalkView {
  Gva address;
  std::string symbol;
  AskedAccess asked;
  bool paging = false;  ///< of the guest
  std::optional<u64> guest_physical;
  std::vector<Walked> walks;  ///< the guest's first
  std::string tlb;            ///< what the TLB holds for the page, in words
  bool walk_caches = false;   ///< they may save references
};
WalkView walk_view(const Session& session, Gva address, AskedAccess asked);

/// "may not be stored to by user mode".
std::string asked_text(AskedAccess asked);

/// Whether the guest believes to be in supervisor mode (x86: CPL 0 to 2).
bool believes_supervisor(const Session& session);

/// A guest-virtual address that leads to the host-physical one here, the lowest; nothing if there is none.
std::optional<Gva> mapping_of(const Session& session, Hpa host);

/// Who wrote the table entry at a host-physical address last. Errors: no address of the guest leads there now.
Result<std::optional<WriterView>> entry_writer(Debugger& debugger, Hpa host);

}  // namespace ringside::session
