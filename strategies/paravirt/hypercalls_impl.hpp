// The calls by number, and those on everything but page tables.
#pragma once

#include "strategies/paravirt/paravirt_impl.hpp"

namespace ringside::strategies {

template <class Isa>
const std::array<typename ParavirtOf<Isa>::Call, 24> ParavirtOf<Isa>::kCalls = {
    &ParavirtOf::query,          &ParavirtOf::set_shared_page, &ParavirtOf::set_trap_table,       &ParavirtOf::trap_return,
    &ParavirtOf::check_events,   &ParavirtOf::set_status,      &ParavirtOf::pin,                  &ParavirtOf::unpin,
    &ParavirtOf::update,         &ParavirtOf::switch_space,    &ParavirtOf::flush_tlb,            &ParavirtOf::set_timer,
    &ParavirtOf::yield,          &ParavirtOf::block,           &ParavirtOf::console_write,        &ParavirtOf::console_read,
    &ParavirtOf::set_block_ring, &ParavirtOf::block_notify,    &ParavirtOf::event_bind,           &ParavirtOf::event_close,
    &ParavirtOf::event_send,     &ParavirtOf::shutdown,        &ParavirtOf::set_descriptor_table, &ParavirtOf::set_kernel_stack,
};

// A guest frame as a page of RAM.
template <class Isa>
std::optional<Gpa> ParavirtOf<Isa>::page_of(Vm& vm, u32 frame) const {
  const Gpa page{u64{frame} << kPageShift};
  return vm.is_ram(page, kPageSize) ? std::optional(page) : std::nullopt;
}

template <class Isa>
pv::Answer ParavirtOf<Isa>::query(Vm& vm, const Arguments& a) {
  const vmm::FrameTables tables = vm.frame_tables();
  switch (a[0]) {
    case 0: return pv::kVersion;
    case 1: return pv::kFeatures;
    case 2: return static_cast<u32>(vm.ram_bytes() >> kPageShift);
    case 3: return static_cast<u32>(Vm::kRamBase >> kPageShift);
    case 4: return static_cast<u32>(tables.first_host_frame);
    case 5: return static_cast<u32>(tables.p2m);
    case 7: return static_cast<u32>(tables.m2p);
    case 6:
    case 8: return static_cast<u32>(tables.pages);
    case 9:
    case 10: return Isa::drive_sectors(vm, a[0] - 9);
    default: return Isa::query(vm, a[0]);
  }
}

// --- traps and events ---

// A page that the VMM is going to write to must not become a table.
template <class Isa>
pv::Error ParavirtOf<Isa>::share(Vm& vm, u32 frame, bool known, Gpa& page) {
  const auto found = page_of(vm, frame);
  if (!found) return pv::Error::kFault;
  if (known) return pv::Error::kState;
  page = *found;
  return pages_.get_writable(page);
}

template <class Isa>
pv::Answer ParavirtOf<Isa>::set_shared_page(Vm& vm, const Arguments& a) {
  Gpa page;
  const pv::Error error = share(vm, a[0], shared_.known(), page);
  if (error == pv::Error::kNone) shared_.set(vm, page);
  return code(error);
}

template <class Isa>
pv::Error ParavirtOf<Isa>::set_handlers(const std::vector<u32>& words) {
  std::map<u32, pv::Handler> handlers;
  for (std::size_t i = 0; i + 1 < words.size(); i += 2) {
    const auto cause = Isa::cause_in_table(words[i]);
    if (!cause || words[i + 1] % Isa::kHandlerAlignment != 0) return pv::Error::kInvalid;
    handlers[*cause] = {words[i + 1], *cause != words[i]};
  }
  handlers_ = std::move(handlers);
  return pv::Error::kNone;
}

template <class Isa>
pv::Answer ParavirtOf<Isa>::set_trap_table(Vm& vm, const Arguments& a) {
  if (a[0] % 4 != 0) return code(pv::Error::kInvalid);
  if (a[1] > Isa::kMaxHandlers) return code(pv::Error::kLimit);
  const auto words = pv::read_list(vm, a[0], 2 * std::size_t{a[1]});
  return code(words ? set_handlers(*words) : pv::Error::kFault);
}

template <class Isa>
pv::Answer ParavirtOf<Isa>::trap_return(Vm& vm, const Arguments&) {
  if (!shared_.known() || !current_) return code(pv::Error::kState);
  const pv::Error error = isa_.return_from_trap(vm, shared_);
  return error == pv::Error::kNone ? std::nullopt : std::optional(code(error));
}

// What it asks for is done at the end of every exit.
template <class Isa>
pv::Answer ParavirtOf<Isa>::check_events(Vm&, const Arguments&) {
  return code(pv::Error::kNone);
}

template <class Isa>
pv::Answer ParavirtOf<Isa>::set_status(Vm& vm, const Arguments& a) {
  if (a[0] & ~Isa::kStatusBits) return code(pv::Error::kInvalid);
  Isa::set_status(vm, a[0]);
  return code(pv::Error::kNone);
}

// Input that came while nobody listened is told of at once.
template <class Isa>
pv::Answer ParavirtOf<Isa>::event_bind(Vm& vm, const Arguments& a) {
  const Answer port = events_.bind(a[0]);
  if (*port < pv::kPorts && a[0] == static_cast<u32>(pv::Source::kConsole) && Isa::byte_waits(vm))
    events_.raise(vm, shared_, pv::Source::kConsole);
  return port;
}

template <class Isa>
pv::Answer ParavirtOf<Isa>::event_close(Vm&, const Arguments& a) {
  return code(events_.close(a[0]));
}

template <class Isa>
pv::Answer ParavirtOf<Isa>::event_send(Vm& vm, const Arguments& a) {
  if (events_.source_of(a[0]) != pv::Source::kSelf) return code(pv::Error::kInvalid);
  events_.raise(vm, shared_, pv::Source::kSelf);
  return code(pv::Error::kNone);
}

// --- time ---

template <class Isa>
pv::Answer ParavirtOf<Isa>::set_timer(Vm& vm, const Arguments& a) {
  Isa::set_timer(vm, a[0], a[1]);
  return code(pv::Error::kNone);
}

template <class Isa>
pv::Answer ParavirtOf<Isa>::yield(Vm& vm, const Arguments&) {
  vm.give_way();
  return code(pv::Error::kNone);
}

template <class Isa>
pv::Answer ParavirtOf<Isa>::block(Vm&, const Arguments&) {
  if (!shared_.known()) return code(pv::Error::kState);
  blocked_ = true;
  return code(pv::Error::kNone);
}

template <class Isa>
pv::Answer ParavirtOf<Isa>::shutdown(Vm& vm, const Arguments& a) {
  constexpr u32 kLargestCode = 0xffff;
  if (a[0] > kLargestCode) return code(pv::Error::kInvalid);
  Isa::shut_down(vm, a[0]);
  return std::nullopt;
}

// --- console ---

template <class Isa>
pv::Answer ParavirtOf<Isa>::console_write(Vm& vm, const Arguments& a) {
  if (a[1] > pv::kMaxBytes) return code(pv::Error::kLimit);
  std::vector<u8> bytes(a[1]);
  if (!vm.read_guest({a[0]}, bytes)) return code(pv::Error::kFault);
  for (const u8 byte : bytes) Isa::print(vm, byte);
  return a[1];
}

// Memory that the VMM may write to for the guest: RAM, and no table.
template <class Isa>
pv::Error ParavirtOf<Isa>::check_output(Vm& vm, u32 address, u32 bytes) const {
  if (!vm.is_ram({address}, bytes)) return pv::Error::kFault;
  for (u64 at = address & ~kPageMask; at < u64{address} + bytes; at += kPageSize)
    if (pages_.is_table({at})) return pv::Error::kType;
  return pv::Error::kNone;
}

template <class Isa>
pv::Answer ParavirtOf<Isa>::console_read(Vm& vm, const Arguments& a) {
  if (a[1] > pv::kMaxBytes) return code(pv::Error::kLimit);
  if (const pv::Error error = check_output(vm, a[0], a[1]); error != pv::Error::kNone) return code(error);
  std::vector<u8> bytes;
  bool more = Isa::byte_waits(vm);
  while (more && bytes.size() < a[1]) {
    bytes.push_back(Isa::take_byte(vm));
    more = Isa::byte_waits(vm);
  }
  vm.write_guest({a[0]}, bytes);
  if (!more) Isa::listen_to_console(vm, true);
  return static_cast<u32>(bytes.size());
}

// --- block ring ---

template <class Isa>
pv::Answer ParavirtOf<Isa>::set_block_ring(Vm& vm, const Arguments& a) {
  Gpa page;
  const pv::Error error = share(vm, a[0], ring_.known(), page);
  if (error == pv::Error::kNone) ring_.set(page);
  return code(error);
}

template <class Isa>
pv::Answer ParavirtOf<Isa>::block_notify(Vm& vm, const Arguments&) {
  if (!ring_.known()) return code(pv::Error::kState);
  pv::Error error = pv::Error::kNone;
  if (ring_.take(vm, pages_, error)) events_.raise(vm, shared_, pv::Source::kBlock);
  return code(error);
}

// --- segments ---

template <class Isa>
pv::Answer ParavirtOf<Isa>::set_descriptor_table(Vm& vm, const Arguments& a) {
  return code(isa_.set_descriptor_table(vm, a));
}

template <class Isa>
pv::Answer ParavirtOf<Isa>::set_kernel_stack(Vm& vm, const Arguments& a) {
  return code(isa_.set_kernel_stack(vm, a));
}

}  // namespace ringside::strategies
