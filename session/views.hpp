// What looking at a session shows, as plain data that no ISA has a type of its own for.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/types.hpp"

namespace ringside::session {

/// One instruction in memory.
struct CodeLine {
  u32 address = 0;          ///< guest-virtual; on x86 linear
  std::string symbol;       ///< "trap_entry+0x14"; empty if nobody knows
  std::vector<u8> bytes;    ///< empty where no memory can be read
  std::string code;         ///< the same as a listing writes them
  std::optional<u32> word;  ///< the same where instructions are words
  std::string text;         ///< disassembly
  std::string mark;  ///< C, M, L, T: the classes of a sensitive one; !: a hole of this machine
  bool sensitive = false;
  bool hole = false;         ///< runs without a trap where it should not, on this machine
  std::string_view hole_in;  ///< and where: "U mode"
  bool here = false;  ///< at the PC
  bool breakpoint = false;

  /// How far the next one is.
  u32 length = 0;
};

/// A register of the ISA, for those who look for it.
struct RegisterId {
  enum class Kind : u8 {
    kGeneral,
    kStatus,  ///< SR, EFLAGS
    kSystem,  ///< only the stepping engine writes it
  };
  Kind kind = Kind::kGeneral;
  u32 number = 0;  ///< among those of its kind
};

/// A privileged register: as the guest believes it (the VMM's virtual state), as the hardware holds
/// it, and as the bare machine would hold it, had no hole lied.
struct PrivilegedRegister {
  std::string name;
  u32 belief = 0, truth = 0, bare_metal = 0;
};

/// A segment or descriptor-table register of x86, hidden part included.
struct SegmentView {
  std::optional<u16> selector;  ///< GDTR and IDTR have none
  u32 base = 0, limit = 0;
  std::string rights;  ///< "32-bit code, DPL 0"; empty where there is no selector
  bool operator==(const SegmentView&) const = default;
};
struct SegmentRegister {
  std::string name;
  SegmentView belief, truth;
};

struct Registers {
  u32 pc = 0;  ///< on x86 the linear address
  std::string symbol;
  struct Named {
    std::string name;
    u32 value = 0;
  };
  std::vector<Named> general;  ///< by the names of the calling convention
  bool deprivileged = false;
  std::vector<PrivilegedRegister> privileged;  ///< SR or EFLAGS first
  std::vector<SegmentRegister> segments;       ///< x86 alone
  std::string believed_status, real_status;    ///< the status bits in words
};

/// One memory reference of a page walk.
struct WalkReference {
  unsigned level = 0;
  u32 index = 0;
  u64 address = 0;  ///< of the entry
  u64 entry = 0;
  u64 frame = 0;      ///< page number in it
  std::string flags;  ///< "VR-XU-A-"
};
struct TableWalk {
  std::string tables;  ///< whose
  std::string root_name = "PTBR";
  u64 root = 0;  ///< what that register holds
  unsigned levels = 0;
  std::vector<WalkReference> references;
  std::string outcome;         ///< in words
  std::optional<u64> address;  ///< what the address maps to
};

}  // namespace ringside::session
