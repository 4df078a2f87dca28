// Dynamic binary translation (Adams and Agesen 2006): the code of the virtual kernel is translated on demand
// and runs from a translation cache; virtual user code runs directly. Holes are no holes here, since no
// sensitive instruction of the kernel reaches the hardware. Shadow page tables, faults and virtual
// interrupts are as under trap-and-emulate.
//
// What is the same for every ISA is DbtOf; an ISA brings its translator, and how its faults are told apart
// (ZisaDbt below, x86_dbt.hpp).
#pragma once

#include <map>

#include "vmm/shadow_pager.hpp"
#include "vmm/strategy.hpp"

namespace ringside::strategies {

struct DbtOptions {
  bool translate_user = false;  ///< virtual user code runs translated too
  bool coalesce = true;         ///< adjacent call-outs of a unit are one
  bool adaptive = true;         ///< accesses that keep trapping become call-outs
  u32 cache = 32768;            ///< operations that the translation cache holds; at least 64

  /// Defects that tests put in, to see whether they are found.
  enum class SeededFault : u8 {
    kNone,
    kUnwatchedCode,   ///< pages whose code was translated are not watched
    kLateInterrupt,   ///< a call-out is gone through to its end before an interrupt is delivered
  };
  SeededFault seeded_fault = SeededFault::kNone;
};

/// Instructions of a unit at the most (Adams and Agesen's number).
inline constexpr u32 kUnitLength = 12;

/// `Isa` names the types of an ISA and tells, as static functions:
///   translate(vm, page, pc)   the operation for the instruction at pc, whose page begins at guest-physical `page`
///   ends_unit(op)             whether control goes elsewhere
///   is_memory(call)           whether a call-out stands for an access that may be just that again
///   own_trap(vm, exit)        the guest's own trap that an exit is; nothing where the instruction is to be emulated
///   hypercall_trap(exit), waits(vm)
/// and in a value of it (rest_) keeps up with what else changes in an exit: begin(), emulated(), forgotten() when
/// watched frames are watched no more, follow() at the end.
template <class Isa>
class DbtOf final : public vmm::CopyableStrategyFor<DbtOf<Isa>, typename Isa::Strategy> {
 public:
  using Vm = typename Isa::Vm;
  using Exit = typename Isa::Exit;
  using Unit = typename Vm::Unit;
  explicit DbtOf(const DbtOptions& options = {}) : options_(options) {}
  std::string_view name() const override { return "dbt"; }
  void start(Vm& vm) override;
  vmm::Resume handle(Vm& vm, const Exit& exit) override;

 private:
  using CallOut = typename Isa::CallOut;
  using PageFault = typename Isa::PageFault;

  void on(Vm& vm, const vmm::NotTranslated& exit);
  void on(Vm& vm, const CallOut& exit);
  void on(Vm& vm, const vmm::InterruptWindow& exit);
  void on(Vm& vm, const PageFault& exit);
  void on(Vm& vm, const typename Isa::PrivilegedInstruction& exit);
  void on(Vm& vm, const typename Isa::Exception& exit);
  void on(Vm& vm, const vmm::Hypercall& exit);
  void on(Vm& vm, const typename Isa::Interrupt& exit);
  // Exits of hardware that this strategy does not ask for.
  template <class Other>
  void on(Vm& vm, const Other&) {
    vm.fail("an exit that binary translation never enabled");
  }
  Unit translate_at(Vm& vm, Gpa page);
  void coalesce(Unit& unit) const;
  void note_trap(Vm& vm);
  void note_call(Vm& vm, u32 pc, bool needed);
  void retranslate(Vm& vm, u32 pc, cpu::OpKind kind, cpu::OpReason reason);
  void emulate(Vm& vm);
  void absorb_writes(Vm& vm);
  bool is_late(const Vm& vm, const Exit& exit) const;

  // What an instruction that accesses memory did of late.
  struct Record {
    u32 trapped = 0;  ///< as itself, since it is itself
    u32 credit = 1;   ///< as a call-out: spent by those that were not needed
    u32 returns = 0;  ///< how often it became itself again
  };
  std::map<u32, Record> records_;  ///< by guest PC
  DbtOptions options_;
  typename Isa::Pager pager_;
  Isa rest_;
};

/// What of it is Z-ISA's own.
struct ZisaDbt {
  using Vm = vmm::Vm;
  using Strategy = vmm::Strategy;
  using Exit = vmm::Exit;
  using Pager = vmm::ShadowPager;
  using CallOut = vmm::CallOut;
  using PageFault = vmm::PageFault;
  using PrivilegedInstruction = vmm::PrivilegedInstruction;
  using Exception = vmm::Exception;
  using Interrupt = vmm::Interrupt;

  static cpu::TcOp translate(Vm& vm, Gpa page, u32 pc);
  static bool ends_unit(const cpu::TcOp& op);
  static bool is_memory(const CallOut& call) { return zisa::kRows[call.row].kind != zisa::Kind::kSystem; }

  void begin() {}
  void emulated(Vm&, unsigned) {}
  void follow(Vm&, Pager&) {}
  void forgotten(Vm&) {}
  static bool waits(const Vm& vm) { return vm.state().waiting; }
  /// Only virtual user code has privileged instructions in it when it runs, and there they trap on the bare
  /// machine too.
  static std::optional<cpu::Trap> own_trap(const Vm& vm, const PrivilegedInstruction& exit);
  static std::optional<cpu::Trap> own_trap(const Vm&, const Exception& exit) { return cpu::Trap{exit.cause, exit.tval}; }
  /// This VMM offers no hypercalls; that of virtual user code traps on the bare machine too.
  static cpu::Trap hypercall_trap(const vmm::Hypercall& exit) { return {cpu::Cause::kHcall, exit.word}; }
};

using Dbt = DbtOf<ZisaDbt>;
extern template class DbtOf<ZisaDbt>;

}  // namespace ringside::strategies
