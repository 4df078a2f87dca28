// What a paravirtual VMM has to know of Z-ISA. Kernel and user code both run in real U mode, so an address space has two roots.
#pragma once

#include "strategies/paravirt/paravirt.hpp"
#include "vmm/vm.hpp"

namespace ringside::strategies {
namespace pv {

struct ZisaGuest {
  using Vm = vmm::Vm;
  using Exit = vmm::Exit;
  using Strategy = vmm::Strategy;
  using PrivilegedInstruction = vmm::PrivilegedInstruction;
  using PageFault = vmm::PageFault;
  using Exception = vmm::Exception;
  using Interrupt = vmm::Interrupt;
  using Trap = vmm::Trap;

  // --- registers and state ---

  static constexpr u32 kCalls = 22;
  static constexpr u32 kResult = 10, kSecondResult = 11;  ///< a0, a1
  static u32 number(const Vm& vm) { return vm.state().x[17]; }
  static Arguments arguments(const Vm& vm) {
    const auto& x = vm.state().x;
    return {x[10], x[11], x[12], x[13]};
  }
  static bool in_kernel(const Vm& vm) { return vm.state().supervisor(); }
  static constexpr u32 kStatusBits = zisa::sr::kTsd;
  static void set_status(Vm& vm, u32 bits) { vm.set_status((vm.state().sr & ~kStatusBits) | bits); }

  // --- page tables ---

  static constexpr bool kTwoRoots = true;
  static bool is_space(const Arguments& a) { return a[0] != a[1] && a[2] >= 2 && a[2] <= 5; }
  static u32 table_bytes(TablePlace place) { return static_cast<u32>(mmu::kShapes[place.levels].table_bytes(place.level)); }
  static bool present(u32 entry) { return entry & mmu::pte::kV; }
  static bool allowed(u32 entry, TablePlace place) {
    const bool write_only = entry & mmu::pte::kW && !(entry & mmu::pte::kR);
    return !(entry & mmu::pte::kG) && !write_only && mmu::pte::leaf(entry) == place.last();
  }
  static u64 frame(u32 entry) { return mmu::pte::frame(entry); }
  static bool writes(u32 entry) { return entry & mmu::pte::kW; }
  static bool only_reads(u32 entry) { return !(entry & (mmu::pte::kW | mmu::pte::kX)); }
  static u32 root_for(const Vm& vm, const Space& space) {
    const Gpa root = vm.state().supervisor() ? space.kernel : space.user;
    return mmu::ptbr::make(vm.host_frame(root), space.levels);
  }
  static void flush_page(Vm& vm, u32 address) { vm.invalidate_hardware({address}); }
  static Access access(const PageFault& fault) { return fault.access; }

  // --- traps ---

  static constexpr u32 kMaxHandlers = 33, kHandlerAlignment = 4;
  /// The cause that a word of the trap table names; nothing for what is none.
  static std::optional<u32> cause_in_table(u32 word);
  static u32 cause(const Trap& trap) { return static_cast<u32>(trap.cause); }
  static std::string name_of(const Trap& trap) { return std::string(zisa::cause_name(trap.cause)); }
  static Trap event() { return {vmm::Cause::kExternalInterrupt, 0}; }
  static Trap trap_of(const PrivilegedInstruction& exit) { return {vmm::Cause::kPrivileged, exit.word}; }
  static Trap trap_of(const vmm::Hypercall& exit) { return {vmm::Cause::kHcall, exit.word}; }
  static Trap trap_of(const PageFault& exit) { return {zisa::page_fault(exit.access), exit.address.v}; }
  static Trap trap_of(const Vm& vm, const Exception& exit);
  static Trap permitted(const Vm&, const Trap& trap, const Handler*) { return trap; }
  /// The Vm looks for that itself.
  static bool repeats(const Vm&, const Trap&, u32) { return false; }
  /// Saves in the shared page what a trap saves, and goes to the handler.
  void enter_handler(Vm& vm, const SharedPage& shared, const Trap& trap, u32 handler, bool masked);
  /// Goes where the shared page says.
  Error return_from_trap(Vm& vm, const SharedPage& shared);
  static Error set_descriptor_table(Vm&, const Arguments&) { return Error::kNoCall; }
  static Error set_kernel_stack(Vm&, const Arguments&) { return Error::kNoCall; }

  // --- interrupts and devices ---

  static void start_devices(Vm& vm);
  static void want_interrupts(Vm& vm);
  static void set_timer(Vm& vm, u32 low, u32 high);
  /// Whether the timer came; it is off then.
  static bool take_timer(Vm& vm);
  /// The next device that asks for the VMM.
  static std::optional<Source> next_device(Vm& vm);
  static void interrupts_served(Vm& vm) { vm.set_control(vmm::Cr::kIpend, 0); }
  static void listen_to_console(Vm& vm, bool on);
  static bool byte_waits(Vm& vm);
  static u8 take_byte(Vm& vm);
  static void print(Vm& vm, u8 byte);
  static u32 query(const Vm&, u32) { return code(Error::kInvalid); }
  static u32 drive_sectors(Vm& vm, u32 drive);
  static void shut_down(Vm& vm, u32 code);

  /// The disk controller moves data by DMA.
  struct Disk {
    /// Begins a request; false if it is bad.
    static bool start(Vm& vm, const BlockRequest& request);
    /// Its interrupt: whether the request that was under way (null: none) is done, and well.
    static std::optional<bool> interrupt(Vm& vm, const BlockRequest* request);
  };
};

using PageTypes = PageTypesOf<ZisaGuest>;

}  // namespace pv

using Paravirt = ParavirtOf<pv::ZisaGuest>;
extern template class ParavirtOf<pv::ZisaGuest>;

}  // namespace ringside::strategies
