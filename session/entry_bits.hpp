// The bits of a page-table entry one by one, in words, and which of them forbid an access.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/types.hpp"

namespace ringside::session {

/// What somebody wants to do at an address, and in which mode.
struct AskedAccess {
  Access access = Access::kLoad;
  bool supervisor = false;
  bool operator==(const AskedAccess&) const = default;
};

struct EntryBit {
  char letter = '-';
  bool set = false;
  bool forbids = false;  ///< the access that was asked for, by standing as it does
  std::string_view meaning;
};
using EntryBits = std::vector<EntryBit>;

/// The tables that there are: of Z-ISA, of x86 (SDM volume 3, section 4.3), and its EPT (section 29.3).
enum class TableFormat : u8 { kZisa, kX86, kEpt };

/// What an entry has to allow.
struct AskedEntry {
  AskedAccess asked;
  bool last_level = false;     ///< there is no table below
  bool second_dimension = false;  ///< it maps guest-physical addresses, whatever the mode
  bool write_protect = true;   ///< x86: CR0.WP, by which supervisor is held to W too
};
EntryBits entry_bits(TableFormat format, u64 entry, const AskedEntry& asked);

bool forbids(const EntryBits& bits);
/// "W is clear", "U is set"; empty if nothing forbids.
std::string forbidding_text(const EntryBits& bits);
/// "VR-XU-A-".
std::string letters(const EntryBits& bits);

}  // namespace ringside::session
