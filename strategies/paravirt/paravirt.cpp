#include "strategies/paravirt/paravirt.hpp"

namespace ringside::strategies {

using namespace vmm;
using namespace pv;

namespace {

// The devices behind the VM's calls (docs/zisa.md, section 6).
constexpr u64 kEnable = 0x0c000100, kClaim = 0x0c000104, kConsoleIer = 0x10000001;
constexpr u32 kConsoleLine = 10, kDiskLine = 11;

constexpr u32 kInterrupts =
    zisa::interrupt_bit(Cause::kTimerInterrupt) | zisa::interrupt_bit(Cause::kExternalInterrupt);

}  // namespace

void Paravirt::start(Vm& vm) {
  vm.run_paravirtual(options_.saves_all);
  pages_ = PageTypes(vm.ram_bytes() >> kPageShift);
  start_root_ = vm.add_root(2);
  vm.use_root(*start_root_);
  vm.write_device({kEnable}, 4, 1u << kConsoleLine | 1u << kDiskLine);
  listen_to_console(vm, true);
}

Resume Paravirt::handle(Vm& vm, const Exit& exit) {
  vm.set_control(Cr::kIenable, kInterrupts);  // the VMM's own wish: the guest has events
  std::visit([&](const auto& each) { on(vm, each); }, exit);
  deliver_events(vm);
  choose_root(vm);
  return blocked_ ? Resume::kHalt : Resume::kRun;
}

// --- exits ---

void Paravirt::on(Vm& vm, const PrivilegedInstruction& exit) {
  reflect(vm, {Cause::kPrivileged, exit.word});
}

void Paravirt::on(Vm& vm, const Exception& exit) {
  const bool from_kernel = exit.cause == Cause::kEcallU && vm.state().supervisor();
  reflect(vm, {from_kernel ? Cause::kEcallS : exit.cause, exit.tval});
}

void Paravirt::on(Vm& vm, const PageFault& exit) {
  if (start_root_ && fill_start_map(vm, exit)) return vm.found_meaning(FaultMeaning::kHidden);
  vm.found_meaning(FaultMeaning::kTrue);
  reflect(vm, {zisa::page_fault(exit.access), exit.address.v});
}

void Paravirt::on(Vm& vm, const Hypercall& exit) {
  if (!vm.state().supervisor()) return reflect(vm, {Cause::kHcall, exit.word});
  const auto& x = vm.state().x;
  const u32 number = x[kRegisterA7];
  const Arguments arguments{x[kRegisterA0], x[kRegisterA0 + 1], x[kRegisterA0 + 2], x[kRegisterA0 + 3]};
  vm.finish_hypercall();
  if (options_.decodes) vm.work(cost::Param::kVmmDecode);
  const Answer answer =
      number < kCalls.size() ? (this->*kCalls[number])(vm, arguments) : code(Error::kNoCall);
  if (answer) vm.set_register(kRegisterA0, *answer);
  vm.work(cost::Param::kHypercallReturn);
}

// The timer fires once. The end of a time slice is an interrupt too, and none of the guest's. What is served
// counts as not pending, so that the host is interrupted by whatever comes next.
void Paravirt::on(Vm& vm, const Interrupt&) {
  vm.accept_interrupts();
  if (vm.state().control(Cr::kIpend) & zisa::interrupt_bit(Cause::kTimerInterrupt)) {
    vm.set_control(Cr::kTimecmp, ~0u);
    vm.set_control(Cr::kTimecmph, ~0u);
    events_.raise(vm, shared_, Source::kTimer);
  }
  serve_devices(vm);
  vm.set_control(Cr::kIpend, 0);
}

// --- devices ---

// Both lines come down by being served, so the loop ends.
void Paravirt::serve_devices(Vm& vm) {
  for (;;) {
    const u32 line = vm.read_device({kClaim}, 4);
    if (line == kConsoleLine) {
      listen_to_console(vm, false);
      events_.raise(vm, shared_, Source::kConsole);
    } else if (line == kDiskLine) {
      ring_.finish(vm, pages_);
      events_.raise(vm, shared_, Source::kBlock);
    } else {
      return;
    }
  }
}

void Paravirt::listen_to_console(Vm& vm, bool on) { vm.write_device({kConsoleIer}, 1, on); }

// --- the start map ---

bool Paravirt::map_window(Vm& vm, Gva page, u32 window, u64 first) {
  const u64 number = (page.v - window) >> kPageShift;
  return page.v >= window && number < vm.frame_tables().pages &&
         vm.map_frame_table(*start_root_, page, first + number);
}

// Filled on demand. A page that is a table by now is read-only; whoever writes to it has a fault.
bool Paravirt::fill_start_map(Vm& vm, const PageFault& fault) {
  const Gva page{fault.address.v & ~kPageMask};
  const bool writes = fault.access == Access::kStore;
  if (vm.is_ram({page.v}, kPageSize)) {
    const bool table = pages_.is_table({page.v});
    return !(table && writes) && vm.map(*start_root_, page, {page.v}, {true, !table, true});
  }
  if (fault.access != Access::kLoad) return false;
  const Vm::FrameTables tables = vm.frame_tables();
  return map_window(vm, page, kP2mWindow, tables.p2m) || map_window(vm, page, kM2pWindow, tables.m2p);
}

// --- traps and events of the guest ---

void Paravirt::choose_root(Vm& vm) {
  if (!current_) return;
  const Space& space = spaces_.at(*current_);
  const Gpa root = vm.state().supervisor() ? space.kernel : space.user;
  if (vm.use_guest_root(mmu::ptbr::make(vm.host_frame(root), space.levels))) pages_.flushed();
}

// The guest's own mask takes the place of IE; where the VMM keeps IE it is always set.
void Paravirt::reflect(Vm& vm, const Trap& trap) {
  using namespace zisa::sr;
  const auto handler = handlers_.find(static_cast<u32>(trap.cause));
  if (handler == handlers_.end() || !shared_.known())
    return vm.fail("a trap for which the paravirtual kernel has no handler: " +
                   std::string(zisa::cause_name(trap.cause)));
  const bool masked = vm.state().supervisor() && shared_.read(vm, kMask) != 0;
  vm.set_status((vm.state().sr & ~kIe) | (masked ? 0 : kIe));
  vm.set_control(Cr::kTvec, handler->second);
  vm.inject(trap);
  shared_.save_trap(vm);
  vm.set_status(vm.state().sr | kIe);
}

void Paravirt::deliver_events(Vm& vm) {
  if (!events_.waiting(vm, shared_)) return;
  blocked_ = false;
  if (vm.state().supervisor() && shared_.read(vm, kMask) != 0) return;
  reflect(vm, {Cause::kExternalInterrupt, 0});
}

}  // namespace ringside::strategies
