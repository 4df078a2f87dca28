// The code of BlockRingOf, for those who instantiate it.
#pragma once

#include "base/bits.hpp"
#include "strategies/paravirt/block_ring.hpp"

namespace ringside::strategies::pv {

template <class Isa>
u32 BlockRingOf<Isa>::word(Vm& vm, u32 offset) const {
  u8 raw[4] = {};
  vm.read_guest(*page_ + offset, raw);
  return load_le<u32>(raw);
}

template <class Isa>
void BlockRingOf<Isa>::set_word(Vm& vm, u32 offset, u32 value) const {
  u8 raw[4];
  store_le(raw, value);
  vm.write_guest(*page_ + offset, raw);
}

template <class Isa>
BlockRequest BlockRingOf<Isa>::read_slot(Vm& vm, u32 slot) const {
  const u32 at = kRingSlots + slot * kRingSlotBytes;
  BlockRequest request;
  request.slot = slot;
  request.command = word(vm, at);
  request.drive = word(vm, at + 4);
  request.sector = word(vm, at + 8);
  request.count = word(vm, at + 12);
  request.address = {word(vm, at + 16)};
  return request;
}

// Drive and sectors are for the controller to judge.
template <class Isa>
Error BlockRingOf<Isa>::check(const Vm& vm, const BlockRequest& request) {
  if (request.command != kBlockRead && request.command != kBlockWrite) return Error::kInvalid;
  if (request.count < 1 || request.count > kMaxSectors) return Error::kInvalid;
  const u32 bytes = request.count * kSectorBytes;
  if (request.address.offset() + bytes > kPageSize) return Error::kInvalid;
  return vm.is_ram(request.address, bytes) ? Error::kNone : Error::kFault;
}

template <class Isa>
bool BlockRingOf<Isa>::take(Vm& vm, PageTypes& pages, Error& error) {
  const u32 made = word(vm, kRingRequests) - taken_;
  error = made + u64{waiting_.size()} > kRingLength ? Error::kLimit : Error::kNone;
  if (error != Error::kNone) return false;
  for (u32 i = 0; i < made; ++i) {
    BlockRequest request = read_slot(vm, taken_++ % kRingLength);
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
template <class Isa>
bool BlockRingOf<Isa>::pump(Vm& vm, PageTypes& pages) {
  bool answered = false;
  while (!busy_ && !waiting_.empty()) {
    Error error = waiting_.front().error;
    busy_ = error == Error::kNone && disk_.start(vm, waiting_.front());
    if (busy_) break;
    answer_first(vm, pages, error == Error::kNone ? Error::kInvalid : error);
    answered = true;
  }
  return answered;
}

template <class Isa>
bool BlockRingOf<Isa>::finish(Vm& vm, PageTypes& pages) {
  const std::optional<bool> good = disk_.interrupt(vm, busy_ ? &waiting_.front() : nullptr);
  if (!busy_ || !good) return false;
  busy_ = false;
  answer_first(vm, pages, *good ? Error::kNone : Error::kInvalid);
  pump(vm, pages);
  return true;
}

template <class Isa>
void BlockRingOf<Isa>::answer_first(Vm& vm, PageTypes& pages, Error error) {
  const BlockRequest request = waiting_.front();
  waiting_.pop_front();
  if (request.holds_page) pages.put_writable(request.address.page_base());
  set_word(vm, kRingSlots + request.slot * kRingSlotBytes, code(error));
  set_word(vm, kRingResponses, ++answered_);
}

}  // namespace ringside::strategies::pv
