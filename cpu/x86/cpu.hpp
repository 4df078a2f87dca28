// One simulated x86 CPU and its stepping engine: the complete, exact semantics.
#pragma once

#include <optional>
#include <utility>

#include "cpu/clock.hpp"
#include "cpu/effects.hpp"
#include "cpu/translation.hpp"
#include "cpu/trap_to.hpp"
#include "cpu/x86/decode_memo.hpp"
#include "cpu/x86/model.hpp"
#include "cpu/x86/state.hpp"
#include "cpu/x86/trap.hpp"
#include "cpu/x86/vmx.hpp"
#include "mmu/x86/mmu.hpp"

namespace ringside::x86 {

/// What lies outside of the CPU, beside RAM.
struct Bus {
  /// False where nothing answers: the bus then reads as ones, and forgets what is written.
  virtual bool read(Hpa address, unsigned bytes, u32& value) = 0;
  virtual bool write(Hpa address, unsigned bytes, u32 value) = 0;
  /// Ports: all ones where nothing answers.
  virtual u32 in(u16 port, unsigned bytes) = 0;
  virtual void out(u16 port, unsigned bytes, u32 value) = 0;
  /// The interrupt controller's vector for the interrupt that the CPU is about to take.
  virtual u8 acknowledge_interrupt() = 0;

 protected:
  ~Bus() = default;
};

/// What one step did.
struct Step {
  enum class Kind : u8 {
    kCompleted,  ///< an instruction
    kIterated,   ///< one iteration of a REP, which goes on
    kTrapped,    ///< an instruction trapped, or an interrupt was taken
    kExited,     ///< non-root operation was left: Cpu::non_root.exit says why
    kSensitive,  ///< nothing yet: a sensitive instruction is about to run in a de-privileged guest
    kLeaves,     ///< nothing yet: translated code is at an operation that the VMM has to do
    kHalted,     ///< nothing: HLT waits for an interrupt
  };
  Kind kind = Kind::kCompleted;
  unsigned row = kIllegalRow;  ///< of the instruction, where there was one
  Trap trap{};
  bool for_ever = false;      ///< the instruction jumped to itself and will do so again
  bool triple_fault = false;  ///< no handler could be entered: the CPU has shut down
  u32 pc = 0;                 ///< of a trap that was delivered: the linear address at which it came
};

/// An instruction that raised #UD though there are CPUs that execute it: the subset or the CPU model leaves it out, or a
/// feature that it needs.
struct Refused {
  u32 linear = 0, eip = 0;  ///< where it stands
  CodeSize size = CodeSize::kBits32;
  std::optional<LeftOut> feature;
};

}  // namespace ringside::x86

/// Instructions begin anywhere; where one could not be fetched whole, what is there counts as a byte.
template <>
struct ringside::cpu::InstructionTraits<ringside::x86::Instruction> {
  static constexpr u32 kAlignment = 1;
  static constexpr u32 bytes(const x86::Instruction& i) { return i.length != 0 ? i.length : 1; }
};

namespace ringside::x86 {

using TcOp = cpu::TcOpOf<Instruction>;
using Unit = cpu::UnitOf<Instruction>;
using TranslationCache = cpu::TranslationCacheOf<Instruction>;
using Units = cpu::UnitsOf<Instruction>;

/// Where a de-privileged guest's CPU has its descriptor tables: in a space of the monitor's beyond the linear one, which
/// no instruction of the guest can address (an abstraction; a real monitor takes a corner of the linear space and
/// guards it by segment limits). SGDT and SIDT show addresses in it.
inline constexpr u32 kMonitorSpace = 0xffc00000;
/// A GDT and an LDT of full size.
inline constexpr u32 kMonitorTableBytes = 0x20000;

class Cpu {
 public:
  /// `number` is its APIC id; CPU 0 boots.
  Cpu(u32 number, const CpuModel& model, mmu::Memory& memory, cost::Ledger& ledger,
      cpu::Clock& clock, Bus& bus);
  Cpu(const Cpu&) = delete;
  Cpu& operator=(const Cpu&) = delete;

  State state;
  /// Interrupt request of the interrupt controller, and a non-maskable one that waits; taking it
  /// clears it.
  bool intr_line = false, nmi_line = false;
  cpu::TrapTo trap_to = cpu::TrapTo::kVector;
  /// Instructions that completed here, or trapped to the IDT.
  u64 direct = 0;
  NonRoot non_root;
  /// What the CPU could not deliver when it shut down.
  Undelivered undelivered;
  /// Where in host memory the monitor's tables are, under a VMM that de-privileges.
  std::optional<Hpa> monitor_tables;
  /// Translated code that runs in place of the guest's.
  Units units;

  /// What belongs to the world that is on the CPU: a VMM that switches worlds puts it away and
  /// brings it back.
  struct Loaded {
    State state;
    cpu::TrapTo trap_to = cpu::TrapTo::kVector;
    u64 direct = 0;
    bool intr_line = false, nmi_line = false;
    NonRoot non_root;
    NestedPaging nested;
    u16 vpid = 0;
    std::optional<Hpa> monitor_tables;
    Undelivered undelivered;
    Units units;
  };
  Loaded put_away() const {
    return {state,    trap_to,  direct, intr_line,
            nmi_line, non_root, mmu_.nested,  mmu_.tlb.vmid(), monitor_tables, undelivered,
            units};
  }
  /// `clock` is the time of that world; it outlives its stay on the CPU.
  void bring_back(const Loaded& world, cpu::Clock& clock);

  /// Takes an interrupt or debug trap that is due or executes one instruction, of a REP one
  /// iteration. `sensitive_seen` runs a sensitive instruction that the last step only announced.
  /// Under a VMM (trap_to) nothing is delivered: EIP stays at the instruction that trapped, CR2 and
  /// the interrupt shadow as they were, an interrupt unacknowledged.
  Step step(bool sensitive_seen = false);

  /// Executes an instruction as if it had been fetched at EIP: for experiments with single
  /// instructions.
  Step execute(const Instruction& instruction);

  /// Executes an instruction on these registers in place of the CPU's own, with the CPU's memory: what a few
  /// instructions of translated code do to virtual registers. A trap leaves both as they were.
  Step execute_on(State& registers, const Instruction& instruction);

  /// VM entry by the VMCS at an address in RAM: charges vm_entry, checks the fields, loads the
  /// guest's state and delivers the event that waits there. General registers but ESP, CR2 and the
  /// debug registers but DR7 are the VMM's to load. A fault is where the checks found something.
  std::optional<EntryFault> enter_non_root(Hpa vmcs);
  /// What hardware assistance there is.
  void set_assist(const HardwareAssist& assist) {
    assist_ = assist;
    mmu_.caches = {mmu::FifoCache(assist.walk_cache), mmu::FifoCache(assist.nested_tlb), 0, 0};
  }
  const HardwareAssist& assist() const { return assist_; }

  /// Whether an interrupt, NMI or debug trap would be taken before the next instruction, or an event
  /// of non-root operation exits. A VMM gets interrupts whatever IF says.
  bool interrupt_due() const {
    if (non_root.active || non_root.left_at_entry) return non_root_event_due();
    return state.pending_debug ? debug_trap_due() : nmi_due() || intr_due();
  }

  /// Whether something is pending that ends HLT.
  bool wakes() const { return interrupt_due(); }

  /// To be called when the VMM has changed what the guest runs in: translations of fetches are
  /// looked up again.
  void entered() { fetch_.valid = false; }

  cost::Account account() const;
  Mmu& mmu() { return mmu_; }
  const Mmu& mmu() const { return mmu_; }
  const CpuModel& model() const { return model_; }
  cpu::Clock& clock() { return *clock_; }
  const cpu::Clock& clock() const { return *clock_; }
  cost::Ledger& ledger() { return ledger_; }
  /// What was refused last, unless somebody has taken note of it.
  const std::optional<Refused>& refused() const { return refused_; }
  std::optional<Refused> take_refused() { return std::exchange(refused_, std::nullopt); }

  /// Effects of later steps go there; null for none.
  void record(cpu::Effects* effects) { effects_ = effects; }

  /// The page that instructions are being fetched from: looked up in the TLB when it changes only.
  struct Fetch {
    bool valid = false;
    u32 page = 0;  ///< linear address of the page
    Hpa base{};    ///< where it lies
  };
  Fetch& fetch() { return fetch_; }
  const Fetch& fetch() const { return fetch_; }
  /// Looks up the page of EIP where the TLB has it and it is RAM; else false, and it is as if
  /// nobody had asked.
  bool fetch_cached();
  /// The page of translated code that instructions are being fetched from.
  cpu::CodeKey code_key() const {
    return {fetch_.base, fetch_.page, !state.user(), state.segment(Seg::kCs).big()};
  }
  /// The operation at EIP; null where nothing was translated.
  const TcOp* operation() const { return units.cache->find(code_key(), code_address()); }

  /// What translations depend on, for accesses by CPL.
  PagingContext paging_context() const {
    return {state.cr3,
            state.paging(),
            state.user(),
            (state.cr0 & cr0::kWp) != 0,
            (state.cr4 & cr4::kPse) != 0,
            (state.cr4 & cr4::kPge) != 0};
  }

 private:
  friend class Hardware;

  bool debug_trap_due() const { return state.pending_debug && state.shadow != Shadow::kByMovSs; }
  bool nmi_due() const { return nmi_line && !state.nmi_blocked && state.shadow == Shadow::kNone; }
  bool intr_due() const {
    const bool enabled = state.eflags & flag::kIf || trap_to == cpu::TrapTo::kVmm;
    return intr_line && enabled && state.shadow == Shadow::kNone;
  }
  Trap due_event();
  std::optional<Trap> instruction_breakpoint();

  u32 code_address() const { return state.segment(Seg::kCs).base + state.eip; }
  bool fetch_known(u32 linear) const {
    return fetch_.valid && fetch_.page == (linear & ~kPageMask);
  }
  std::optional<Trap> look_up_fetch(u32 linear);
  std::optional<Trap> fetch_instruction(Instruction& instruction);
  std::optional<Trap> fetch_across(u32 linear, u32 count, CodeSize size, Instruction& instruction);
  void report_fetch(mmu::Audit& audit, Gva linear, Hpa at, u32 bytes) const;
  void copy_code(Hpa from, u32 count, u8* to) const;

  Step step_unit();
  std::optional<Trap> fetch_operation();
  Step completed(const Instruction& instruction, cost::Account payer, bool iterates);
  Step trapped(const Trap& trap, unsigned row, bool by_instruction);
  Step deliver(const Trap& trap, unsigned row);
  bool leaves_out(unsigned row) const;
  void refuse(std::optional<LeftOut> feature);
  void charge(cost::Account payer, unsigned row);
  void record_registers(const std::array<u32, kGprs>& before);

  // Non-root operation (vmx.cpp, vmx_instructions.cpp).
  class Unmasked {
   public:
    explicit Unmasked(Cpu& cpu);
    Unmasked(const Unmasked&) = delete;
    Unmasked& operator=(const Unmasked&) = delete;
    ~Unmasked();

   private:
    Cpu& cpu_;
    u32 cr0_, cr4_;
  };
  void use_translations_of(const Vmcs& vmcs);
  void drop_translations();
  void deliver_entry_event(Vmcs& vmcs);
  Step leave(const ExitInfo& info);
  Step leave_by(const Trap& trap, unsigned row, const std::optional<Trap>& vectoring);
  ExitInfo exit_for(ExitReason reason, u32 qualification = 0) const;
  ExitInfo nested_fault(u32 linear) const;
  bool non_root_event_due() const;
  Step non_root_event();
  bool exits(const Trap& trap) const;
  std::optional<Step> exit_before(const Instruction& instruction);
  std::optional<ExitInfo> wanted_exit(const Instruction& instruction) const;
  std::optional<Step> exit_for_io(const Instruction& instruction);
  bool port_exits(u32 port, unsigned bytes) const;
  bool msr_exits(bool write) const;
  bool cr_write_exits(unsigned number, u32 value) const;
  std::optional<u32> control_register_exit(const Instruction& instruction) const;
  std::optional<u32> lmsw_exit(const Instruction& instruction) const;
  u32 dr_qualification(const Instruction& instruction) const;
  u32 linear_operand(const Instruction& instruction) const;

  u32 number_;
  const CpuModel& model_;
  HardwareAssist assist_;
  Mmu mmu_;
  cost::Ledger& ledger_;
  cpu::Clock* clock_;
  Bus& bus_;
  cpu::Effects* effects_ = nullptr;
  Fetch fetch_;
  DecodeMemo memo_;
  Shadow shadow_before_ = Shadow::kNone;  ///< when the step under way began
  std::optional<Refused> refused_;

  // What the instruction under way has accessed; charged when it completes.
  struct Accesses {
    u32 data = 0, device = 0, misaligned = 0;
  } accesses_;
};

/// What the hardware entry of a trap costs.
cost::Param price_of(const Trap& trap);

}  // namespace ringside::x86
