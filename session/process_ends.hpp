// What is compared of a guest that was ported to a VMM, whose kernel executes other instructions than on the bare
// machine: what its user processes hold when they end.
//
// A process ends where user code executes ECALL with the number of zos's exit call in a7 (guests/zisa/zos/kernel/abi.h);
// any kernel with that convention can be compared. What lies in its memory at that instant is read through the tables that the
// hardware walks for it: all pages that have U and are mapped from its root. Of a process that its kernel kills nothing
// is known but what the kernel prints.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "vmm/machine.hpp"

namespace ringside::session {

/// A process as it was when it ended.
struct ProcessEnd {
  using Page = std::shared_ptr<const std::array<u8, kPageSize>>;
  u64 time = 0;    ///< virtual time
  u32 status = 0;  ///< what it passed to the exit call
  std::map<u32, Page> memory;  ///< by virtual address of the page
};

/// Follows a machine with one VM, which must step, and notes the ends of its processes.
class ProcessWatch {
 public:
  explicit ProcessWatch(vmm::Machine& machine) : m_(machine) { m_.only_step(true); }

  /// One step of the machine; false at the end of the run.
  bool step();
  const std::vector<ProcessEnd>& ends() const { return ends_; }

 private:
  bool about_to_exit() const;
  bool has_called(u32 pc) const;
  ProcessEnd look();
  void add_table(ProcessEnd& end, const mmu::Shape& shape, u64 frame, unsigned level, u32 gva);
  void add_pages(ProcessEnd& end, u64 frame, u32 gva, u64 bytes);
  std::optional<Hpa> host(u64 frame) const;
  ProcessEnd::Page copy(Hpa page);

  vmm::Machine& m_;
  std::vector<ProcessEnd> ends_;
  std::map<u64, ProcessEnd::Page> pages_;  ///< by hash: most pages are the same in many processes
};

/// How the processes of two runs differ, as texts "what: first / other"; at most a few. Processes run in any order, so each
/// end of one run is matched with an equal one of the other, and those that are left by their order.
std::vector<std::string> compare_ends(const std::vector<ProcessEnd>& first, const std::vector<ProcessEnd>& other);

}  // namespace ringside::session
