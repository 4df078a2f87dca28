// A virtual PC: the guest's virtual privileged state, its devices and memory, and the operations by which a
// strategy works on them. The counterpart of vmm/vm.hpp.
#pragma once

#include <algorithm>
#include <span>
#include <string>
#include <vector>

#include "cpu/translation.hpp"
#include "cpu/x86/cpu.hpp"
#include "cpu/x86/descriptor.hpp"
#include "vmm/event_log.hpp"
#include "vmm/frame_memory.hpp"
#include "vmm/x86/exit.hpp"
#include "vmm/x86/vm_state.hpp"

namespace ringside::x86 {

/// Bytes of host memory that a machine needs for one guest and the VMM beside it; `vmm_extra` of them for what the
/// VMM's tables need beyond the usual.
u64 host_memory_bytes(u64 ram_bytes, u64 vmm_extra = 0);

class Vm : public vmm::ShadowMemory<Vm>, public vmm::TranslatedCode<Vm, Instruction>, public vmm::FrameMemory<Vm> {
 public:
  /// Where the parts of the machine are; all outlive the Vm.
  struct Host {
    Cpu& cpu;
    mmu::Memory& memory;
    cost::Ledger& ledger;
    cpu::Clock& clock;
    vmm::EventLog& log;
  };
  /// `region` is where in host memory the host_memory_bytes() for this VM begin.
  Vm(Host host, devices::PcPlatform platform, u64 ram_bytes, Hpa region, u64 vmm_extra = 0);
  Vm(const Vm&) = delete;
  Vm& operator=(const Vm&) = delete;

  // --- how the hardware runs the guest: one of these, in Strategy::start ---

  /// The guest owns the machine: traps go through its own IDT, guest-physical is host-physical.
  void run_bare();
  /// The guest's rings are compressed (vmm/x86/descriptors.hpp), and all traps come to the VMM; its memory lies behind
  /// the VMM's shadow tables.
  void run_deprivileged();
  /// As run_deprivileged(), and the code of the virtual kernel (and with `user_too` all code) runs as translated units, of
  /// which `capacity` operations fit.
  void run_translated(bool user_too, u32 capacity);
  /// The guest runs in VMX non-root operation and owns its rings there; what the VMCS names leaves to the VMM. The
  /// VMCS is cleared, its guest state that of reset. `nested`: its memory lies behind EPT, else behind shadow tables, of
  /// which PE, PG and WP of CR0, PSE and PGE of CR4 and CR3 are the VMM's. False where the VMM's memory has no room
  /// for the EPT.
  bool run_non_root(bool nested = true);

  /// As run_deprivileged(), for a guest that makes hypercalls and has page tables of its own with host frames in them: its
  /// kernel knows that it is in ring 1. The monitor's descriptor table begins with flat segments (docs/hypercalls.md).
  /// `calls_save_all`: a hypercall charges vmm_dispatch, as any exit does, in place of hypercall_entry.
  void run_paravirtual(bool calls_save_all = false);

  // --- virtual state; free, as the VMM has it in registers or cache ---

  const State& state() const { return s_.vcpu.virt; }

  // --- the VMCS (vmm/x86/vm_non_root.cpp) ---

  /// Reads or writes a field. Charges vmread or vmwrite. A field of the guest's state is written through the virtual
  /// state, which is stored at the entry, a vmwrite for each field that changed.
  u64 read_field(Field field);
  void write_field(Field field, u64 value);
  /// To be called for fields of the guest's state that the VMM looks at: charges a vmread for each, once an exit.
  void fetch(std::initializer_list<Field> fields);
  /// An identifier for this VM's translations, like no other VM's of the machine: VMs lie at least 1 MiB apart.
  u32 vpid() const { return 1 + static_cast<u32>((region_.v - host_.memory.base().v) >> 20); }
  bool has_vpids() const { return host_.cpu.assist().vpids; }
  /// What Field::kEptPointer has to hold.
  u64 ept_pointer() const { return s_.assisted.ept.pointer(); }
  /// Maps a guest-physical page; false when it is not RAM of this VM or the VMM's memory is used up. Charges vmm_map.
  bool map_nested(Gpa gpa, u64 rights = ept::kAll);
  /// Drops all nested pages if the guest has switched address line 20. Charges vmm_unmap for each table then.
  void follow_a20();

  // --- events ---

  /// Emulates the instruction at the guest's EIP on the virtual state and the guest's memory and devices, of a REP
  /// one iteration. Charges vmm_decode, references to the guest's tables, vmm_emulate and vmm_memory for what it was.
  Emulated emulate_one();
  /// The same where the exit has told what the instruction is, so that nothing is fetched and decoded.
  Emulated emulate_known();
  /// Goes on with a REP whose iteration was emulated, as far as the next ones need the VMM too, and nothing comes that the
  /// guest would take between two of them: many for one exit.
  Emulated emulate_rest(Emulated done);
  /// Tells the emulation what the hardware has found out: that the page of a linear address lies at gpa, for accesses
  /// of that kind. Forgotten after the next instruction.
  void translation_known(u32 linear, Gpa gpa, Access access) {
    known_page_ = Known{linear & ~kPageMask, gpa.page_base(), access};
  }
  /// Delivers an exception or interrupt by the VM-entry event fields. Charges vmm_inject, and the fields written.
  void inject(const Trap& trap);
  /// Delivers an event again whose delivery was broken off. Charges the fields written.
  void inject_again(const Trap& event);
  /// The event whose delivery the exit under way broke off. Charges the fields read.
  std::optional<Trap> broken_off();
  /// Delivers an event in software, where something else has to come on top of it.
  void complete_delivery(const Trap& event);
  /// Looks at the devices anew, as after an interrupt of the host.
  void accept_interrupts();
  bool interrupt_pending() const { return s_.platform.pending().has_value(); }
  /// Whether the guest can take an interrupt, or an NMI, before its next instruction.
  bool takes_interrupts();
  bool takes_nmi();
  /// Takes the pending interrupt from the virtual controller and injects it, if the guest can take it now.
  bool deliver_interrupt();
  void block_nmi();
  /// The guest's CPU has shut down: it can never get further.
  void shut_down() { fail(shut_down_text(host_.cpu.undelivered)); }
  /// To be called by whoever finds out what the fault under way means, for the report.
  void found_meaning(FaultMeaning meaning) { meaning_ = meaning; }

  /// Walks the guest's tables for an access; each reference charges vmm_reference.
  Walk walk_guest(u32 linear, Access access, bool user);
  /// Drops the hardware's translation of a page, or all. Charges tlb_invalidate.
  void invalidate_hardware(u32 linear);
  void invalidate_hardware_all();
  /// The guest drops all its translations. Shadow tables follow the guest's by traces, and another root has its entry
  /// drop what the hardware holds.
  void guest_invalidates_all() {
    if (s_.assisted.nested) invalidate_hardware_all();
  }
  /// Where an address goes on the bus: address line 20 may be off.
  Gpa on_bus(Gpa gpa) const;
  bool a20() const { return s_.platform.a20(); }
  u64 time() const { return host_.clock.now(); }
  /// What translation_known() said of this access.
  std::optional<Gpa> known_translation(u32 linear, Access access) const;
  bool is_device(Gpa gpa) const { return s_.platform.is_device(gpa); }

  // --- the monitor's descriptor tables ---

  /// Copies the guest's GDT and LDT, compressed, to where the CPU looks for them. Gives the guest frames that they lie
  /// in. Charges vmm_reference per word, and for the walks.
  std::vector<Gpa> copy_descriptors();
  /// Whether other pages lie where the guest's tables are than when they were copied. Charges the walks.
  bool descriptors_moved();
  /// The guest's tables may be others: from now on each load of a segment faults. Charges vmm_reference per descriptor.
  void hide_descriptors();
  bool descriptors_copied() const { return s_.deprivileged.copied; }

  // --- translated code (vmm/x86/vm_translation.cpp, vmm/translated_code.hpp) ---

  /// Guest-physical page that the guest's next instruction is fetched from, on the exit NotTranslated. Charges
  /// vmm_reference for each table entry of the shadow on the way.
  Gpa code_page();
  /// Does what a call-out was made for, with operands and emulation prepared when it was translated, which is in the
  /// price of the call-out. Charges callout_join where it goes on in the call-out of another.
  Emulated emulate_called(const CallOut& call);

  // --- paravirtual guests (vmm/x86/vm_paravirt.cpp, vmm/frame_memory.hpp) ---

  void set_register(unsigned number, u32 value) { s_.vcpu.virt.r[number] = value; }
  /// Where the guest goes on; EFLAGS.IF is the VMM's and stays set.
  void set_state(const State& state);
  /// Delivers a trap to a handler of the guest's: in this state it begins. Charges vmm_inject.
  void enter_handler(const Trap& trap, const State& handler);
  /// Loads the monitor's descriptor table: as many as there are; segments of DPL 1 and 3 alone. Charges vmm_reference per word.
  void set_descriptors(std::span<const Descriptor> table);
  /// The descriptor of a selector in the monitor's table; nothing beyond its limit, and for null. Charges vmm_reference per word.
  std::optional<Descriptor> descriptor(u16 selector);
  /// From the next entry the hardware walks the guest's own tables from this root (a host frame's address) on. True if
  /// that is a change; then all translations go, for vmm_switch and tlb_invalidate.
  bool use_guest_root(u32 cr3);
  /// The VMCALL at the guest's EIP is done: it counts, and the guest goes on behind it.
  void finish_hypercall();
  /// Lets other VMs run at the end of this exit.
  void give_way() { s_.gives_way = true; }
  /// When the VMM's timer for this guest is to interrupt, in the units of RDTSC; kNever: not at all.
  void set_timer(u64 time) { s_.timer = time; }
  /// How many of those units a millisecond has.
  u32 timer_khz() const { return static_cast<u32>(host_.ledger.price(cost::Param::kFrequencyKhz)); }
  bool timer_due() const { return s_.timer <= host_.clock.now(); }
  /// Uses a register of the device that the guest's virtual device stands for, as its driver. Charge device_access.
  u32 read_port(u16 port, unsigned bytes);
  void write_port(u16 port, unsigned bytes, u32 value);
  /// Takes the interrupt that waits from the virtual controller, as the CPU would: its vector. Charges device_access.
  std::optional<u8> take_interrupt();
  /// Sectors of a drive of the guest's; 0 where there is none.
  u32 drive_sectors(unsigned number) const;
  /// Reads or writes guest RAM; false outside of it. Charges vmm_reference per word.
  bool read_guest(Gpa from, std::span<u8> to);
  bool write_guest(Gpa to, std::span<const u8> from);

  // --- guest memory ---

  bool is_ram(Gpa address, u64 bytes = 1) const {
    return address.v < ram_bytes_ && bytes <= ram_bytes_ - address.v;
  }
  u64 ram_bytes() const { return ram_bytes_; }
  bool copy_out(Gpa from, std::span<u8> to) const;
  bool copy_in(Gpa to, std::span<const u8> from);
  /// Guest-physical address of a linear one by the guest's own tables; no price, no trace.
  std::optional<Gpa> peek_translate(const State& state, u32 linear) const;
  /// Bytes of the guest's RAM by its own tables, if they can be read; no price, no trace.
  std::optional<u32> peek_memory(u32 linear, unsigned bytes) const;
  /// The instruction at a state's EIP, if it can be read; no price, no trace.
  std::optional<Instruction> peek_instruction(const State& state) const;
  /// As many bytes of code at a linear address as can be read, 15 at most; no price, no trace.
  std::vector<u8> peek_code(const State& state, u32 linear) const;

  /// Software effort that no other operation stands for.
  void work(cost::Param parameter, u64 n = 1) { host_.ledger.charge(cost::Account::kVmm, parameter, n); }
  /// The guest can never get further.
  void fail(std::string reason);

  // --- for the machine and its reports; strategies do not see these ---

  static constexpr u64 kNever = ~u64{0};
  static constexpr u64 kRamBase = 0;
  VmState& internals() { return s_; }
  const VmState& internals() const { return s_; }
  Hpa host_of(Gpa address) const { return ram_host_ + address.v; }
  bool deprivileged() const { return host_.cpu.trap_to == cpu::TrapTo::kVmm; }
  bool non_root() const { return s_.assisted.on; }
  bool virtualized() const { return deprivileged() || non_root(); }
  std::string_view paging_name() const {
    return s_.assisted.nested ? "nested" : s_.paravirtual ? "direct" : virtualized() ? "shadow" : "none";
  }
  State guest_state() const;
  u32 guest_pc() const { return guest_state().eip; }
  /// Linear address of the instruction that comes next.
  u32 guest_linear_pc() const { return guest_state().segment(Seg::kCs).base + guest_state().eip; }
  /// Puts the guest into this state, as the strategy's start() has arranged it, and loads the CPU.
  void reset(const State& state);
  u64 state_hash() const;

  // Time and interrupts, as the machine's loop asks for them (see vmm/vm.hpp).
  u64 next_change() const {
    const u64 device = s_.platform.next_event().value_or(kNever);
    return timer_due() ? device : std::min(device, s_.timer);
  }
  bool device_due() const { return next_change() <= host_.clock.now(); }
  /// Of a guest that waits. Nothing but an interrupt ends HLT, so with interrupts off, or all masked, nothing will.
  u64 next_time_of_interest() const;
  std::string why_deaf() const;
  bool anything_can_come(bool expect_input) const;
  bool typing_wakes() const;
  void advance_devices();
  /// Puts what is pending where the hardware looks for it.
  void raise_lines(bool timer = false);
  /// Whether an interrupt waits that the VMM does not know of.
  u32 host_interrupts() const {
    const bool news = deprivileged() ? (s_.vcpu.virt.eflags & flag::kIf) != 0 : !s_.assisted.interrupt_known;
    return (interrupt_pending() && news) || timer_due();
  }
  /// Applies an instruction to the ideal record alone; `at` gives what is the guest's own.
  Foreseen apply_to_ideal(const Instruction& instruction, const State& at);
  /// The same that was foreseen has happened: what of it was not as foreseen.
  std::optional<Lie> find_lie(const Foreseen& foreseen);
  /// To be called before another VM gets the CPU.
  void put_away() { s_.away = guest_state(); }
  void set_on_cpu(bool on_cpu) { on_cpu_ = on_cpu; }
  const devices::Transcript& console() const { return s_.platform.console(); }
  void type(std::string_view text) { s_.platform.type(text, host_.clock.now()); }

  // Exits, as the machine counts them.
  Exit exit_of_trap(const Step& step) const;
  /// What the last exit from non-root operation was.
  Exit non_root_exit() const;
  vmm::Event event_of_trap(const Step& step) const;
  void trapped(const Step& step);
  EntryFailure entry_failure(const EntryFault& fault) const { return {encoding_of(fault.field), fault.value}; }
  void left();
  std::optional<EntryFault> entered(bool by_trap_return = true);
  vmm::ExitKind kind_of_exit(const Exit& exit) const;
  /// Whether a hypercall is under way that the VMM serves.
  bool in_hypercall(const Exit& exit) const { return s_.paravirtual && std::holds_alternative<Hypercall>(exit); }
  vmm::ExitKind kind_when_handled(const Exit& exit, vmm::ExitKind before) const;
  void charge_leaving(const Exit& exit, vmm::Passage passage);
  void handled(const Exit& exit);
  /// Whether the guest is entered by a return from a trap: to translated code goes a plain jump.
  bool enters_by_return(vmm::Passage passage) const {
    return passage != vmm::Passage::kCall || !runs_translated();
  }
  /// Under which key the code at a linear address in the page of EIP stands, and the address of EIP.
  cpu::CodeKey code_key(u32 pc) const;
  u32 guest_code_pc() const { return guest_linear(s_.vcpu.virt); }
  void charge(cost::Account account, cost::Param parameter, u64 n) { host_.ledger.charge(account, parameter, n); }
  /// Runs the operation at EIP that works on virtual registers, in translated code; and what it ended in if it trapped.
  vmm::InCache run_in_cache();
  const Step& trapped_in_cache() const { return trapped_in_cache_; }
  bool take_give_way() { return std::exchange(s_.gives_way, false); }
  /// A word of the monitor's descriptor tables at an address in their space, as the CPU reads it; 0 beyond them.
  u32 peek_monitor(u32 linear, unsigned bytes) const;

  /// Why the machine was switched off or reset, if it was.
  std::optional<vmm::Ending> ended() const;
  const std::optional<vmm::Ending>& failed() const { return failed_; }
  void set_failed(std::optional<vmm::Ending> failed) { failed_ = std::move(failed); }

  // The bus of the bare machine.
  bool device_read(Gpa address, unsigned bytes, u32& value);
  bool device_write(Gpa address, unsigned bytes, u32 value);
  u32 port_in(u16 port, unsigned bytes);
  void port_out(u16 port, unsigned bytes, u32 value);

 private:
  friend class vmm::ShadowMemory<Vm>;
  friend class vmm::FrameMemory<Vm>;
  std::size_t frame_number(Gpa address) const { return address.v >> kPageShift; }
  std::string where(const State& state) const;
  std::string shut_down_text(const Undelivered& chain) const;
  void note_refused();
  static u32 guest_linear(const State& state) { return state.segment(Seg::kCs).base + state.eip; }
  u64 vmm_memory() const;
  void report_device(u64 address, bool write) const;
  Vmcs vmcs() const { return {host_.memory, s_.assisted.vmcs}; }
  Emulated emulate(const Instruction& instruction);
  void count_emulated(u32 at, const Instruction& instruction, bool needed_vmm);
  void left_non_root();
  std::optional<EntryFault> enter_non_root();
  void left_deprivileged();
  void enter_deprivileged(bool by_trap_return);
  State believed_state() const;
  u8 believed_cpl(const Segment& cs) const;
  u32 shadow_cr3() const;
  void use_shadow_from(Hpa first);
  Segment guest_segment(const Segment& real) const;
  u32 copy_table(const TableRegister& table, Hpa to);
  void hide_table(Hpa table, u32 bytes);
  std::vector<std::optional<Gpa>> descriptor_pages();
  bool event_comes();
  bool nmi_comes_first();
  void root_changed() {}  // the entry loads it
  void shadow_dropped() {}
  void reflect(const Trap& trap);
  void count_injection(const Trap& trap);
  void start_paravirtual(const State& first);
  State believed_by_paravirtual() const;
  std::optional<Gpa> look_own_tables(const State& state, u32 linear) const;
  bool runs_translated() const;
  void choose_code();
  void charge_in_cache(unsigned row);
  void deliver_in_software(const Trap& event);
  template <class F>
  Foreseen foresee(const State& now, F apply);
  State real_state() const;
  void store_shadow(Field mask, Field shadow, u32 value);
  State assisted_state() const;

  Host host_;
  u64 ram_bytes_, vmm_extra_;
  Hpa region_, ram_host_;
  bool on_cpu_ = true;
  VmState s_;
  FaultMeaning meaning_ = FaultMeaning::kUnknown;
  bool emulating_ = false;  ///< the trap to inject comes from the emulation
  Instruction emulated_;    ///< the latest
  bool called_out_ = false;  ///< the exit under way is a call-out
  u32 behind_call_ = 0;      ///< linear address behind its instruction
  Step trapped_in_cache_;
  struct Known {
    u32 page;
    Gpa gpa;
    Access access;
  };
  std::optional<Known> known_page_;  ///< see translation_known()
  std::optional<vmm::Ending> failed_;
};

}  // namespace ringside::x86
