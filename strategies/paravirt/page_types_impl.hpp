// The code of PageTypesOf, for those who instantiate it.
#pragma once

#include "cost/parameters.hpp"
#include "strategies/paravirt/events.hpp"
#include "strategies/paravirt/page_types.hpp"

namespace ringside::strategies::pv {

namespace detail {

template <class Isa>
std::vector<u32> read_table(typename Isa::Vm& vm, Gpa page, TablePlace place) {
  return *read_list(vm, static_cast<u32>(page.v), Isa::table_bytes(place) / 4);
}

}  // namespace detail

// --- writable memory ---

template <class Isa>
Error PageTypesOf<Isa>::get_writable(Gpa page) {
  Page& p = at(page);
  if (p.kind == Kind::kTable) return Error::kType;
  p.kind = Kind::kWritable;
  ++p.uses;
  return Error::kNone;
}

template <class Isa>
void PageTypesOf<Isa>::put_writable(Gpa page) {
  Page& p = at(page);
  if (--p.uses != 0) return;
  p.kind = Kind::kPlain;
  p.unwritable_since = epoch_;
}

// --- tables ---

// Until the next flush the TLB may hold a translation by which the guest could still write to the page.
template <class Isa>
void PageTypesOf<Isa>::forget_stale(Vm& vm, const Page& page) {
  if (page.unwritable_since != epoch_) return;
  vm.invalidate_hardware_all();
  flushed();
}

template <class Isa>
Error PageTypesOf<Isa>::get_table(Vm& vm, Gpa page, TablePlace place, std::optional<u32> start_root) {
  Page& p = at(page);
  if (p.kind == Kind::kWritable || (p.kind == Kind::kTable && p.place != place)) return Error::kType;
  if (p.kind == Kind::kTable) return ++p.uses, Error::kNone;
  forget_stale(vm, p);
  if (start_root) vm.protect(*start_root, {static_cast<u32>(page.v)});
  // A table from now on, so that an entry of its own that maps it writable is refused.
  p.kind = Kind::kTable;
  p.place = place;
  p.uses = 1;
  const Error error = validate(vm, page, place, start_root);
  if (error != Error::kNone) p = {Kind::kPlain, {}, 0, p.unwritable_since};
  return error;
}

// What the entries before a bad one hold is given back.
template <class Isa>
Error PageTypesOf<Isa>::validate(Vm& vm, Gpa page, TablePlace place, std::optional<u32> start_root) {
  const std::vector<u32> entries = detail::read_table<Isa>(vm, page, place);
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const Error error = get_entry(vm, place, entries[i], start_root);
    if (error == Error::kNone) continue;
    while (i-- > 0) put_entry(vm, place, entries[i]);
    return error;
  }
  return Error::kNone;
}

template <class Isa>
void PageTypesOf<Isa>::put_table(Vm& vm, Gpa page) {
  Page& p = at(page);
  if (--p.uses != 0) return;
  for (const u32 entry : detail::read_table<Isa>(vm, page, p.place)) put_entry(vm, p.place, entry);
  p = {Kind::kPlain, {}, 0, p.unwritable_since};
}

// --- entries ---

template <class Isa>
Error PageTypesOf<Isa>::get_entry(Vm& vm, TablePlace place, u32 entry, std::optional<u32> start_root) {
  if (!Isa::present(entry)) return Error::kNone;
  vm.work(cost::Param::kPvValidate);
  if (!Isa::allowed(entry, place)) return Error::kEntry;
  const auto page = vm.guest_page(Isa::frame(entry));
  if (!place.last()) return page ? get_table(vm, *page, place.below(), start_root) : Error::kFault;
  if (page) return Isa::writes(entry) ? get_writable(*page) : Error::kNone;
  return Isa::only_reads(entry) && vm.is_frame_table(Isa::frame(entry)) ? Error::kNone : Error::kFault;
}

template <class Isa>
void PageTypesOf<Isa>::put_entry(Vm& vm, TablePlace place, u32 entry) {
  if (!Isa::present(entry)) return;
  vm.work(cost::Param::kPvValidate);
  const auto page = vm.guest_page(Isa::frame(entry));
  if (!place.last())
    put_table(vm, *page);
  else if (page && Isa::writes(entry))
    put_writable(*page);
}

// What the new value needs is taken before what the old one held is given back: they may be the same.
template <class Isa>
Error PageTypesOf<Isa>::update(Vm& vm, Gpa entry, u32 value, std::optional<u32> start_root) {
  if (entry.v % 4 != 0) return Error::kInvalid;
  if (!vm.is_ram(entry, 4)) return Error::kFault;
  const Page& p = at(entry);
  if (p.kind != Kind::kTable) return Error::kType;
  const TablePlace place = p.place;
  if (entry.offset() >= Isa::table_bytes(place)) return Error::kInvalid;
  if (const Error error = get_entry(vm, place, value, start_root); error != Error::kNone) return error;
  u8 raw[4];
  vm.read_guest(entry, raw);
  const u32 old = load_le<u32>(raw);
  store_le(raw, value);
  vm.write_guest(entry, raw);
  put_entry(vm, place, old);
  return Error::kNone;
}

}  // namespace ringside::strategies::pv
