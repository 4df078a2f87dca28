// A laboratory for single instructions: a small machine is put into a given state and executes one
// instruction word, and what became of it is handed out as plain data. The experiments of Popek and
// Goldberg (study/classify/) are made here.
//
// The machine is a Z-ISA CPU that takes its own traps, with some pages of RAM and no device. Its
// TLB never evicts, because all pages that can be mapped have places of their own in it. The word
// is given past the fetch: supervisor mode could not fetch what user mode can. Page tables lie
// above 4 GiB, where no instruction reaches them, and have all accessed and dirty bits set.
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/types.hpp"

namespace ringside::session {

/// RAM: so many frames up to 4 GiB, and above them the frames of page tables. Frames are counted
/// from the first of RAM.
inline constexpr u32 kLabFrames = 16, kLabTableFrames = 16;
inline constexpr u32 kLabBase = 0xffff0000;
/// The pages that tables can map, from kLabBase on. With paging off each lies in the frame of its
/// number.
inline constexpr u32 kLabPages = 8;
inline constexpr u32 kLabRegisters = 32, kLabControls = 11;

/// Rights of a page, with their bits in a page-table entry.
inline constexpr u32 kLabRead = 2, kLabWrite = 4, kLabExecute = 8, kLabUser = 16;

/// A register of the machine, and the bits of it that can be set.
struct LabField {
  std::string_view name;
  u32 bits;
};

/// Bits of the status register by name; what is user_writable counts as a register of the program.
struct LabStatusBit {
  std::string_view name;
  u32 bit;
  bool user_writable;
};
const std::vector<LabStatusBit>& lab_status_bits();
/// The control registers by number.
const std::vector<LabField>& lab_controls();
std::string_view lab_register_name(u32 number);
/// A cause of a trap in words.
std::string_view lab_cause_name(u32 cause);
/// Whether a trap was about an address: a page or access fault, or a misaligned one.
bool lab_address_fault(u32 cause);

/// Numbers that the experiments need by name.
inline constexpr u32 kLabModeBit = 1, kLabPagingBit = 16;
inline constexpr u32 kLabPtbr = 5;  ///< control register that says where the page tables lie

/// The page-table register for tables with so many levels (2 to 5), in frames from `frame` on.
u32 lab_ptbr(u32 frame, u32 levels);

/// What the CPU holds.
struct LabCpu {
  std::array<u32, kLabRegisters> x{};  ///< slot 0 is 0
  u32 pc = kLabBase;
  u32 sr = 0;
  std::array<u32, kLabControls> control{};
  bool reserved = false;  ///< LR's reservation and its address
  u32 reservation = 0;
  bool halted = false;
  bool operator==(const LabCpu&) const = default;

  bool supervisor() const { return sr & kLabModeBit; }
  bool paging() const { return sr & kLabPagingBit; }
};

/// One page of the map.
struct LabPage {
  bool mapped = false;  ///< the tables hold it
  u32 rights = 0;       ///< of the tables' entry and of the cached translation
  u32 frame = 0;        ///< where the tables say that it lies
  std::optional<u32>
      cached;  ///< frame of a cached translation, which goes before the tables and may be stale
  bool operator==(const LabPage&) const = default;
};

/// A full state of the machine. In a valid one no two pages lie in one frame, and nothing is cached
/// while paging is off.
struct LabState {
  LabCpu cpu;
  std::array<LabPage, kLabPages> pages{};
  std::array<u8, kLabFrames> contents{};  ///< which of kLabFrames fixed pictures each frame holds
  u64 time = 0;                           ///< what the cycle counter reads
  bool operator==(const LabState&) const = default;

  bool supervisor() const { return cpu.supervisor(); }
  bool user() const { return !cpu.supervisor(); }
  bool paging() const { return cpu.paging(); }
};

/// Where a page is found and what may be done there: cached translation or else tables.
struct LabTranslation {
  bool mapped = false;
  u32 frame = 0;
  u32 rights = 0;
  bool operator==(const LabTranslation&) const = default;
};
using LabMap = std::array<LabTranslation, kLabPages>;

/// A byte of memory that came out other than it went in.
struct LabByte {
  u32 gva;  ///< in the map that the state began with
  u8 value;
  bool operator==(const LabByte&) const = default;
};

/// What became of an instruction.
struct LabOutcome {
  bool completed = false;
  u32 cause = 0;  ///< of the trap, if it did not complete
  LabCpu before, after;
  LabMap map_before{}, map_after{};
  std::vector<LabByte> written;  ///< by address
  bool operator==(const LabOutcome&) const = default;
};

/// An instruction: a word is one of it if its bits under `mask` are `match`.
struct LabInstruction {
  std::string name;
  u32 mask = 0, match = 0;
  bool may_vary = false;  ///< a variant may choose whether it traps in user mode
};

class Laboratory {
 public:
  using State = LabState;
  using Code = u32;
  using Outcome = LabOutcome;
  using Instruction = LabInstruction;
  /// Whether the trap that says "not in this mode" may say other things as well.
  static constexpr bool kTrapsHaveManyCauses = false;
  /// States to draw for each instruction, and how many times over for one that needs more.
  static constexpr u32 kTrials = 256, kPatience = 1;

  /// A laboratory for zisa, zisa-v, zisa-h or the variant of a JSON file; errors as for --isa.
  static Result<Laboratory> open(const std::string& isa);
  Laboratory(Laboratory&&) noexcept;
  Laboratory& operator=(Laboratory&&) noexcept;
  ~Laboratory();

  /// Name of the variant.
  const std::string& isa() const;
  /// Whether the variant has non-root mode (session/laboratory_guest.hpp).
  bool has_non_root() const;
  const std::vector<LabInstruction>& instructions() const;
  /// Makes a variant of one's own: whether an instruction that may vary traps in user mode.
  void set_trap(std::string_view instruction, bool traps);

  /// Executes one word in a state.
  LabOutcome run(const LabState& state, u32 word);
  /// Which of the map's pages the word accesses in a state: one bit for each.
  u32 accessed(const LabState& state, u32 word);

  /// Name of the instruction that a word is; empty if none.
  std::string_view name_of(u32 word) const;
  /// The word as assembly text.
  std::string disassemble(u32 word, u32 pc) const;

 private:
  struct Parts;
  explicit Laboratory(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace ringside::session
