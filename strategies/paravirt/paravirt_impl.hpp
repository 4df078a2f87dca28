// The code of ParavirtOf, for those who instantiate it.
#pragma once

#include "strategies/paravirt/block_ring_impl.hpp"
#include "strategies/paravirt/page_types_impl.hpp"
#include "strategies/paravirt/paravirt.hpp"

namespace ringside::strategies {

template <class Isa>
void ParavirtOf<Isa>::start(Vm& vm) {
  vm.run_paravirtual(options_.saves_all);
  pages_ = PageTypes(vm.ram_bytes() >> kPageShift);
  start_root_ = vm.add_root(2);
  vm.use_root(*start_root_);
  Isa::start_devices(vm);
  Isa::listen_to_console(vm, true);
}

template <class Isa>
vmm::Resume ParavirtOf<Isa>::handle(Vm& vm, const Exit& exit) {
  Isa::want_interrupts(vm);
  std::visit([&](const auto& each) { on(vm, each); }, exit);
  deliver_events(vm);
  choose_root(vm);
  return blocked_ ? vmm::Resume::kHalt : vmm::Resume::kRun;
}

// --- exits ---

template <class Isa>
void ParavirtOf<Isa>::on(Vm& vm, const PageFault& exit) {
  if (start_root_ && fill_start_map(vm, exit)) return vm.found_meaning(vmm::FaultMeaning::kHidden);
  vm.found_meaning(vmm::FaultMeaning::kTrue);
  reflect(vm, Isa::trap_of(exit));
}

template <class Isa>
void ParavirtOf<Isa>::on(Vm& vm, const vmm::Hypercall& exit) {
  if (!Isa::in_kernel(vm)) return reflect(vm, Isa::trap_of(exit));
  const u32 number = Isa::number(vm);
  const Arguments arguments = Isa::arguments(vm);
  vm.finish_hypercall();
  if (options_.decodes) vm.work(cost::Param::kVmmDecode);
  const Answer answer =
      number < Isa::kCalls ? (this->*kCalls[number])(vm, arguments) : pv::code(pv::Error::kNoCall);
  if (answer) vm.set_register(Isa::kResult, *answer);
  vm.work(cost::Param::kHypercallReturn);
}

// The timer fires once. The end of a time slice is an interrupt too, and none of the guest's. What is served
// counts as not pending, so that the host is interrupted by whatever comes next.
template <class Isa>
void ParavirtOf<Isa>::on(Vm& vm, const typename Isa::Interrupt&) {
  vm.accept_interrupts();
  if (Isa::take_timer(vm)) events_.raise(vm, shared_, pv::Source::kTimer);
  serve_devices(vm);
  Isa::interrupts_served(vm);
}

// Lines come down by being served, so the loop ends.
template <class Isa>
void ParavirtOf<Isa>::serve_devices(Vm& vm) {
  while (const auto source = Isa::next_device(vm)) {
    if (*source == pv::Source::kConsole) {
      Isa::listen_to_console(vm, false);
      events_.raise(vm, shared_, pv::Source::kConsole);
    } else if (ring_.finish(vm, pages_)) {
      events_.raise(vm, shared_, pv::Source::kBlock);
    }
  }
}

// --- the start map ---

template <class Isa>
bool ParavirtOf<Isa>::map_window(Vm& vm, Gva page, u32 window, u64 first) {
  const u64 number = (page.v - window) >> kPageShift;
  return page.v >= window && number < vm.frame_tables().pages &&
         vm.map_frame_table(*start_root_, page, first + number);
}

// Filled on demand. A page that is a table by now is read-only; whoever writes to it has a fault.
template <class Isa>
bool ParavirtOf<Isa>::fill_start_map(Vm& vm, const PageFault& fault) {
  const Gva page{fault.address.v & ~static_cast<u32>(kPageMask)};
  const Access access = Isa::access(fault);
  if (vm.is_ram({page.v}, kPageSize)) {
    const bool table = pages_.is_table({page.v});
    return !(table && access == Access::kStore) && vm.map(*start_root_, page, {page.v}, {true, !table, true});
  }
  if (access != Access::kLoad) return false;
  const vmm::FrameTables tables = vm.frame_tables();
  return map_window(vm, page, pv::kP2mWindow, tables.p2m) || map_window(vm, page, pv::kM2pWindow, tables.m2p);
}

// --- traps and events of the guest ---

template <class Isa>
void ParavirtOf<Isa>::choose_root(Vm& vm) {
  if (!current_) return;
  if (vm.use_guest_root(Isa::root_for(vm, spaces_.at(*current_)))) pages_.flushed();
}

template <class Isa>
const pv::Handler* ParavirtOf<Isa>::handler_of(const Trap& trap) const {
  const auto found = handlers_.find(Isa::cause(trap));
  return found == handlers_.end() ? nullptr : &found->second;
}

template <class Isa>
bool ParavirtOf<Isa>::events_masked(Vm& vm) const {
  return Isa::in_kernel(vm) && shared_.read(vm, pv::kMask) != 0;
}

// The guest's own mask takes the place of the bit that enables interrupts.
template <class Isa>
void ParavirtOf<Isa>::reflect(Vm& vm, const Trap& raised) {
  const Trap trap = Isa::permitted(vm, raised, handler_of(raised));
  const pv::Handler* handler = handler_of(trap);
  if (!handler || !shared_.known())
    return vm.fail("a trap for which the paravirtual kernel has no handler: " + Isa::name_of(trap));
  // Nothing but a request of the ring could change memory meanwhile.
  if (isa_.repeats(vm, trap, handler->address) && !ring_.busy()) vm.fail("the trap handler itself traps: " + Isa::name_of(trap));
  isa_.enter_handler(vm, shared_, trap, handler->address, events_masked(vm));
}

template <class Isa>
void ParavirtOf<Isa>::deliver_events(Vm& vm) {
  if (!events_.waiting(vm, shared_)) return;
  blocked_ = false;
  if (!events_masked(vm)) reflect(vm, Isa::event());
}

}  // namespace ringside::strategies
