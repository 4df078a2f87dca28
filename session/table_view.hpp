// Page tables as trees, and what the TLB holds.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "session/entry_bits.hpp"
#include "session/session.hpp"

namespace ringside::session {

enum class TablesOf : u8 { kGuest, kShadow, kNested };

/// A set of tables that is in use here.
struct TableSet {
  TablesOf whose = TablesOf::kGuest;
  std::string title;     ///< "The guest's tables"
  std::string addresses;  ///< what kind of address stands in them: "guest-physical"
  std::string root_name;
  u64 root = 0;
  unsigned levels = 0;
};
/// None while paging is off and no VMM has tables of its own.
std::vector<TableSet> table_sets(const Session& session);

struct TableEntry {
  u32 index = 0;
  u64 address = 0;  ///< of the entry
  u64 entry = 0;
  u64 from = 0, bytes = 0;  ///< the addresses that it translates
  bool leaf = false;        ///< it maps a page; else it points to a table
  u64 to = 0;               ///< the page, or the table
  EntryBits bits;
};
/// The entries that count (valid, present) of the table that `path`, indices from the root on, leads to.
std::vector<TableEntry> table_entries(const Session& session, TablesOf whose, std::span<const u32> path);

struct TlbLine {
  u32 slot = 0;
  u32 address = 0;  ///< guest-virtual, of the page
  u64 frame = 0;    ///< host-physical, of the page
  u16 vmid = 0;     ///< whose: 0 outside of non-root mode
  bool mine = true;  ///< it is of the VM on the CPU
  EntryBits bits;
  std::string supervisor, user;  ///< what each may do: "rw-"
};
struct TlbView {
  bool on = false;  ///< addresses are looked up at all
  u32 slots = 0;
  u64 hits = 0, misses = 0;
  std::vector<TlbLine> lines;  ///< by address
};
TlbView tlb_view(const Session& session);

}  // namespace ringside::session
