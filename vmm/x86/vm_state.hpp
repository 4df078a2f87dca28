// What the VMM keeps of a virtual PC, as values (vmm/x86/vm.hpp has the operations).
#pragma once

#include <bitset>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "cpu/x86/cpu.hpp"
#include "devices/pc_platform.hpp"
#include "mmu/x86/shadow.hpp"
#include "vmm/records.hpp"
#include "vmm/shadow_memory.hpp"
#include "vmm/translated_code.hpp"

namespace ringside::x86 {

/// One virtual CPU, as the VMM keeps it.
struct Vcpu {
  State virt;   ///< what the VMM believes that the guest set
  State ideal;  ///< the same with every sensitive instruction applied that slipped through
  bool halted = false;
};

/// What the VMM keeps of a guest in VMX non-root operation.
struct Assisted {
  bool on = false;
  bool nested = false;  ///< pages by EPT; else by shadow tables
  Hpa vmcs{};
  EptMap ept;
  State known;  ///< guest state as it stands in the VMCS
  std::bitset<kFieldSlots> fetched;  ///< fields that were read since the last exit
  bool interrupt_known = false;      ///< the VMM knows that an interrupt waits
  bool a20 = true;                   ///< address line 20, as the EPT have it
};

/// What the VMM keeps of a guest whose rings are compressed.
struct Deprivileged {
  State loaded;         ///< what the CPU was entered with
  bool copied = false;  ///< descriptors in the monitor's tables are such as the guest's
  u32 gdt_bytes = 0, ldt_bytes = 0;             ///< copied last
  std::vector<std::optional<Gpa>> table_pages;  ///< where the pages of the guest's GDT and LDT lay when they were copied
};

/// Instructions of one name that raised #UD because the subset or the CPU model leaves them out.
struct LeftOutStatistics {
  u64 count = 0;
  Cycles first_at = 0;    ///< when it came first
  u32 first_pc = 0;       ///< and where
  std::vector<u8> bytes;  ///< its encoding; empty where it cannot be read any more
  std::string text;       ///< its disassembly
  std::string needs;      ///< what is not there: "X87", "SSE2", "pentium", "task switch"
};

/// All that changes in a Vm: a copyable value, so that a copy is a snapshot.
struct VmState : vmm::ShadowState<ShadowTables> {
  explicit VmState(devices::PcPlatform devices) : platform(std::move(devices)) {}
  Vcpu vcpu;
  devices::PcPlatform platform;
  Assisted assisted;         ///< hardware assistance
  Deprivileged deprivileged;
  State away;                ///< what the guest believes of itself, while another VM is on the CPU
  bool paravirtual = false;  ///< the guest knows of the VMM: it makes hypercalls
  bool calls_save_all = false;      ///< and each of these is entered like any exit
  std::optional<u32> guest_root;    ///< CR3 with a root of the guest's own that the hardware walks in place of a shadow
  u64 timer = ~u64{0};              ///< when the VMM's timer for the guest comes; all ones: never
  bool gives_way = false;           ///< the guest has asked that others run
  vmm::InstructionCounts counts;  ///< `direct` is the CPU's
  vmm::TranslationState<Instruction> code;  ///< binary translation
  bool user_translated = false;   ///< user code ran translated last
  std::map<vmm::ExitKind, vmm::ExitStatistics> exits;
  std::map<unsigned, vmm::HoleStatistics> holes;  ///< by row
  std::map<std::string, LeftOutStatistics> left_out;  ///< by mnemonic
};

/// What emulate_one() did.
struct Emulated {
  unsigned row = 0;          ///< of the instruction
  std::optional<Trap> trap;  ///< set if it trapped, to be injected; else it completed
  bool iterates = false;     ///< or it is a REP that goes on
  bool needed_vmm = false;   ///< used a device or a port
};

/// What the ideal record says that an instruction does.
struct Foreseen {
  struct Store {
    u32 linear;
    unsigned bytes;
    u32 value;
  };
  State before;               ///< the record before it
  std::optional<Trap> trap;   ///< set if it traps
  std::vector<Store> stores;  ///< what it writes
};
/// What a hole showed, or left in force, and what bare metal would have had.
struct Lie {
  u32 got = 0, bare_metal = 0;
};

}  // namespace ringside::x86
