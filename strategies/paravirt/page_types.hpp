// What each page of a paravirtual guest may be used for (docs/hypercalls.md, section 5; the scheme is Xen's, Barham et
// al. 2003, section 3.3.3): no page is a page table and writable at once, and no table serves at two levels.
#pragma once

#include <vector>

#include "strategies/paravirt/abi.hpp"

namespace ringside::strategies::pv {

/// The place of a table in a tree: levels of the shape, and its own, 0 for a root.
struct TablePlace {
  u8 levels = 0, level = 0;
  bool operator==(const TablePlace&) const = default;
  bool last() const { return level + 1 == levels; }
  TablePlace below() const { return {levels, static_cast<u8>(level + 1)}; }
};

/// A copyable value, kept by the strategy. Pages are given by their guest-physical address and must be RAM of the VM.
/// Isa says what an entry means (zisa_guest.hpp, x86_guest.hpp).
template <class Isa>
class PageTypesOf {
 public:
  using Vm = typename Isa::Vm;

  explicit PageTypesOf(u64 frames = 0) : pages_(frames) {}

  /// One more use of a page as writable memory, and one less. Error::kType if it is a table.
  Error get_writable(Gpa page);
  void put_writable(Gpa page);
  bool is_table(Gpa page) const { return at(page).kind == Kind::kTable; }

  /// One more use of a page as a table of that place. The first one validates it, with all below it, or fails and
  /// changes nothing. `start_root` is the shadow root in which the page loses its right to be written, if there is one.
  /// Charges pv_validate for each entry checked, vmm_reference for each word read.
  Error get_table(Vm& vm, Gpa page, TablePlace place, std::optional<u32> start_root);
  /// One less; the last one gives back what the table held. Charges the same.
  void put_table(Vm& vm, Gpa page);

  /// Puts a new value into an entry of a table, if the rules allow it. Charges the same.
  Error update(Vm& vm, Gpa entry, u32 value, std::optional<u32> start_root);

  /// To be called when the hardware has dropped all translations.
  void flushed() { ++epoch_; }

  /// How many uses a page has, and as what table, for tests.
  u32 uses(Gpa page) const { return at(page).uses; }
  std::optional<TablePlace> table(Gpa page) const {
    return is_table(page) ? std::optional(at(page).place) : std::nullopt;
  }

 private:
  enum class Kind : u8 { kPlain, kWritable, kTable };
  struct Page {
    Kind kind = Kind::kPlain;
    TablePlace place{};
    u32 uses = 0;
    u64 unwritable_since = 0;  ///< epoch in which it ceased to be writable; 0: never was
  };

  Page& at(Gpa page) { return pages_[(page.v - Vm::kRamBase) >> kPageShift]; }
  const Page& at(Gpa page) const { return pages_[(page.v - Vm::kRamBase) >> kPageShift]; }
  Error get_entry(Vm& vm, TablePlace place, u32 entry, std::optional<u32> start_root);
  void put_entry(Vm& vm, TablePlace place, u32 entry);
  Error validate(Vm& vm, Gpa page, TablePlace place, std::optional<u32> start_root);
  void forget_stale(Vm& vm, const Page& page);

  std::vector<Page> pages_;
  u64 epoch_ = 1;
};

}  // namespace ringside::strategies::pv
