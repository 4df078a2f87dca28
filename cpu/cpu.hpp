// One simulated CPU and its stepping engine: the complete, exact semantics. The fast engine
// (cpu/fast.hpp) runs the common case on the same state and comes back here for everything else.
#pragma once

#include <optional>

#include "cpu/clock.hpp"
#include "cpu/decode_memo.hpp"
#include "cpu/effects.hpp"
#include "cpu/non_root.hpp"
#include "cpu/state.hpp"
#include "cpu/translation.hpp"
#include "cpu/trap_to.hpp"
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

/// What one step did.
struct Step {
  enum class Kind : u8 {
    kCompleted,  ///< an instruction
    kTrapped,    ///< an instruction trapped, or an interrupt was taken
    kExited,     ///< non-root mode was left: Cpu::non_root.exit says why
    kSensitive,  ///< nothing yet: a sensitive instruction is about to run in a de-privileged guest
    kLeaves,     ///< nothing yet: translated code is at an operation that the VMM has to do, or at its end
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
  /// What the CPU runs in place of the guest's code, if anything.
  Units units;

  /// What belongs to the world that is on the CPU: a VMM that switches worlds puts it away and brings it back.
  struct Loaded {
    ArchState state;
    TrapTo trap_to = TrapTo::kVector;
    bool guest_kernel = true;
    u64 direct = 0;
    Units units;
    NonRoot non_root;
    mmu::NestedPaging nested;
    u16 vmid = 0;
  };
  Loaded put_away() const {
    return {state, trap_to, guest_kernel, direct, units, non_root, mmu_.nested, mmu_.tlb.vmid()};
  }
  /// `clock` is the time of that world; it outlives its stay on the CPU.
  void bring_back(const Loaded& world, Clock& clock);

  /// Takes a pending interrupt or executes one instruction. `sensitive_seen` runs a sensitive
  /// instruction that the last step only announced.
  Step step(bool sensitive_seen = false);

  /// Executes a word as if it had been fetched at the PC: for experiments with single instructions.
  Step execute_word(u32 word);

  /// Non-root mode; all of it is part of the state of the CPU.
  NonRoot non_root;

  /// Enters non-root mode by the control block in that page of RAM, and delivers the event that it names. If a
  /// field breaks a rule, nothing is entered. Charges vm_entry, and the trap of the event.
  std::optional<EntryFault> enter_non_root(Hpa block);

  /// Whether an interrupt would be taken before the next instruction, or would have the guest exit.
  bool interrupt_due() const {
    if (non_root.active) return non_root_interrupt_due();
    return enabled_pending(state) != 0 && (interrupts_enabled(state) || trap_to == TrapTo::kVmm);
  }

  /// Whether something is pending that ends a wait.
  bool wakes() const;

  /// What the hardware offers to non-root mode; to be said before the guest starts.
  void set_assist(const HardwareAssist& assist) {
    assist_ = assist;
    mmu_.caches = {mmu::FifoCache(assist.walk_cache), mmu::FifoCache(assist.nested_tlb), 0, 0};
  }
  const HardwareAssist& assist() const { return assist_; }

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
  /// Translated code is about to write a register by way of a virtual one.
  void note_register(u32 number, u32 value) {
    if (effects_ && number != 0)
      effects_->registers.push_back({static_cast<u8>(number), state.x[number], value});
  }

  /// The page that instructions are being fetched from: looked up in the TLB when it changes only.
  struct Fetch {
    bool valid = false;
    u32 page = 0;    ///< gva of the page
    Hpa base{};      ///< where it lies
  };
  Fetch& fetch() { return fetch_; }
  const Fetch& fetch() const { return fetch_; }

  /// The page of translated code that instructions are being fetched from.
  CodeKey code_key() const { return {fetch_.base, fetch_.page, guest_kernel}; }
  /// The operation at the PC; null where nothing was translated.
  const TcOp* operation() const { return units.cache->find(code_key(), state.pc); }

  /// Looks up the page of the PC unless that is known. A fault is the fetch's.
  std::optional<Trap> fetch_page() {
    if (fetch_known()) return std::nullopt;
    return look_up_fetch();
  }

  /// Looks it up where the TLB has it and it is RAM; else false, and it is as if nobody had asked.
  bool fetch_cached();

 private:
  friend class Hardware;

  // Executes on registers as a guest in non-root mode sees them, while one lives.
  class Unmasked {
   public:
    explicit Unmasked(Cpu& cpu);
    ~Unmasked();
    Unmasked(const Unmasked&) = delete;
    Unmasked& operator=(const Unmasked&) = delete;

   private:
    Cpu& cpu_;
    u32 sr_;
    std::array<u32, zisa::kCrCount> cr_;
  };

  bool non_root_interrupt_due() const;
  Step non_root_interrupt();
  std::optional<Step> exit_before(const zisa::Decoded& decoded);
  bool wants_exit(const zisa::Decoded& decoded) const;
  std::optional<Step> exit_instead(const Trap& trap, unsigned row);
  Step leave_for_nested_fault(u32 gva, unsigned row);
  Step leave(const ExitInfo& info);
  void deliver(const Trap& trap);
  void take_delivery_back();
  void drop_translations();

  Step execute_here(const zisa::Decoded& decoded);
  Step execute(const zisa::Decoded& decoded, u64& counter);
  Step step_unit();
  Step trapped(const Trap& trap, unsigned row);
  void charge(cost::Account payer, unsigned row);
  bool fetch_known() const { return fetch_.valid && fetch_.page == (state.pc & ~kPageMask); }
  std::optional<Trap> look_up_fetch();
  void report_fetch(mmu::Audit& audit);

  u32 number_;
  Variant variant_;
  HardwareAssist assist_;
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

/// What the hardware entry of a trap costs.
cost::Param price_of(Cause cause);

/// Whether a row's instruction is one whose run in U mode the event log notes.
constexpr bool is_sensitive(unsigned row) {
  return row < zisa::kRowCount && zisa::kRows[row].sensitivity.sensitive();
}

}  // namespace ringside::cpu
