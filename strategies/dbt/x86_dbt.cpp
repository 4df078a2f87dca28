#include "strategies/dbt/x86_dbt.hpp"

#include "isa/x86/decode.hpp"
#include "strategies/dbt/dbt_impl.hpp"
#include "strategies/dbt/x86_translator.hpp"

namespace ringside::strategies {

using namespace x86;

// An instruction that goes on in the next page is looked at when it runs: that page may be another by then.
TcOp X86DbtRest::translate(Vm& vm, Gpa page, u32 pc) {
  std::array<u8, kMaxLength> bytes{};
  const u32 count = std::min<u32>(kMaxLength, kPageSize - (pc & kPageMask));
  vm.copy_out(page + (pc & kPageMask), std::span(bytes).first(count));
  const bool wide = vm.state().segment(Seg::kCs).big();
  const Instruction found =
      decode(std::span(bytes).first(count), wide ? CodeSize::kBits32 : CodeSize::kBits16);
  return strategies::translate(found, !vm.state().user(), found.row != kTooShortRow);
}

bool X86DbtRest::ends_unit(const TcOp& op) { return strategies::ends_unit(op); }

void X86DbtRest::follow(Vm& vm, Pager& pager) {
  rings_.follow_a20(vm, pager);
  rings_.follow_descriptors(vm, pager);
  if (!(vm.state().cr0 & cr0::kPe))
    vm.fail("the guest leaves protected mode, where no ring is left to compress");
}

std::optional<Trap> X86DbtRest::own_trap(const Vm&, const Exception& exit) {
  if (may_be_the_monitors(exit.trap)) return std::nullopt;
  return exit.trap;
}

// This VMM offers no hypercalls.
Trap X86DbtRest::hypercall_trap(const vmm::Hypercall&) {
  return {kUd, false, 0, 0, Trap::Kind::kException, 0};
}

}  // namespace ringside::strategies

template class ringside::strategies::DbtOf<ringside::strategies::X86DbtRest>;
