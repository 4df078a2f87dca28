// One simulated CPU and its stepping engine: the complete, exact semantics. The fast engine
// (cpu/fast.hpp) runs the common case on the same state and comes back here for everything else.
#pragma once

#include <optional>

#include "cpu/clock.hpp"
#include "cpu/decode_memo.hpp"
#include "cpu/effects.hpp"
#include "cpu/state.hpp"
#include "cpu/variant.hpp"
#include "mmu/mmu.hpp"

namespace ringside::cpu {

/// What lies on the physical bus beside RAM. False where nothing answers: an access fault.
struct Bus {
  virtual bool read(Hpa address, unsigned bytes, u32& value) = 0;
  virtual bool write(Hpa address, unsigned bytes, u32 value) = 0;

 protected:
  ~Bus() = default;
};

/// Who gets a trap: the code at TVEC, or a VMM that owns supervisor mode and has the guest run in U.
enum class TrapTo : u8 { kVector, kVmm };

/// What one step did.
struct Step {
  enum class Kind : u8 {
    kCompleted,  ///< an instruction
    kTrapped,    ///< an instruction trapped, or an interrupt was taken
    kSensitive,  ///< nothing yet: a sensitive instruction is about to run in a de-privileged guest
  };
  Kind kind = Kind::kCompleted;
  unsigned row = zisa::kIllegalRow;  ///< of the instruction, where there was one
  Trap trap{};
  bool for_ever = false;  ///< the instruction jumped to itself and will do so again
};

class Cpu {
 public:
  Cpu(u32 number, const Variant& variant, mmu::Memory& memory, cost::Ledger& ledger, Clock& clock,
      Bus& bus);
  Cpu(const Cpu&) = delete;
  Cpu& operator=(const Cpu&) = delete;

  ArchState state;
  TrapTo trap_to = TrapTo::kVector;
  /// Virtual mode of a de-privileged guest, which decides whose account its instructions go to.
  bool guest_kernel = true;
  /// Instructions that completed here, or trapped to TVEC.
  u64 direct = 0;

  /// What belongs to the world that is on the CPU: a VMM that switches worlds puts it away and brings it back.
  struct Loaded {
    ArchState state;
    TrapTo trap_to = TrapTo::kVector;
    bool guest_kernel = true;
    u64 direct = 0;
  };
  Loaded put_away() const { return {state, trap_to, guest_kernel, direct}; }
  /// `clock` is the time of that world; it outlives its stay on the CPU.
  void bring_back(const Loaded& world, Clock& clock);

  /// Takes a pending interrupt or executes one instruction. `sensitive_seen` runs a sensitive
  /// instruction that the last step only announced.
  Step step(bool sensitive_seen = false);

  /// Whether an interrupt would be taken before the next instruction.
  bool interrupt_due() const {
    return enabled_pending(state) != 0 && (interrupts_enabled(state) || trap_to == TrapTo::kVmm);
  }

  /// To be called when the VMM has changed what the guest runs in (pc, root, mode): translations of fetches
  /// are looked up again.
  void entered() { fetch_.valid = false; }

  cost::Account account() const;
  mmu::Mmu& mmu() { return mmu_; }
  const mmu::Mmu& mmu() const { return mmu_; }
  const Variant& variant() const { return variant_; }
  void set_variant(const Variant& variant) { variant_ = variant; }
  Clock& clock() { return *clock_; }
  const Clock& clock() const { return *clock_; }
  cost::Ledger& ledger() { return ledger_; }

  /// Effects of later steps go there; null for none.
  void record(Effects* effects) { effects_ = effects; }

  /// The page that instructions are being fetched from: looked up in the TLB when it changes only.
  struct Fetch {
    bool valid = false;
    u32 page = 0;    ///< gva of the page
    Hpa base{};      ///< where it lies
  };
  Fetch& fetch() { return fetch_; }

  /// Looks up the page of the PC unless that is known. A fault is the fetch's.
  std::optional<Trap> fetch_page() {
    if (fetch_known()) return std::nullopt;
    return look_up_fetch();
  }

  /// Looks it up where the TLB has it and it is RAM; else false, and it is as if nobody had asked.
  bool fetch_cached();

 private:
  friend class Hardware;

  Step trapped(const Trap& trap, unsigned row);
  void charge(cost::Account payer, unsigned row);
  bool fetch_known() const { return fetch_.valid && fetch_.page == (state.pc & ~kPageMask); }
  std::optional<Trap> look_up_fetch();
  void report_fetch(mmu::Audit& audit);

  u32 number_;
  Variant variant_;
  mmu::Mmu mmu_;
  cost::Ledger& ledger_;
  Clock* clock_;
  Bus& bus_;
  Effects* effects_ = nullptr;
  Fetch fetch_;
  DecodeMemo memo_;

  // What the instruction under way has accessed; charged when it completes.
  struct Accesses {
    u32 data = 0, device = 0, misaligned = 0;
  } accesses_;
};

/// Whether a row's instruction is one whose run in U mode the event log notes.
constexpr bool is_sensitive(unsigned row) {
  return row < zisa::kRowCount && zisa::kRows[row].sensitivity.sensitive();
}

}  // namespace ringside::cpu
