// What the Vm of every ISA offers to a VMM that translates, and what it keeps for it. V, which derives from
// TranslatedCode, says where code lies (code_key, guest_code_pc) and what state it keeps (internals().code).
#pragma once

#include <optional>

#include "cost/ledger.hpp"
#include "cpu/translation.hpp"

namespace ringside::vmm {

/// A copyable value, part of a Vm's state.
template <class Insn>
struct TranslationState {
  cpu::TranslationCacheOf<Insn> cache;
  bool kernel = false, user = false;  ///< which virtual mode runs translated
  bool translates(bool supervisor) const { return supervisor ? kernel : user; }
  std::optional<u32> inside_callout;  ///< PC of the next instruction that the call-out under way could do too
};

template <class V, class Insn>
class TranslatedCode {
 public:
  using Unit = cpu::UnitOf<Insn>;
  static u32 bytes(const cpu::TcOpOf<Insn>& op) { return cpu::InstructionTraits<Insn>::bytes(op.insn); }

  /// Whether the instruction at pc, in the page of the guest's PC, has an operation already.
  bool is_translated(u32 pc) const { return cache().find(self().code_key(pc), pc) != nullptr; }
  /// Whether the operation at the guest's PC goes on in the call-out of the one before.
  bool next_joins() const {
    const u32 pc = self().guest_code_pc();
    const auto* op = cache().find(self().code_key(pc), pc);
    return op && op->joins;
  }
  /// Whether so many more operations fit; else flush_units() makes room.
  bool has_room(u32 ops) const { return cache().has_room(ops); }
  /// Installs a unit of the page of the guest's PC. Charges translate_insn for each operation.
  void install_unit(Unit unit) {
    pay_for(unit);
    cache().install(self().code_key(unit.start), std::move(unit));
  }
  /// The unit with the operation for pc, which must have one, in the page that the guest was left in; and
  /// another in its place, of the same instructions. Charges translate_insn for each operation.
  Unit unit_at(u32 pc) const { return *cache().page(self().code_key(pc))->unit(pc); }
  void replace_unit(Unit unit) {
    pay_for(unit);
    cache().replace(self().code_key(unit.start), std::move(unit));
  }
  /// Forgets units whose code was written, or all. Charges vmm_unmap for each unit; a flush once.
  void drop_units(Gpa frame) {
    if (const u32 dropped = cache().drop(self().host_of(frame))) self().work(cost::Param::kVmmUnmap, dropped);
  }
  void flush_units() {
    self().work(cost::Param::kVmmUnmap);
    cache().flush();
  }
  /// What was translated; null where nothing is.
  const cpu::TranslationCounts* translation() const {
    return self().internals().code.kernel ? &cache().counts() : nullptr;
  }

 private:
  V& self() { return static_cast<V&>(*this); }
  const V& self() const { return static_cast<const V&>(*this); }
  auto& cache() { return self().internals().code.cache; }
  const auto& cache() const { return self().internals().code.cache; }
  void pay_for(const Unit& unit) {
    self().charge(cost::Account::kTranslation, cost::Param::kTranslateInsn, unit.ops.size());
  }
};

/// How an operation on virtual registers ended, in translated code.
enum class InCache : u8 {
  kDone,
  kEventDue,  ///< done, and an interrupt that waited can be taken now
  kBeyond,    ///< nothing done: this time it is for the VMM
  kTrapped,   ///< it trapped
};

}  // namespace ringside::vmm
