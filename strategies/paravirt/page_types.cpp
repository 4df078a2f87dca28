#include "strategies/paravirt/page_types.hpp"

#include "base/bits.hpp"

namespace ringside::strategies::pv {

using cost::Param;
using vmm::Vm;
namespace pte = mmu::pte;

namespace {

std::vector<u32> read_table(Vm& vm, Gpa page, TablePlace place) {
  std::vector<u8> raw(mmu::kShapes[place.levels].table_bytes(place.level));
  vm.read_guest(page, raw);
  std::vector<u32> entries(raw.size() / 4);
  for (std::size_t i = 0; i < entries.size(); ++i) entries[i] = load_le<u32>(raw.data() + 4 * i);
  return entries;
}

}  // namespace

// --- writable memory ---

Error PageTypes::get_writable(Gpa page) {
  Page& p = at(page);
  if (p.kind == Kind::kTable) return Error::kType;
  p.kind = Kind::kWritable;
  ++p.uses;
  return Error::kNone;
}

void PageTypes::put_writable(Gpa page) {
  Page& p = at(page);
  if (--p.uses != 0) return;
  p.kind = Kind::kPlain;
  p.unwritable_since = epoch_;
}

// --- tables ---

// Until the next flush the TLB may hold a translation by which the guest could still write to the page.
void PageTypes::forget_stale(Vm& vm, const Page& page) {
  if (page.unwritable_since != epoch_) return;
  vm.invalidate_hardware_all();
  flushed();
}

Error PageTypes::get_table(Vm& vm, Gpa page, TablePlace place, std::optional<u32> start_root) {
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
Error PageTypes::validate(Vm& vm, Gpa page, TablePlace place, std::optional<u32> start_root) {
  const std::vector<u32> entries = read_table(vm, page, place);
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const Error error = get_entry(vm, place, entries[i], start_root);
    if (error == Error::kNone) continue;
    while (i-- > 0) put_entry(vm, place, entries[i]);
    return error;
  }
  return Error::kNone;
}

void PageTypes::put_table(Vm& vm, Gpa page) {
  Page& p = at(page);
  if (--p.uses != 0) return;
  for (const u32 entry : read_table(vm, page, p.place)) put_entry(vm, p.place, entry);
  p = {Kind::kPlain, {}, 0, p.unwritable_since};
}

// --- entries ---

Error PageTypes::get_entry(Vm& vm, TablePlace place, u32 entry, std::optional<u32> start_root) {
  if (!(entry & pte::kV)) return Error::kNone;
  vm.work(Param::kPvValidate);
  const bool write_only = entry & pte::kW && !(entry & pte::kR);
  if (entry & pte::kG || write_only || pte::leaf(entry) != place.last()) return Error::kEntry;
  const auto page = vm.guest_page(pte::frame(entry));
  if (!place.last()) return page ? get_table(vm, *page, place.below(), start_root) : Error::kFault;
  if (page) return entry & pte::kW ? get_writable(*page) : Error::kNone;
  const bool reads = !(entry & (pte::kW | pte::kX));
  return reads && vm.is_frame_table(pte::frame(entry)) ? Error::kNone : Error::kFault;
}

void PageTypes::put_entry(Vm& vm, TablePlace place, u32 entry) {
  if (!(entry & pte::kV)) return;
  vm.work(Param::kPvValidate);
  const auto page = vm.guest_page(pte::frame(entry));
  if (!place.last())
    put_table(vm, *page);
  else if (page && entry & pte::kW)
    put_writable(*page);
}

// What the new value needs is taken before what the old one held is given back: they may be the same.
Error PageTypes::update(Vm& vm, Gpa entry, u32 value, std::optional<u32> start_root) {
  if (entry.v % 4 != 0) return Error::kInvalid;
  if (!vm.is_ram(entry, 4)) return Error::kFault;
  const Page& p = at(entry);
  if (p.kind != Kind::kTable) return Error::kType;
  const TablePlace place = p.place;
  if (entry.offset() >= mmu::kShapes[place.levels].table_bytes(place.level)) return Error::kInvalid;
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
