// A virtual machine: the guest's virtual privileged state, its devices and memory, and the operations
// by which a strategy works on them. Every operation has a price; what the simulator keeps for its own
// knowledge (the ideal record, statistics) has none.
#pragma once

#include <bitset>
#include <map>
#include <span>

#include "cpu/cpu.hpp"
#include "devices/zisa_platform.hpp"
#include "mmu/shadow.hpp"
#include "vmm/event_log.hpp"
#include "vmm/exit.hpp"
#include "vmm/frame_memory.hpp"
#include "vmm/records.hpp"
#include "vmm/shadow_memory.hpp"
#include "vmm/translated_code.hpp"

namespace ringside::vmm {

/// One virtual CPU, as the VMM keeps it.
struct Vcpu {
  ArchState virt;   ///< what the VMM believes that the guest set
  ArchState ideal;  ///< the same with every sensitive instruction applied that slipped through
  bool halted = false;
};

/// How a VMM with hardware assistance gives the guest its pages.
struct AssistedPaging {
  bool nested = true;    ///< by nested tables; else by shadow tables
  unsigned levels = 2;   ///< of the nested tables
};

/// What the VMM keeps of a guest in non-root mode.
struct Assisted {
  bool on = false;
  bool nested = false;
  Hpa block{};        ///< its control block
  ArchState known;    ///< guest state as the VMM last read or wrote it in the block
  u64 fetched = 0;    ///< fields of it that were read since the last exit
  u32 nested_root = 0;
  ArchState away;     ///< what the guest believes of itself, while another VM is on the CPU
};

/// All that changes in a Vm: a copyable value, so that a copy is a snapshot.
struct VmState : ShadowState<mmu::ShadowTables> {
  explicit VmState(devices::ZisaPlatform devices) : platform(std::move(devices)) {}
  Vcpu vcpu;
  devices::ZisaPlatform platform;
  Assisted assisted;                ///< hardware assistance
  bool paravirtual = false;         ///< the guest knows of the VMM: it makes hypercalls
  bool calls_save_all = false;      ///< and each of these is entered like any exit
  std::optional<u32> guest_root;    ///< PTBR of a root of the guest's own that the hardware walks in place of a shadow
  bool gives_way = false;           ///< the guest has asked that others run
  InstructionCounts counts;         ///< `direct` is the CPU's
  TranslationState<u32> code;       ///< binary translation
  std::map<ExitKind, ExitStatistics> exits;
  std::map<unsigned, HoleStatistics> holes;  ///< by row
};

/// What emulate_one() did.
struct Emulated {
  unsigned row = 0;           ///< of the instruction
  std::optional<Trap> trap;   ///< set if it trapped, to be injected; else it completed
  bool needed_vmm = false;    ///< accessed a device or wrote to a traced frame
};

/// Bytes of host memory that a machine needs for one guest and the VMM beside it; `vmm_extra` of them for what
/// the VMM's tables need beyond the usual.
u64 host_memory_bytes(u64 ram_bytes, u64 vmm_extra = 0);

class Vm : public TranslatedCode<Vm, u32>, public ShadowMemory<Vm>, public FrameMemory<Vm> {
 public:
  /// Where the parts of the machine are; all outlive the Vm.
  struct Host {
    cpu::Cpu& cpu;
    mmu::Memory& memory;
    cost::Ledger& ledger;
    cpu::Clock& clock;
    EventLog& log;
  };
  /// `region` is where in host memory the host_memory_bytes() for this VM begin.
  Vm(Host host, devices::ZisaPlatform platform, u64 ram_bytes, Hpa region, u64 vmm_extra = 0);
  Vm(const Vm&) = delete;
  Vm& operator=(const Vm&) = delete;

  // --- how the hardware runs the guest: one of these, in Strategy::start ---

  /// The guest owns the machine: traps go to its own vector, guest-physical is host-physical.
  void run_bare();
  /// The guest runs in U mode and all traps come to the VMM; its memory lies behind the VMM's.
  void run_deprivileged();
  /// The guest runs in non-root mode and owns its supervisor mode there; what the control block names leaves to
  /// the VMM. The block is cleared, its guest state that of reset; the CPU must have hardware assistance. False
  /// where the VMM's memory has no room for the nested tables' root.
  bool run_non_root(const AssistedPaging& paging);

  /// As run_deprivileged(), and the code of the virtual kernel (and with `user_too` all code) runs as
  /// translated units, of which `capacity` operations fit.
  void run_translated(bool user_too, u32 capacity);

  /// As run_deprivileged(), for a guest that makes hypercalls and has page tables of its own with host frames
  /// in them. Makes the two tables from guest frames to host frames and back.
  /// `calls_save_all`: a hypercall charges vmm_dispatch, as any exit does, in place of hypercall_entry.
  void run_paravirtual(bool calls_save_all = false);

  // --- virtual state; free, as the VMM has it in registers or cache ---

  const ArchState& state() const { return s_.vcpu.virt; }
  void set_register(u32 number, u32 value) {
    if (number != 0) s_.vcpu.virt.x[number] = value;
  }
  void set_pc(u32 pc) { s_.vcpu.virt.pc = pc; }
  void wake() { s_.vcpu.virt.waiting = false; }
  void set_status(u32 sr) { s_.vcpu.virt.sr = sr; }
  void set_control(Cr which, u32 value) { s_.vcpu.virt.control(which) = value; }

  // --- events ---

  /// Emulates the instruction at the guest's PC on the virtual state and the guest's memory and devices.
  /// Charges vmm_decode, and vmm_emulate or vmm_memory.
  Emulated emulate_one();
  /// The same for an instruction whose word the VMM knows already (Field::kExitInstruction).
  Emulated emulate_one(u32 word);
  /// Tells emulate_one() what the hardware has found out: that gva lies at gpa. Forgotten at the next entry.
  void translation_known(Gva gva, Gpa gpa) { known_page_ = {gva.v & ~kPageMask, gpa.page_base()}; }
  /// Delivers a trap or interrupt to the guest's vector: on the virtual state or, in non-root mode, by the event
  /// fields of the control block. Charges vmm_inject, and the fields written.
  void inject(const Trap& trap);
  /// Non-root mode: delivers again an event whose delivery was taken back. Charges the fields written.
  void inject_again(const Trap& event);
  /// The same in software, where something else has to come on top of it: writes what the trap saves, PC and SR.
  void complete_delivery(const Trap& event);
  /// Looks at the devices' and the timer's lines anew, as after an interrupt of the host.
  void accept_interrupts() {
    advance_devices();
    s_.vcpu.virt.control(Cr::kIpend) = lines();
  }
  /// Injects the first pending interrupt if the guest can take one now.
  bool deliver_interrupt();

  // --- the control block (non-root mode) ---

  /// Reads or writes a field. Charges vmread or vmwrite.
  u32 read_field(cpu::Field field);
  void write_field(cpu::Field field, u32 value);
  /// Reads fields of the guest's state into the virtual state, once for each exit. Until then that holds what the
  /// VMM last knew; what it changes there is written back at the entry, a vmwrite for each field. General
  /// registers are there anyway.
  void fetch(std::initializer_list<cpu::Field> fields);

  // --- nested tables (non-root mode) ---

  /// Maps a guest-physical page; false when it is not RAM of this VM or the VMM's memory is used up. Charges
  /// vmm_map.
  bool map_nested(Gpa gpa, mmu::Rights rights);
  /// What Field::kNestedPtbr has to hold.
  u32 nested_ptbr() const { return s_.shadow.ptbr(s_.assisted.nested_root); }
  /// An identifier for this VM's translations, like no other VM's of the machine: VMs lie at least 1 MiB apart.
  u32 vmid() const { return 1 + static_cast<u32>((region_.v - host_.memory.base().v) >> 20); }
  /// Whether the CPU can tell the translations of VMs apart.
  bool has_vmids() const { return host_.cpu.assist().vmids; }

  // --- guest memory ---

  bool is_ram(Gpa address, u64 bytes = 1) const {
    const u64 offset = address.v - kRamBase;
    return offset < ram_bytes_ && bytes <= ram_bytes_ - offset;
  }
  bool is_device(Gpa address) const { return devices::ZisaPlatform::find(address) != nullptr; }
  u64 ram_bytes() const { return ram_bytes_; }
  /// Walks the guest's tables; each reference charges vmm_reference.
  mmu::Walk walk_guest(Gva gva, Access access);
  /// Reads or writes guest RAM; false outside of it. Charges vmm_reference per word.
  bool read_guest(Gpa from, std::span<u8> to);
  bool write_guest(Gpa to, std::span<const u8> from);

  /// Drops the hardware's translation of a page, or all. Charges tlb_invalidate.
  void invalidate_hardware(Gva gva);
  void invalidate_hardware_all();
  /// To be called by whoever finds out what the page fault under way means, for the report.
  void found_meaning(FaultMeaning meaning) { meaning_ = meaning; }

  // --- paravirtual guests (vmm/vm_paravirt.cpp, vmm/frame_memory.hpp) ---

  /// From the next entry the hardware walks the guest's own tables from this root (host frame and shape) on. True
  /// if that is a change; then all translations are gone, vmm_switch and tlb_invalidate charged.
  bool use_guest_root(u32 ptbr);
  /// The HCALL at the guest's PC is done: it counts, and the guest goes on behind it.
  void finish_hypercall();
  /// Lets other VMs run at the end of this exit.
  void give_way() { s_.gives_way = true; }
  /// Uses a register of the device that the guest's virtual device stands for, as its driver. Charge
  /// device_access.
  u32 read_device(Gpa address, unsigned bytes);
  void write_device(Gpa address, unsigned bytes, u32 value);

  /// Software effort that no other operation stands for.
  void work(cost::Param parameter, u64 n = 1) {
    host_.ledger.charge(cost::Account::kVmm, parameter, n);
  }
  /// The guest can never get further.
  void fail(std::string reason);

  // --- translated code (vmm/vm_translation.cpp) ---

  /// What the hardware is: which instructions trap in U mode.
  const cpu::Variant& variant() const { return host_.cpu.variant(); }
  /// Guest-physical page that the guest's next instruction is fetched from, on the exit NotTranslated. Charges
  /// vmm_reference for each table entry of the shadow on the way.
  Gpa code_page();
  /// Does what a call-out was made for, with operands and emulation prepared when it was translated, which is in the
  /// price of the call-out. Charges callout_join where it goes on in the call-out of another.
  Emulated emulate_called(const CallOut& call);

  // --- for the machine and its reports; strategies do not see these ---

  static constexpr u64 kRamBase = 0x80000000;

  VmState& internals() { return s_; }
  const VmState& internals() const { return s_; }
  Hpa host_of(Gpa address) const { return {address.v - kRamBase + ram_host_.v}; }
  std::size_t frame_number(Gpa address) const { return (address.v - kRamBase) >> kPageShift; }
  bool deprivileged() const { return host_.cpu.trap_to == cpu::TrapTo::kVmm; }
  bool non_root() const { return s_.assisted.on; }
  /// Whether there is a VMM at all, and so two kinds of memory.
  bool virtualized() const { return deprivileged() || non_root(); }
  /// Puts what is pending where the hardware looks for it; `timer`: beside it an interrupt of the host's own timer.
  void raise_lines(bool timer = false);
  /// To be called before another VM gets the CPU.
  void put_away() {
    if (non_root()) s_.assisted.away = assisted_state();
  }
  /// What the last exit from non-root mode was.
  Exit non_root_exit() const;
  /// How a guest-virtual address is translated in both dimensions, reference by reference; no price, no trace.
  mmu::NestedWalk look_nested(Gva gva, std::vector<mmu::NestedStep>& trail) const;
  /// What the guest believes of itself: real registers, and the privileged state that it set.
  ArchState guest_state() const;
  /// Where the guest's control registers are: the same without the copy.
  const ArchState& control_state() const {
    if (non_root() && !on_cpu_) return s_.assisted.away;
    return deprivileged() ? s_.vcpu.virt : host_.cpu.state;
  }
  ArchState assisted_state() const;  ///< the same in non-root mode
  /// Puts the guest into the state of reset, as the strategy's start() has arranged it, and loads the CPU.
  void reset(const ArchState& state);
  /// How the guest gets its pages, in a report's word.
  std::string_view paging_name() const {
    return s_.assisted.nested ? "nested" : s_.paravirtual ? "direct" : virtualized() ? "shadow" : "none";
  }
  /// Where the guest believes to be.
  u32 guest_pc() const { return guest_state().pc; }
  u64 state_hash() const;

  // --- time, as the machine's loop asks for it ---

  /// When something comes that the guest has enabled, or a device has to do; kNever if nothing will.
  u64 next_time_of_interest() const;
  /// When IPEND changes by itself, or a device has something to do.
  u64 next_change() const;
  bool device_due() const { return s_.platform.next_event().value_or(kNever) <= host_.clock.now(); }
  /// Whether a guest in an endless loop can still get out of it: by an interrupt, or by DMA that writes its code.
  bool anything_can_come(bool expect_input) const;
  /// Why nothing can wake it, for a report.
  std::string why_deaf() const;
  /// Whether a key would wake the guest, were one pressed.
  bool typing_wakes() const;
  static constexpr u64 kNever = ~u64{0};

  // --- exits, as the machine counts them ---

  /// What a trap in a de-privileged guest is to the VMM.
  Exit exit_of_trap(const cpu::Step& step) const { return exit_of(step.trap, step.row); }
  /// What the log says of a trap to the guest's own vector.
  Event event_of_trap(const cpu::Step& step) const;
  /// It came: whoever can never get further has failed.
  void trapped(const cpu::Step& step);
  EntryFailure entry_failure(const cpu::EntryFault& fault) const {
    return {number_of(fault.field), fault.value};
  }
  /// Of the exit under way, left() being done.
  ExitKind kind_of_exit(const Exit& exit) const;
  /// The same when the VMM has found out what it meant.
  ExitKind kind_when_handled(const Exit& exit, ExitKind before) const;
  /// Charges the way to the handler.
  void charge_leaving(const Exit& exit, Passage passage);
  /// The exit was handled.
  void handled(const Exit& exit);
  /// Whether the guest is entered by a return from a trap: to translated code goes a plain jump.
  bool enters_by_return(Passage passage) const {
    return passage != Passage::kCall || !s_.code.translates(s_.vcpu.virt.supervisor());
  }
  /// Whether a hypercall is under way, rather than an HCALL that the guest is to see trap.
  bool in_hypercall(const Exit& exit) const {
    return s_.paravirtual && s_.vcpu.virt.supervisor() && std::holds_alternative<Hypercall>(exit);
  }
  /// Under which key the code at a PC in the page of the guest's stands, and that PC.
  cpu::CodeKey code_key(u32 pc) const;
  u32 guest_code_pc() const { return s_.vcpu.virt.pc; }
  void charge(cost::Account account, cost::Param parameter, u64 n) { host_.ledger.charge(account, parameter, n); }
  bool take_give_way() { return std::exchange(s_.gives_way, false); }
  /// To be called when the guest traps in supervisor mode at its trap vector. Such a trap comes for ever, and the
  /// guest has failed, unless it is an interrupt or a device may yet write other code there.
  void trapped_at_vector(const Trap& trap);
  /// Lets the devices do what is due, DMA included.
  void advance_devices();
  /// Levels of the timer and the devices, as IPEND has them.
  u32 lines() const;
  /// Interrupts of the host that ask for the VMM, as bits of the real IPEND.
  u32 host_interrupts() const;
  /// Whether this VM is the one on the CPU; else its state is what was taken over when it left.
  void set_on_cpu(bool on_cpu) { on_cpu_ = on_cpu; }
  /// Leaves the guest: takes over what the hardware saved. Enters it: loads what it needs.
  void left();
  /// `by_trap_return`: the hardware changes mode on the way.
  /// A control block that breaks a rule is not entered by.
  std::optional<cpu::EntryFault> entered(bool by_trap_return = true);
  /// Runs the operation at the PC that works on virtual registers, in translated code.
  InCache run_in_cache();
  /// Applies a system instruction to the ideal record alone; `at` gives registers and PC.
  void apply_to_ideal(u32 word, const ArchState& at);
  const std::optional<Ending>& failed() const { return failed_; }
  /// How the guest, or the VMM for it, has ended the run.
  std::optional<Ending> ended() const {
    if (const auto code = s_.platform.exit_code()) return Ending{Ending::Outcome::kExited, *code, ""};
    return failed_;
  }
  /// What the guest has printed.
  const devices::Transcript& console() const { return s_.platform.console().output(); }
  /// The user types something.
  void type(std::string_view text) { s_.platform.type(text); }
  FaultMeaning meaning() const { return meaning_; }
  void set_failed(std::optional<Ending> failed) { failed_ = std::move(failed); }
  bool device_read(Gpa address, unsigned bytes, u32& value);
  bool device_write(Gpa address, unsigned bytes, u32 value);
  /// Word of the instruction at a state's PC, if it can be read; no price, no trace.
  std::optional<u32> peek_instruction(const ArchState& state) const;
  /// The walk of the guest's own tables for gva in a state with paging on; no price, no trace.
  mmu::Walk look_guest(const ArchState& state, Gva gva) const;
  /// Guest-physical address of gva by the guest's own tables; no price, no trace.
  std::optional<Gpa> peek_translate(const ArchState& state, Gva gva) const;

  /// DMA of this VM's devices, bounded by its memory.
  class Dma final : public devices::DmaPort {
   public:
    explicit Dma(Vm& vm) : vm_(vm) {}
    bool read(devices::DeviceId, Gpa from, std::span<u8> to) override { return vm_.copy_out(from, to); }
    bool write(devices::DeviceId, Gpa to, std::span<const u8> from) override { return vm_.copy_in(to, from); }

   private:
    Vm& vm_;
  };

  bool copy_out(Gpa from, std::span<u8> to) const;
  bool copy_in(Gpa to, std::span<const u8> from);

 private:
  friend class VirtualEnvironment;
  friend class ShadowMemory<Vm>;
  friend class FrameMemory<Vm>;
  Emulated emulate(u32 word, bool pays_system, bool pays_memory);
  void choose_code();
  bool changes_mode_or_paging(const zisa::Decoded& decoded, const ArchState& now) const;
  void charge_in_cache(unsigned row);
  void root_changed();
  void shadow_dropped();
  void count_trap(const Trap& trap);
  cpu::ControlBlock block() const { return {host_.memory, s_.assisted.block}; }
  std::optional<cpu::EntryFault> enter_non_root();
  void store_guest();
  void store_status();
  void show_masked_status(ArchState& virt) const;
  mmu::Walk look_own_tables(const ArchState& state, Gva gva) const;

  Host host_;
  u64 ram_bytes_, vmm_extra_;
  Hpa region_, ram_host_;
  bool on_cpu_ = true;
  VmState s_;
  FaultMeaning meaning_ = FaultMeaning::kUnknown;
  u32 left_at_ = 0;         ///< PC of the exit under way
  bool emulating_ = false;  ///< the trap to inject comes from emulate_one()
  cpu::DecodeMemo memo_;    ///< of what is emulated
  bool called_out_ = false;  ///< the exit under way is a call-out
  std::optional<std::pair<u32, Gpa>> known_page_;  ///< gva and gpa of a page, see translation_known()
  std::optional<Ending> failed_;
};

}  // namespace ringside::vmm
