// The laboratory for guests in non-root mode (zisa-h): a small machine whose CPU runs a guest by a control block
// and nested tables, one instruction at a time. What is the guest's own stands in LabState; what is not, in LabHost.
// The experiment of Popek and Goldberg is made on the latter: it is what a VMM has to guard.
#pragma once

#include "cpu/cpu.hpp"
#include "session/laboratory.hpp"

namespace ringside::session {

/// What lies under a guest.
struct LabHost {
  /// Host frame of each guest frame: those of RAM first, then those of page tables.
  std::array<u32, kLabFrames + kLabTableFrames> frames{};
  std::array<u32, 3> registers{};  ///< PC, SR and PTBR of the VMM
  u32 pending = 0;                 ///< interrupts of the host
  bool operator==(const LabHost&) const = default;
};

/// Which exits the VMM has asked for.
enum class LabExits : u8 {
  kNone,
  kHvm,  ///< what hvm asks for with nested paging
  kAll,  ///< all that there are
};

struct LabGuest {
  LabState state;  ///< guest-physical frames
  LabHost host;
  LabExits exits = LabExits::kHvm;
  bool nested = true;  ///< else the guest's page tables hold host frames
};

/// What became of an instruction of a guest.
struct LabGuestOutcome {
  /// A trap goes to the guest itself; a guest that breaks a rule of the control block is not entered.
  enum class End : u8 { kCompleted, kTrapped, kExited, kRefused };
  End end = End::kCompleted;
  LabCpu after;                  ///< of the guest
  std::vector<LabByte> written;  ///< by guest-physical address
  bool host_changed = false;     ///< the VMM's tables or control block, or the CPU stands still
};

class GuestLaboratory {
 public:
  GuestLaboratory();
  LabGuestOutcome run(const LabGuest& guest, u32 word);

 private:
  struct NoBus final : cpu::Bus {
    bool read(Hpa, unsigned, u32&) override { return false; }
    bool write(Hpa, unsigned, u32) override { return false; }
  };

  void set_up(const LabGuest& guest);
  void set_up_frames(const LabGuest& guest);
  void set_up_guest_tables(const LabGuest& guest);
  void set_up_nested_tables(const LabGuest& guest);
  void set_up_block(const LabGuest& guest);
  void put(Hpa address, u32 entry);
  Hpa host_address(const LabGuest& guest, u64 gpa) const;
  std::vector<LabByte> written(const LabGuest& guest) const;

  mmu::Memory memory_;
  cost::Ledger ledger_;
  cpu::Clock clock_;
  NoBus bus_;
  cpu::Cpu cpu_;
  std::vector<std::pair<Hpa, u32>> entries_;  ///< of page tables, as they were put there
  std::vector<u8> before_;                    ///< the VMM's pages
  bool entered_ = false;
};

}  // namespace ringside::session
