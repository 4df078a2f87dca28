// The calls by number, and those on everything but page tables.
#include "base/bits.hpp"
#include "strategies/paravirt/paravirt.hpp"

namespace ringside::strategies {

using namespace vmm;
using namespace pv;

const std::array<Paravirt::Call, 22> Paravirt::kCalls = {
    &Paravirt::query,         &Paravirt::set_shared_page, &Paravirt::set_trap_table, &Paravirt::trap_return,
    &Paravirt::check_events,  &Paravirt::set_status,      &Paravirt::pin,            &Paravirt::unpin,
    &Paravirt::update,        &Paravirt::switch_space,    &Paravirt::flush_tlb,      &Paravirt::set_timer,
    &Paravirt::yield,         &Paravirt::block,           &Paravirt::console_write,  &Paravirt::console_read,
    &Paravirt::set_block_ring, &Paravirt::block_notify,   &Paravirt::event_bind,     &Paravirt::event_close,
    &Paravirt::event_send,    &Paravirt::shutdown,
};

namespace {

constexpr u64 kExitRegister = 0x00100000, kConsoleData = 0x10000000, kConsoleStatus = 0x10000005;
constexpr u64 kDiskDrive = 0x10010000, kDiskSize = 0x1001001c;
constexpr u32 kByteWaits = 1;
constexpr u32 kExitOk = 0x5555, kExitCode = 0x3333, kLargestCode = 0xffff;

constexpr u32 kMaxCause = 31, kEventCause = static_cast<u32>(Cause::kExternalInterrupt);

// The controller has latched what the request under way needs, so its registers are free.
u32 sectors_of(Vm& vm, u32 drive) {
  vm.write_device({kDiskDrive}, 4, drive);
  return vm.read_device({kDiskSize}, 4);
}

}  // namespace

// A guest frame as a page of RAM.
std::optional<Gpa> Paravirt::page_of(Vm& vm, u32 frame) const {
  const Gpa page{u64{frame} << kPageShift};
  return vm.is_ram(page, kPageSize) ? std::optional(page) : std::nullopt;
}

Answer Paravirt::query(Vm& vm, const Arguments& a) {
  const Vm::FrameTables tables = vm.frame_tables();
  switch (a[0]) {
    case 0: return kVersion;
    case 1: return kFeatures;
    case 2: return static_cast<u32>(vm.ram_bytes() >> kPageShift);
    case 3: return static_cast<u32>(Vm::kRamBase >> kPageShift);
    case 4: return static_cast<u32>(tables.first_host_frame);
    case 5: return static_cast<u32>(tables.p2m);
    case 7: return static_cast<u32>(tables.m2p);
    case 6:
    case 8: return static_cast<u32>(tables.pages);
    case 9:
    case 10: return sectors_of(vm, a[0] - 9);
    default: return code(Error::kInvalid);
  }
}

// --- traps and events ---

// A page that the VMM is going to write to must not become a table.
Error Paravirt::share(Vm& vm, u32 frame, bool known, Gpa& page) {
  const auto found = page_of(vm, frame);
  if (!found) return Error::kFault;
  if (known) return Error::kState;
  page = *found;
  return pages_.get_writable(page);
}

Answer Paravirt::set_shared_page(Vm& vm, const Arguments& a) {
  Gpa page;
  const Error error = share(vm, a[0], shared_.known(), page);
  if (error == Error::kNone) shared_.set(vm, page);
  return code(error);
}

Error Paravirt::set_handlers(const std::vector<u32>& words) {
  std::map<u32, u32> handlers;
  for (std::size_t i = 0; i + 1 < words.size(); i += 2) {
    const u32 cause = words[i], handler = words[i + 1];
    if ((cause > kMaxCause && cause != kEventCause) || handler % 4 != 0) return Error::kInvalid;
    handlers[cause] = handler;
  }
  handlers_ = std::move(handlers);
  return Error::kNone;
}

Answer Paravirt::set_trap_table(Vm& vm, const Arguments& a) {
  if (a[0] % 4 != 0) return code(Error::kInvalid);
  if (a[1] > kMaxTraps) return code(Error::kLimit);
  std::vector<u8> raw(8 * a[1]);
  if (!vm.read_guest({a[0]}, raw)) return code(Error::kFault);
  std::vector<u32> words(2 * a[1]);
  for (std::size_t i = 0; i < words.size(); ++i) words[i] = load_le<u32>(raw.data() + 4 * i);
  return code(set_handlers(words));
}

Answer Paravirt::trap_return(Vm& vm, const Arguments&) {
  using namespace zisa::sr;
  if (!shared_.known() || !current_) return code(Error::kState);
  const SharedPage::Saved saved = shared_.saved(vm);
  if (saved.epc % 4 != 0) return code(Error::kInvalid);
  const u32 after = cpu::returned_status(saved.sr & (kPmode | kPie | kFlags | kTsd));
  shared_.write(vm, kMask, !(saved.sr & kPie));
  vm.set_status(after | kPg | kIe);
  vm.set_pc(saved.epc);
  vm.set_register(kRegisterA7, saved.a7);
  return std::nullopt;
}

// What it asks for is done at the end of every exit.
Answer Paravirt::check_events(Vm&, const Arguments&) { return code(Error::kNone); }

Answer Paravirt::set_status(Vm& vm, const Arguments& a) {
  if (a[0] & ~zisa::sr::kTsd) return code(Error::kInvalid);
  vm.set_status((vm.state().sr & ~zisa::sr::kTsd) | a[0]);
  return code(Error::kNone);
}

// Input that came while nobody listened is told of at once.
Answer Paravirt::event_bind(Vm& vm, const Arguments& a) {
  const Answer port = events_.bind(a[0]);
  if (*port < kPorts && a[0] == static_cast<u32>(Source::kConsole) &&
      vm.read_device({kConsoleStatus}, 1) & kByteWaits)
    events_.raise(vm, shared_, Source::kConsole);
  return port;
}

Answer Paravirt::event_close(Vm&, const Arguments& a) { return code(events_.close(a[0])); }

Answer Paravirt::event_send(Vm& vm, const Arguments& a) {
  if (events_.source_of(a[0]) != Source::kSelf) return code(Error::kInvalid);
  events_.raise(vm, shared_, Source::kSelf);
  return code(Error::kNone);
}

// --- time ---

Answer Paravirt::set_timer(Vm& vm, const Arguments& a) {
  vm.set_control(Cr::kTimecmp, a[0]);
  vm.set_control(Cr::kTimecmph, a[1]);
  return code(Error::kNone);
}

Answer Paravirt::yield(Vm& vm, const Arguments&) {
  vm.give_way();
  return code(Error::kNone);
}

Answer Paravirt::block(Vm&, const Arguments&) {
  if (!shared_.known()) return code(Error::kState);
  blocked_ = true;
  return code(Error::kNone);
}

Answer Paravirt::shutdown(Vm& vm, const Arguments& a) {
  if (a[0] > kLargestCode) return code(Error::kInvalid);
  vm.write_device({kExitRegister}, 4, a[0] == 0 ? kExitOk : a[0] << 16 | kExitCode);
  return std::nullopt;
}

// --- console ---

Answer Paravirt::console_write(Vm& vm, const Arguments& a) {
  if (a[1] > kMaxBytes) return code(Error::kLimit);
  std::vector<u8> bytes(a[1]);
  if (!vm.read_guest({a[0]}, bytes)) return code(Error::kFault);
  for (const u8 byte : bytes) vm.write_device({kConsoleData}, 1, byte);
  return a[1];
}

// Memory that the VMM may write to for the guest: RAM, and no table.
Error Paravirt::check_output(Vm& vm, u32 address, u32 bytes) const {
  if (!vm.is_ram({address}, bytes)) return Error::kFault;
  for (u64 at = address & ~kPageMask; at < u64{address} + bytes; at += kPageSize)
    if (pages_.is_table({at})) return Error::kType;
  return Error::kNone;
}

Answer Paravirt::console_read(Vm& vm, const Arguments& a) {
  if (a[1] > kMaxBytes) return code(Error::kLimit);
  if (const Error error = check_output(vm, a[0], a[1]); error != Error::kNone) return code(error);
  std::vector<u8> bytes;
  bool more = vm.read_device({kConsoleStatus}, 1) & kByteWaits;
  while (more && bytes.size() < a[1]) {
    bytes.push_back(static_cast<u8>(vm.read_device({kConsoleData}, 1)));
    more = vm.read_device({kConsoleStatus}, 1) & kByteWaits;
  }
  vm.write_guest({a[0]}, bytes);
  if (!more) listen_to_console(vm, true);
  return static_cast<u32>(bytes.size());
}

// --- block ring ---

Answer Paravirt::set_block_ring(Vm& vm, const Arguments& a) {
  Gpa page;
  const Error error = share(vm, a[0], ring_.known(), page);
  if (error == Error::kNone) ring_.set(page);
  return code(error);
}

Answer Paravirt::block_notify(Vm& vm, const Arguments&) {
  if (!ring_.known()) return code(Error::kState);
  Error error = Error::kNone;
  if (ring_.take(vm, pages_, error)) events_.raise(vm, shared_, Source::kBlock);
  return code(error);
}

}  // namespace ringside::strategies
