// What is compared of a guest that was ported to a VMM, whose kernel executes other instructions than on the bare
// machine: what its user processes hold when they end.
//
// A process ends where user code makes zos's exit call (guests/zisa/zos/kernel/abi.h): ECALL with its number in a7, on x86
// INT 80h with it in EAX; any kernel with that convention can be compared. What lies in its memory at that instant is read
// through the tables that the hardware walks for it: all pages that user code may use and that are mapped from its root. Of a
// process that its kernel kills nothing is known but what the kernel prints.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "vmm/machine.hpp"
#include "vmm/x86/arch.hpp"

namespace ringside::session {

/// A process as it was when it ended.
struct ProcessEnd {
  using Page = std::shared_ptr<const std::array<u8, kPageSize>>;
  u64 time = 0;    ///< virtual time
  u32 status = 0;  ///< what it passed to the exit call
  std::map<u32, Page> memory;  ///< by virtual address of the page
};

/// What following processes has to know of an ISA.
template <class A>
struct ProcessIsa;

template <>
struct ProcessIsa<vmm::ZisaArch> {
  using State = cpu::ArchState;
  /// Whether the CPU may be about to make the exit call: asked at every step, so what is seldom true comes first.
  static bool about_to_exit(const vmm::Machine& machine);
  /// Whether the last step did, made at that PC: an interrupt may have come instead, or a fault of the fetch.
  static bool has_called(const vmm::Machine& machine, u32 pc);
  static u32 status(const State& state) { return state.x[10]; }
  /// All pages of user code: address, and frame as its tables have it.
  static void visit_pages(const vmm::Machine& machine, const State& state, const std::function<void(u32, u64)>& visit);
};

template <>
struct ProcessIsa<x86::Arch> {
  using State = x86::State;
  static bool about_to_exit(const x86::Machine& machine);
  static bool has_called(const x86::Machine& machine, u32 pc);
  static u32 status(const State& state) { return state.r[x86::kEbx]; }
  static void visit_pages(const x86::Machine& machine, const State& state, const std::function<void(u32, u64)>& visit);
};

/// Where a frame in the tables of a guest lies, if that is its RAM: tables of a paravirtual guest hold host frames, others
/// guest frames.
template <class A>
std::optional<Hpa> host_page(const vmm::MachineOf<A>& machine, u64 frame) {
  const auto& vm = machine.vm();
  const auto page = vm.internals().guest_root ? vm.guest_page(frame) : std::optional(Gpa{frame << kPageShift});
  if (!page || !vm.is_ram(*page, kPageSize)) return std::nullopt;
  return vm.host_of(*page);
}

/// Follows a machine with one VM, which must step, and notes the ends of its processes. Its log is kept.
template <class A>
class ProcessWatchOf {
 public:
  using Machine = vmm::MachineOf<A>;

  explicit ProcessWatchOf(Machine& machine) : m_(machine) {
    m_.only_step(true);
    m_.log().keep(true);
  }

  /// One step of the machine; false at the end of the run. Whoever calls it forgets the log now and then.
  bool step();
  const std::vector<ProcessEnd>& ends() const { return ends_; }

 private:
  using Isa = ProcessIsa<A>;
  ProcessEnd look();
  ProcessEnd::Page copy(Hpa page);

  Machine& m_;
  std::vector<ProcessEnd> ends_;
  std::map<u64, ProcessEnd::Page> pages_;  ///< by hash: most pages are the same in many processes
};

using ProcessWatch = ProcessWatchOf<vmm::ZisaArch>;
extern template class ProcessWatchOf<vmm::ZisaArch>;
extern template class ProcessWatchOf<x86::Arch>;

/// How the processes of two runs differ, as texts "what: first / other"; at most a few. Processes run in any order, so each
/// end of one run is matched with an equal one of the other, and those that are left by their order.
std::vector<std::string> compare_ends(const std::vector<ProcessEnd>& first, const std::vector<ProcessEnd>& other);

}  // namespace ringside::session
