#include "strategies/paravirt/zisa_guest.hpp"

#include "strategies/paravirt/hypercalls_impl.hpp"
#include "strategies/paravirt/table_calls_impl.hpp"

namespace ringside::strategies {
namespace pv {

using vmm::Cause;
using vmm::Cr;

namespace {

// The devices behind the VM's calls (docs/zisa.md, section 6).
constexpr u64 kExitRegister = 0x00100000, kEnable = 0x0c000100, kClaim = 0x0c000104;
constexpr u64 kConsoleData = 0x10000000, kConsoleIer = 0x10000001, kConsoleStatus = 0x10000005;
constexpr u32 kConsoleLine = 10, kDiskLine = 11, kByteWaits = 1;
constexpr u32 kExitOk = 0x5555, kExitCode = 0x3333;

constexpr u64 kDisk = 0x10010000;
constexpr u64 kDrive = 0x00, kSector = 0x04, kCount = 0x08, kAddress = 0x0c, kCommand = 0x10, kStatus = 0x14,
              kAck = 0x18, kSize = 0x1c;
constexpr u32 kStatusError = 4;

constexpr u32 kInterrupts =
    zisa::interrupt_bit(Cause::kTimerInterrupt) | zisa::interrupt_bit(Cause::kExternalInterrupt);

constexpr u32 kMaxCause = 31, kEventCause = static_cast<u32>(Cause::kExternalInterrupt);

}  // namespace

// --- traps ---

std::optional<u32> ZisaGuest::cause_in_table(u32 word) {
  return word > kMaxCause && word != kEventCause ? std::nullopt : std::optional(word);
}

ZisaGuest::Trap ZisaGuest::trap_of(const Vm& vm, const Exception& exit) {
  const bool from_kernel = exit.cause == Cause::kEcallU && vm.state().supervisor();
  return {from_kernel ? Cause::kEcallS : exit.cause, exit.tval};
}

// Where the VMM keeps IE it is always set. MASK stands before SR: one run of words.
void ZisaGuest::enter_handler(Vm& vm, const SharedPage& shared, const Trap& trap, u32 handler, bool masked) {
  using namespace zisa::sr;
  vm.set_status((vm.state().sr & ~kIe) | (masked ? 0 : kIe));
  vm.set_control(Cr::kTvec, handler);
  vm.inject(trap);
  const auto& virt = vm.state();
  shared.write_words(vm, kMask, std::array<u32, 5>{1, virt.sr, virt.control(Cr::kEpc), virt.control(Cr::kCause),
                                                   virt.control(Cr::kTval)});
  vm.set_status(vm.state().sr | kIe);
}

Error ZisaGuest::return_from_trap(Vm& vm, const SharedPage& shared) {
  using namespace zisa::sr;
  constexpr u32 kRegisterA7 = 17;
  const auto [sr, epc, cause, tval, a7] = shared.words<5>(vm, kSaved);
  if (epc % 4 != 0) return Error::kInvalid;
  const u32 after = cpu::returned_status(sr & (kPmode | kPie | kFlags | kTsd));
  shared.write(vm, kMask, !(sr & kPie));
  vm.set_status(after | kPg | kIe);
  vm.set_pc(epc);
  vm.set_register(kRegisterA7, a7);
  return Error::kNone;
}

// --- interrupts ---

void ZisaGuest::start_devices(Vm& vm) { vm.write_device({kEnable}, 4, 1u << kConsoleLine | 1u << kDiskLine); }

// The VMM's own wish: the guest has events.
void ZisaGuest::want_interrupts(Vm& vm) { vm.set_control(Cr::kIenable, kInterrupts); }

void ZisaGuest::set_timer(Vm& vm, u32 low, u32 high) {
  vm.set_control(Cr::kTimecmp, low);
  vm.set_control(Cr::kTimecmph, high);
}

bool ZisaGuest::take_timer(Vm& vm) {
  if (!(vm.state().control(Cr::kIpend) & zisa::interrupt_bit(Cause::kTimerInterrupt))) return false;
  set_timer(vm, ~0u, ~0u);
  return true;
}

std::optional<Source> ZisaGuest::next_device(Vm& vm) {
  const u32 line = vm.read_device({kClaim}, 4);
  if (line == kConsoleLine) return Source::kConsole;
  if (line == kDiskLine) return Source::kBlock;
  return std::nullopt;
}

// --- devices ---

void ZisaGuest::listen_to_console(Vm& vm, bool on) { vm.write_device({kConsoleIer}, 1, on); }
bool ZisaGuest::byte_waits(Vm& vm) { return vm.read_device({kConsoleStatus}, 1) & kByteWaits; }
u8 ZisaGuest::take_byte(Vm& vm) { return static_cast<u8>(vm.read_device({kConsoleData}, 1)); }
void ZisaGuest::print(Vm& vm, u8 byte) { vm.write_device({kConsoleData}, 1, byte); }

void ZisaGuest::shut_down(Vm& vm, u32 code) {
  vm.write_device({kExitRegister}, 4, code == 0 ? kExitOk : code << 16 | kExitCode);
}

// The controller has latched what the request under way needs, so its registers are free.
u32 ZisaGuest::drive_sectors(Vm& vm, u32 drive) {
  vm.write_device({kDisk + kDrive}, 4, drive);
  return vm.read_device({kDisk + kSize}, 4);
}

bool ZisaGuest::Disk::start(Vm& vm, const BlockRequest& request) {
  vm.write_device({kDisk + kDrive}, 4, request.drive);
  vm.write_device({kDisk + kSector}, 4, request.sector);
  vm.write_device({kDisk + kCount}, 4, request.count);
  vm.write_device({kDisk + kAddress}, 4, static_cast<u32>(request.address.v));
  vm.write_device({kDisk + kCommand}, 4, request.command);
  return true;
}

std::optional<bool> ZisaGuest::Disk::interrupt(Vm& vm, const BlockRequest*) {
  const bool failed = vm.read_device({kDisk + kStatus}, 4) & kStatusError;
  vm.write_device({kDisk + kAck}, 4, 0);
  return !failed;
}

}  // namespace pv

template class ParavirtOf<pv::ZisaGuest>;

}  // namespace ringside::strategies
