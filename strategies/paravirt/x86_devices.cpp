// The PC behind the calls of a paravirtual guest: the VMM drives the guest's virtual devices as a kernel would, port by port.
#include "base/bits.hpp"
#include "strategies/paravirt/x86_guest.hpp"

namespace ringside::strategies::pv {

// --- interrupts: the pair of 8259 (data sheet: initialization command words) ---

namespace {

constexpr u16 kPic1 = 0x20, kPic2 = 0xa0;
constexpr u8 kEndOfInterrupt = 0x20, kFirstVector = 0x20;
constexpr unsigned kCascade = 2, kConsoleIrq = 4, kDiskIrq = 14;

constexpr u16 kCom1 = 0x3f8;
constexpr u16 kReceived = kCom1, kInterruptEnable = kCom1 + 1, kLineControl = kCom1 + 3, kModemControl = kCom1 + 4,
              kLineStatus = kCom1 + 5;
constexpr u16 kTimerCommand = 0x43, kDebugExit = 0xf4;
constexpr u8 kOneShot = 0x30;

void start_controller(x86::Vm& vm, u16 port, u8 vector, u8 cascade, u8 masked) {
  constexpr u8 kInit = 0x11, k8086 = 0x01;
  vm.write_port(port, 1, kInit);
  for (const u8 word : {vector, cascade, k8086, masked}) vm.write_port(port + 1, 1, word);
}

}  // namespace

void X86Guest::start_devices(Vm& vm) {
  constexpr u32 kWanted = 1u << kCascade | 1u << kConsoleIrq | 1u << kDiskIrq;
  start_controller(vm, kPic1, kFirstVector, 1u << kCascade, static_cast<u8>(~kWanted));
  start_controller(vm, kPic2, kFirstVector + 8, kCascade, static_cast<u8>(~kWanted >> 8));
  vm.write_port(kTimerCommand, 1, kOneShot);  // without a count: the 8254 stands still
  vm.write_port(kLineControl, 1, 0x03);       // 8 bits
  vm.write_port(kModemControl, 1, 0x0b);      // OUT2 lets the interrupt through
}

bool X86Guest::take_timer(Vm& vm) {
  if (!vm.timer_due()) return false;
  vm.set_timer(Vm::kNever);
  return true;
}

std::optional<Source> X86Guest::next_device(Vm& vm) {
  while (const auto vector = vm.take_interrupt()) {
    const unsigned irq = *vector - kFirstVector;
    if (irq >= 8) vm.write_port(kPic2, 1, kEndOfInterrupt);
    vm.write_port(kPic1, 1, kEndOfInterrupt);
    if (irq == kConsoleIrq) return Source::kConsole;
    if (irq == kDiskIrq) return Source::kBlock;
  }
  return std::nullopt;
}

// --- devices ---

void X86Guest::listen_to_console(Vm& vm, bool on) { vm.write_port(kInterruptEnable, 1, on); }
bool X86Guest::byte_waits(Vm& vm) { return vm.read_port(kLineStatus, 1) & 1; }
u8 X86Guest::take_byte(Vm& vm) { return static_cast<u8>(vm.read_port(kReceived, 1)); }
void X86Guest::print(Vm& vm, u8 byte) { vm.write_port(kCom1, 1, byte); }
void X86Guest::shut_down(Vm& vm, u32 code) { vm.write_port(kDebugExit, 4, code); }

// --- the disk: ATA-2, section 7.2 ---

namespace {

constexpr u16 kIde = 0x1f0;
constexpr u16 kData = kIde, kCount = kIde + 2, kLba = kIde + 3, kDevice = kIde + 6, kStatus = kIde + 7, kCommand = kIde + 7;
constexpr u8 kByLba = 0xe0, kRead = 0x20, kWrite = 0x30, kBusy = 0x80, kDataWaits = 0x08, kFailed = 0x01;
constexpr u32 kMostSectors = 1u << 28;

void command(x86::Vm& vm, const BlockRequest& request) {
  vm.write_port(kCount, 1, request.count);
  for (unsigned i = 0; i < 3; ++i) vm.write_port(static_cast<u16>(kLba + i), 1, request.sector >> (8 * i) & 0xff);
  vm.write_port(kDevice, 1, kByLba | request.drive << 4 | request.sector >> 24);
  vm.write_port(kCommand, 1, request.command == kBlockRead ? kRead : kWrite);
}

}  // namespace

// A drive wants the first sector that is to be written at once, without an interrupt.
bool X86Guest::Disk::start(Vm& vm, const BlockRequest& request) {
  done_ = 0;
  if (request.drive > 1 || vm.drive_sectors(request.drive) == 0 || request.sector >= kMostSectors) return false;
  command(vm, request);
  if (request.command == kBlockRead) return true;
  if (!(vm.read_port(kStatus, 1) & kDataWaits)) return false;
  return write_sector(vm, request), true;
}

std::optional<bool> X86Guest::Disk::interrupt(Vm& vm, const BlockRequest* request) {
  const u32 status = vm.read_port(kStatus, 1);
  if (!request || status & kFailed) return false;
  const bool reads = request->command == kBlockRead;
  if (status & kBusy || (reads && !(status & kDataWaits))) return std::nullopt;  // of a request before it
  ++done_;
  if (reads) {
    read_sector(vm, *request);
  } else if (done_ < request->count) {
    write_sector(vm, *request);
  }
  return done_ < request->count ? std::nullopt : std::optional(true);
}

void X86Guest::Disk::write_sector(Vm& vm, const BlockRequest& request) const {
  u8 sector[kSectorBytes];
  vm.read_guest(request.address + done_ * kSectorBytes, sector);
  for (u32 i = 0; i < kSectorBytes; i += 4) vm.write_port(kData, 4, load_le<u32>(sector + i));
}

void X86Guest::Disk::read_sector(Vm& vm, const BlockRequest& request) const {
  u8 sector[kSectorBytes];
  for (u32 i = 0; i < kSectorBytes; i += 4) store_le(sector + i, vm.read_port(kData, 4));
  vm.write_guest(request.address + (done_ - 1) * kSectorBytes, sector);
}

}  // namespace ringside::strategies::pv
