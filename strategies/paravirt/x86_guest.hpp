// What a paravirtual VMM has to know of x86. The kernel runs in ring 1, which is supervisor to the paging unit, and user code
// in ring 3, so that an address space has one root. Descriptors are the monitor's, filled by a call.
#pragma once

#include "strategies/paravirt/paravirt.hpp"
#include "vmm/x86/strategy.hpp"

namespace ringside::strategies {
namespace pv {

struct X86Guest {
  using Vm = x86::Vm;
  using Exit = x86::Exit;
  using Strategy = x86::Strategy;
  using PrivilegedInstruction = x86::PrivilegedInstruction;
  using PageFault = x86::PageFault;
  using Exception = x86::Exception;
  using Interrupt = x86::Interrupt;
  using Trap = x86::Trap;

  // --- registers and state ---

  static constexpr u32 kCalls = 24;
  static constexpr u32 kResult = x86::kEax, kSecondResult = x86::kEcx;
  static u32 number(const Vm& vm) { return vm.state().r[x86::kEax]; }
  static Arguments arguments(const Vm& vm) {
    const auto& r = vm.state().r;
    return {r[x86::kEbx], r[x86::kEcx], r[x86::kEdx], r[x86::kEsi]};
  }
  static bool in_kernel(const Vm& vm) { return !vm.state().user(); }
  static constexpr u32 kStatusBits = x86::cr4::kTsd;
  static void set_status(Vm& vm, u32 bits);

  // --- page tables ---

  static constexpr bool kTwoRoots = false;
  static bool is_space(const Arguments& a) { return a[1] == 0 && a[2] == 2; }
  static u32 table_bytes(TablePlace) { return kPageSize; }
  static bool present(u32 entry) { return entry & x86::pte::kP; }
  /// No pages of 4 MiB, no memory types by PAT, which share a bit; and nothing global.
  static bool allowed(u32 entry, TablePlace) { return !(entry & (x86::pte::kPs | x86::pte::kG)); }
  static u64 frame(u32 entry) { return entry >> kPageShift; }
  static bool writes(u32 entry) { return entry & x86::pte::kRw; }
  static bool only_reads(u32 entry) { return !writes(entry); }
  static u32 root_for(const Vm& vm, const Space& space) { return static_cast<u32>(vm.host_frame(space.kernel) << kPageShift); }
  static void flush_page(Vm& vm, u32 address) { vm.invalidate_hardware(address); }
  static Access access(const PageFault& fault) {
    return fault.code & x86::page_fault::kWrite ? Access::kStore : Access::kLoad;
  }

  // --- traps ---

  static constexpr u32 kMaxHandlers = 257, kHandlerAlignment = 1;
  /// The vector that a word of the trap table names, or that of events; nothing for what is none.
  static std::optional<u32> cause_in_table(u32 word);
  static u32 cause(const Trap& trap);
  static std::string name_of(const Trap& trap);
  static Trap event() { return {0, false, 0, 0, Trap::Kind::kInterrupt}; }
  static Trap trap_of(const PrivilegedInstruction&) { return {x86::kGp, true}; }
  static Trap trap_of(const vmm::Hypercall&) { return {x86::kUd}; }
  static Trap trap_of(const PageFault& exit) { return {x86::kPf, true, exit.code, exit.address.v}; }
  static Trap trap_of(const Vm&, const Exception& exit) { return exit.trap; }
  /// User code may raise by INT what the trap table says; else it is its general protection fault.
  static Trap permitted(const Vm& vm, const Trap& trap, const Handler* handler);
  /// Whether a trap came at the first instruction of its handler, and so will again.
  bool repeats(const Vm& vm, const Trap& trap, u32 handler) const;
  /// Saves in the shared page what a trap saves, and goes to the handler, from user code on the kernel's stack.
  void enter_handler(Vm& vm, const SharedPage& shared, const Trap& trap, u32 handler, bool masked);
  /// Goes where the shared page says.
  Error return_from_trap(Vm& vm, const SharedPage& shared);
  Error set_descriptor_table(Vm& vm, const Arguments& a);
  Error set_kernel_stack(Vm&, const Arguments& a) { return stack_top_ = a[0], Error::kNone; }

  // --- interrupts and devices ---

  static void start_devices(Vm& vm);
  static void want_interrupts(Vm&) {}
  static void set_timer(Vm& vm, u32 low, u32 high) { vm.set_timer(u64{high} << 32 | low); }
  /// Whether the timer came; it is off then.
  static bool take_timer(Vm& vm);
  /// The next device that asks for the VMM.
  static std::optional<Source> next_device(Vm& vm);
  static void interrupts_served(Vm&) {}
  static void listen_to_console(Vm& vm, bool on);
  static bool byte_waits(Vm& vm);
  static u8 take_byte(Vm& vm);
  static void print(Vm& vm, u8 byte);
  /// Item 11: the rate of RDTSC and of the timer.
  static u32 query(const Vm& vm, u32 item) { return item == 11 ? vm.timer_khz() : code(Error::kInvalid); }
  static u32 drive_sectors(Vm& vm, u32 drive) { return vm.drive_sectors(drive); }
  static void shut_down(Vm& vm, u32 code);

  /// The first IDE channel, by programmed I/O: the VMM moves the data, sector by sector.
  class Disk {
   public:
    /// Begins a request; false if it is bad.
    bool start(Vm& vm, const BlockRequest& request);
    /// Its interrupt: whether the request that was under way (null: none) is done, and well; nothing while it goes on.
    std::optional<bool> interrupt(Vm& vm, const BlockRequest* request);

   private:
    void write_sector(Vm& vm, const BlockRequest& request) const;
    void read_sector(Vm& vm, const BlockRequest& request) const;
    u32 done_ = 0;  ///< sectors
  };

 private:
  // Selectors of the kernel's code and stack, for handlers; where the stack begins at a trap from user code.
  u16 code_ = 0x09, stack_ = 0x11;
  u32 stack_top_ = 0;
};

}  // namespace pv

using X86Paravirt = ParavirtOf<pv::X86Guest>;
extern template class ParavirtOf<pv::X86Guest>;

}  // namespace ringside::strategies
