// One guest under two strategies in virtual time: what the guest can see must be the same at every
// instant (docs/zisa.md, section 6).
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "session/checked_isa.hpp"

namespace ringside::session {

/// An instruction that passed, or tried to.
struct PastInstruction {
  u64 time = 0;      ///< virtual time before it
  u32 pc = 0;        ///< on x86 linear
  std::string mode;  ///< as the guest believes: "S", "U", "CPL 3"
  std::string symbol;  ///< empty if nobody knows
  std::string text;    ///< disassembly
};

/// Where two runs part.
struct Divergence {
  u64 time = 0;                          ///< virtual time
  std::vector<std::string> differences;  ///< "a0: 0x1 / 0x2": what, in the first run / in the other
  bool memory = false;                   ///< only memory differs
  std::optional<PastInstruction> at_fault;    ///< the last instruction before
  std::vector<PastInstruction> first, other;  ///< the last instructions of both runs, oldest first
};

template <class A>
struct EquivalenceOptionsOf {
  u64 ticks = 0;                                ///< how far to go in virtual time; 0: to the end
  u32 memory_every = 4096;                      ///< ticks between comparisons of memory
  u64 fine_from = ~u64{0};                      ///< from this tick on memory is compared at each
  std::function<std::string(u32)> symbol = {};  ///< names addresses
  /// Called at each tick with the state before it, of the first run; for those who count.
  std::function<void(const typename A::State& before)> observe = {};
  std::function<bool()> goes_on = {};  ///< asked now and then; false stops the comparison
};
using EquivalenceOptions = EquivalenceOptionsOf<vmm::ZisaArch>;

struct Equivalence {
  std::optional<Divergence> divergence;
  u64 ticks = 0;         ///< how far it went
  bool ended = false;    ///< the runs came to their ends, or wait for input that may still come
  bool stopped = false;  ///< by goes_on
};

/// Runs both machines by the stepping engine, side by side, in virtual time. At each instant
/// compares all registers that the guest can see and what asks for interrupts; memory as said
/// and at the end; then the hash of all state, the console and how the run ended.
template <class A>
Equivalence compare_instants(vmm::MachineOf<A>& first, vmm::MachineOf<A>& other,
                             const EquivalenceOptionsOf<A>& options = {});
extern template Equivalence compare_instants(vmm::Machine&, vmm::Machine&, const EquivalenceOptions&);
extern template Equivalence compare_instants(x86::Machine&, x86::Machine&, const EquivalenceOptionsOf<x86::Arch>&);

/// A divergence in lines, with the names of both runs.
std::string text_of(const Divergence& divergence, std::string_view first, std::string_view other);

}  // namespace ringside::session
