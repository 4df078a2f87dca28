// Names of addresses: what lets every report say trap_entry+0x14.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/types.hpp"

namespace ringside::loader {

/// One symbol of a guest.
struct Symbol {
  u32 address = 0;
  u32 size = 0;  ///< bytes; 0 for a plain label
  std::string name;
  bool function = false;
  bool global = false;
};

/// The symbols of one image, by address.
class SymbolTable {
 public:
  SymbolTable() = default;
  /// `end` is the byte after the image: nothing from there on has a name.
  SymbolTable(std::vector<Symbol> symbols, u64 end);

  /// "trap_entry+0x14": the last symbol that is not above the address, of several at one place a
  /// function or global one; empty if there is none.
  std::string name(u32 address) const;

  /// The address of a symbol; of several with one name that of the global or lowest one.
  std::optional<u32> address(std::string_view name) const;

  /// All, by address.
  std::span<const Symbol> all() const { return symbols_; }

 private:
  std::vector<Symbol> symbols_;
  u64 end_ = 0;
};

}  // namespace ringside::loader
