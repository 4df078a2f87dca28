#include "strategies/dbt/dbt_impl.hpp"
#include "strategies/dbt/translator.hpp"

namespace ringside::strategies {

cpu::TcOp ZisaDbt::translate(Vm& vm, Gpa page, u32 pc) {
  std::array<u8, 4> bytes{};
  vm.read_guest(page + (pc & kPageMask), bytes);
  return strategies::translate(load_le<u32>(bytes.data()), vm.state().supervisor(), vm.variant());
}

bool ZisaDbt::ends_unit(const cpu::TcOp& op) { return strategies::ends_unit(op); }

std::optional<cpu::Trap> ZisaDbt::own_trap(const Vm& vm, const PrivilegedInstruction& exit) {
  if (vm.state().supervisor()) return std::nullopt;
  return cpu::Trap{cpu::Cause::kPrivileged, exit.word};
}

template class DbtOf<ZisaDbt>;

}  // namespace ringside::strategies
