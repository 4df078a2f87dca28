// A guest as it is loaded: segments, entry, symbols and what it says of itself.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/types.hpp"
#include "loader/symbols.hpp"

namespace ringside::loader {

/// The ISAs there are guests for, with their numbers in ELF.
enum class Machine : u16 { k386 = 3, kRiscv = 243 };

/// A run of memory that a guest wants filled: its bytes, then zeros.
struct Segment {
  u32 address = 0;      ///< guest-physical
  u32 memory_size = 0;  ///< bytes, not 0; address + memory_size is at most 4 GiB
  u32 file_size = 0;    ///< bytes that come from the file, at most memory_size
  u32 file_offset = 0;  ///< where they stand in it
  bool executable = false;  ///< it may hold code

  u64 end() const { return u64{address} + memory_size; }
};

/// Bytes of the file that are to be executed, by the address at which they run: the virtual one, where
/// a kernel maps itself elsewhere than it is loaded.
struct CodeRange {
  u32 address = 0;      ///< address + size is at most 4 GiB
  u32 size = 0;         ///< bytes, not 0
  u32 file_offset = 0;  ///< where they stand; they lie in the file
};

/// How much the port of a guest to a VMM changed: lines added, lines of the original left out, places in its
/// sources where the two differ, and lines of the original.
struct PortSize {
  u32 added = 0, removed = 0, sites = 0, original = 0;
};

/// What a file was found to hold. Segments are in the order of their addresses and do not
/// overlap; there is at least one, and one of them holds the entry.
struct Image {
  std::string file;  ///< what errors call it
  Machine machine = Machine::kRiscv;
  u32 entry = 0;
  std::vector<Segment> segments;
  /// Sections of code, or segments that may hold some where the file names no sections; in the file's order.
  std::vector<CodeRange> code;
  SymbolTable symbols;
  /// Text of the guest's note (docs/zisa.md, section 7), printable ASCII; empty if it has none.
  std::string note;
  std::vector<u8> bytes;  ///< the whole file

  /// First byte of the loaded image, and the byte after it.
  u32 begin() const { return segments.front().address; }
  u64 end() const { return segments.back().end(); }

  /// The bytes of one of its segments.
  std::span<const u8> data(const Segment& segment) const {
    return std::span(bytes).subspan(segment.file_offset, segment.file_size);
  }
  std::span<const u8> data(const CodeRange& range) const {
    return std::span(bytes).subspan(range.file_offset, range.size);
  }

  /// The ISA variant that the guest is built for; empty if it does not say.
  std::string_view isa() const { return std::string_view(note).substr(0, note.find(' ')); }
  /// Whether it says that it is paravirtual.
  bool paravirtual() const { return (note + " ").find(" pv ") != std::string::npos; }
  /// What it says of its port; nothing where it says nothing.
  std::optional<PortSize> port() const;
};

/// Whether every segment lies in RAM: `size` bytes from `base`, what is kept for other uses (the
/// page of the boot information) not counted.
Result<void> check_fits(const Image& image, Gpa base, u64 size);

/// Hands each segment's bytes to `write`. The zeros behind them are left to the memory, which must
/// be fresh: touching them would make the host provide pages that the guest may never use.
void place(const Image& image, const std::function<void(Gpa, std::span<const u8>)>& write);

}  // namespace ringside::loader
