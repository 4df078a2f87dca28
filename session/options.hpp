// What a session is opened with: the options of `run` as data (docs/interfaces of the command line).
#pragma once

#include <string>
#include <vector>

#include "base/types.hpp"

namespace ringside::session {

/// What a user typed, and when: after so many machine steps.
struct TypedInput {
  u64 step = 0;
  std::string bytes;
};

/// A further guest on the same machine: a VM of its own beside the first, under the same VMM.
struct Neighbour {
  std::string guest;   ///< file, or name of a bundled guest
  std::string append;  ///< its command line
};

/// RAM where no size is given: what a Z-ISA machine needs, and what QEMU gives a PC.
inline constexpr u64 kZisaMemory = 16u << 20, kX86Memory = 128u << 20;

struct Options {
  std::string guest;        ///< file, or name of a bundled guest
  std::string isa;          ///< zisa, zisa-v, zisa-h or a variant's file; empty: what the guest's note says
  std::string strategy = "bare";
  std::string paging;                   ///< how a VMM gives the guest its pages: shadow or nested; empty: as the strategy does by itself
  unsigned nested_depth = 2;            ///< levels of the nested tables, 1 to 5
  bool vm_identifiers = true;           ///< whether the TLB of a CPU with hardware assistance tells VMs apart
  bool hypercall_saves_all = false;     ///< paravirt: a hypercall saves as much state as any exit
  bool hypercall_decodes = false;       ///< paravirt: the VMM reads the instruction to find out what it wants
  bool rdcyc_exits = false;             ///< hvm: RDCYC and RDCYCH exit and are emulated; else the hardware adds an offset
  u32 walk_cache = 0, nested_tlb = 0;   ///< entries of its page-walk cache and its nested TLB; 0: there is none
  u64 cpus = 1;                         ///< of the machine
  bool translate_user = false;          ///< dbt: user code runs translated too
  bool coalesce = true;                 ///< dbt: adjacent call-outs are one
  bool adaptive = true;                 ///< dbt: accesses that keep trapping become call-outs
  u32 translation_cache = 32768;        ///< dbt: operations that its cache holds
  std::string cost_model = "textbook";  ///< name of a preset or a file
  u64 memory = 0;                       ///< bytes of guest RAM; 0: kZisaMemory or kX86Memory
  std::vector<std::string> drives;      ///< images; "none" leaves a place empty. Empty list: the image beside the guest, if any
  std::vector<std::string> modules;     ///< x86: FILE or FILE:ARGUMENTS that the boot loader hands to the kernel
  std::string cpu_model;                ///< x86: i486, pentium or i686; empty: i686
  bool keyboard_input = false;          ///< x86: what is typed goes to the keyboard, else to COM1
  std::string append;                   ///< command line of the guest
  std::vector<Neighbour> neighbours;    ///< with the first's memory and drives, each its own
  std::string input;                    ///< offered to the console
  std::vector<TypedInput> typed;        ///< of a recorded run, typed again at the same steps
  u64 seed = 0;                         ///< of what is drawn at random: nothing of a run is today
  bool more_input = false;              ///< input may still come while the guest waits for it
  u64 max_instructions = 0;             ///< 0: no limit
  u64 max_cycles = 0;
  bool virtual_time = false;
  bool keep_events = false;             ///< whether the event log is kept, for traces and going back
  u64 history = 256u << 20;             ///< bytes that snapshots may take
  std::vector<std::string> folders;     ///< where bundled guests are looked for
  std::vector<std::string> cured;       ///< instructions whose holes the simulator answers as bare metal would
};

}  // namespace ringside::session
