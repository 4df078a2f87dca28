// What somebody is told who audits a machine: every physical access, every translation that is
// used, every mapping that is installed, and what a VMM emulates. Without an auditor nothing of
// this is done; the fast engine knows of none, so that a machine that is audited steps.
#pragma once

#include "base/types.hpp"

namespace ringside::mmu {

/// Who accesses physical memory.
enum class Agent : u8 {
  kGuest,  ///< an instruction of the guest, by the CPU
  kWalk,   ///< the page walker of the CPU
  kVmm,    ///< the VMM for the guest, or a device by DMA
};

/// Called before what it is told of takes effect.
class Audit {
 public:
  /// RAM, `bytes` from `address` on.
  virtual void accessed(Agent agent, Hpa address, u64 bytes, Access access) = 0;
  /// An access to where no RAM is, whether or not a device answers: host-physical by the CPU,
  /// guest-physical by the VMM.
  virtual void device_touched(Agent agent, u64 address, bool write) = 0;
  /// A leaf is written into tables that the hardware walks.
  virtual void mapped(u64 frame, u32 flags) = 0;
  /// The CPU translated an address, by the TLB or by a walk: of a fetch for each instruction, and for the rest of one
  /// that reaches into another page. `supervisor`: with the rights of the kernel, as which user code's hardware reads
  /// system tables too. The CPU's registers say by which tables.
  virtual void translated(bool supervisor, Gva gva, Access access, Hpa hpa) = 0;
  /// The VMM emulated an instruction to its end; `word` is it on Z-ISA, on x86 its row in the table. `needed_vmm`: it
  /// accessed a device or wrote to a traced page.
  virtual void emulated(u32 pc, u32 word, bool needed_vmm) = 0;

 protected:
  ~Audit() = default;
};

}  // namespace ringside::mmu
