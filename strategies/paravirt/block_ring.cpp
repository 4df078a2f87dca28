#include "strategies/paravirt/block_ring.hpp"

#include "base/bits.hpp"

namespace ringside::strategies::pv {

using vmm::Vm;

namespace {

// Registers of the platform's disk controller (docs/zisa.md, section 6).
constexpr u64 kDisk = 0x10010000;
constexpr u64 kDrive = 0x00, kSector = 0x04, kCount = 0x08, kAddress = 0x0c, kCommand = 0x10, kStatus = 0x14,
              kAck = 0x18;
constexpr u32 kStatusError = 4;

}  // namespace

u32 BlockRing::word(Vm& vm, u32 offset) const {
  u8 raw[4] = {};
  vm.read_guest(*page_ + offset, raw);
  return load_le<u32>(raw);
}

void BlockRing::set_word(Vm& vm, u32 offset, u32 value) const {
  u8 raw[4];
  store_le(raw, value);
  vm.write_guest(*page_ + offset, raw);
}

BlockRing::Request BlockRing::read_slot(Vm& vm, u32 slot) const {
  const u32 at = kRingSlots + slot * kRingSlotBytes;
  Request request;
  request.slot = slot;
  request.command = word(vm, at);
  request.drive = word(vm, at + 4);
  request.sector = word(vm, at + 8);
  request.count = word(vm, at + 12);
  request.address = {word(vm, at + 16)};
  return request;
}

// Drive and sectors are for the controller to judge.
Error BlockRing::check(const Vm& vm, const Request& request) {
  if (request.command != kBlockRead && request.command != kBlockWrite) return Error::kInvalid;
  if (request.count < 1 || request.count > kMaxSectors) return Error::kInvalid;
  const u32 bytes = request.count * kSectorBytes;
  if (request.address.offset() + bytes > kPageSize) return Error::kInvalid;
  return vm.is_ram(request.address, bytes) ? Error::kNone : Error::kFault;
}

bool BlockRing::take(Vm& vm, PageTypes& pages, Error& error) {
  const u32 made = word(vm, kRingRequests) - taken_;
  error = made + u64{waiting_.size()} > kRingLength ? Error::kLimit : Error::kNone;
  if (error != Error::kNone) return false;
  for (u32 i = 0; i < made; ++i) {
    Request request = read_slot(vm, taken_++ % kRingLength);
    request.error = check(vm, request);
    if (request.error == Error::kNone && request.command == kBlockRead) {
      request.error = pages.get_writable(request.address.page_base());
      request.holds_page = request.error == Error::kNone;
    }
    waiting_.push_back(request);
  }
  return pump(vm, pages);
}

// Answers bad requests and starts the first good one, if the controller is free.
bool BlockRing::pump(Vm& vm, PageTypes& pages) {
  bool answered = false;
  while (!busy_ && !waiting_.empty()) {
    const Request request = waiting_.front();
    if (request.error == Error::kNone) {
      give_to_controller(vm, request);
      busy_ = true;
    } else {
      waiting_.pop_front();
      answer(vm, pages, request, request.error);
      answered = true;
    }
  }
  return answered;
}

void BlockRing::give_to_controller(Vm& vm, const Request& request) const {
  vm.write_device({kDisk + kDrive}, 4, request.drive);
  vm.write_device({kDisk + kSector}, 4, request.sector);
  vm.write_device({kDisk + kCount}, 4, request.count);
  vm.write_device({kDisk + kAddress}, 4, static_cast<u32>(request.address.v));
  vm.write_device({kDisk + kCommand}, 4, request.command);
}

void BlockRing::finish(Vm& vm, PageTypes& pages) {
  const bool failed = vm.read_device({kDisk + kStatus}, 4) & kStatusError;
  vm.write_device({kDisk + kAck}, 4, 0);
  if (!busy_) return;
  const Request request = waiting_.front();
  waiting_.pop_front();
  busy_ = false;
  answer(vm, pages, request, failed ? Error::kInvalid : Error::kNone);
  pump(vm, pages);
}

void BlockRing::answer(Vm& vm, PageTypes& pages, const Request& request, Error error) {
  if (request.holds_page) pages.put_writable(request.address.page_base());
  set_word(vm, kRingSlots + request.slot * kRingSlotBytes, code(error));
  set_word(vm, kRingResponses, ++answered_);
}

}  // namespace ringside::strategies::pv
