#include "session/shadow_audit.hpp"

#include <fmt/format.h>

namespace ringside::session {

namespace {

/// What goes for the tables of every ISA.
template <class A>
class TableReader {
 public:
  explicit TableReader(const vmm::MachineOf<A>& machine) : m_(machine), ram_(machine.vm().host_of({A::kRamBase})) {}

  ShadowAudit out;

 protected:
  // The VMM's pool lies below the guest.
  bool in_pool(u64 table) {
    if (m_.memory().base().v <= table && table < ram_.v) return true;
    blame("a table outside the pool", table);
    return false;
  }
  void leaf(u64 host, bool writable) {
    ++out.leaves;
    out.writable += writable;
    if (host < ram_.v || host >= ram_.v + m_.vm().ram_bytes()) return blame("a leaf outside the guest's memory", host);
    const Gpa page{host - ram_.v + A::kRamBase};
    if (writable && m_.vm().traced(page)) blame("a traced page is writable", page.v);
  }
  void blame(const char* what, u64 where) {
    if (out.fault.empty()) out.fault = fmt::format("{}: {:#x}", what, where);
  }

  const vmm::MachineOf<A>& m_;
  Hpa ram_;
};

class ZisaReader : public TableReader<vmm::ZisaArch> {
 public:
  using TableReader::TableReader;

  void table(const mmu::Shape& shape, u64 frame, unsigned level) {
    using namespace mmu;
    if (!in_pool(frame << kPageShift)) return;
    for (u32 i = 0; i < 1u << shape.bits[level]; ++i) {
      const u32 entry = m_.memory().read<u32>(Hpa{frame << kPageShift} + 4 * u64{i});
      if (!(entry & pte::kV)) continue;
      if (level + 1 < shape.levels)
        table(shape, pte::frame(entry), level + 1);
      else
        user_leaf(entry);
    }
  }

 private:
  void user_leaf(u32 entry) {
    using namespace mmu;
    if (m_.vm().is_frame_table(pte::frame(entry)) && !(entry & (pte::kW | pte::kX))) return;
    leaf(u64{pte::frame(entry)} << kPageShift, entry & pte::kW);
    if (m_.vm().deprivileged() && (!(entry & pte::kU) || entry & pte::kG)) blame("a leaf that is global or not for user mode", entry);
  }
};

class X86Reader : public TableReader<x86::Arch> {
 public:
  using TableReader::TableReader;

  // Both levels have 1024 entries.
  void table(u64 address, unsigned level) {
    using namespace x86;
    if (!in_pool(address)) return;
    for (u32 i = 0; i < 1024; ++i) {
      const u32 entry = m_.memory().read<u32>(Hpa{address} + 4 * u64{i});
      if (!(entry & pte::kP)) continue;
      level == 0 ? table(entry & pte::kFrame, 1) : shadow_leaf(entry);
    }
  }

  void nested_table(u64 address, unsigned level) {
    using namespace x86;
    if (!in_pool(address)) return;
    for (u32 i = 0; i < 1u << ept::kIndexBits; ++i) {
      const u64 entry = m_.memory().read<u64>(Hpa{address} + 8 * u64{i});
      if (!(entry & ept::kAll)) continue;
      const bool last = level + 1 == ept::kLevels || entry & ept::kLarge;
      last ? leaf(entry & ept::kFrame, entry & ept::kW) : nested_table(entry & ept::kFrame, level + 1);
    }
  }

 private:
  void shadow_leaf(u32 entry) {
    using namespace x86;
    if (m_.vm().is_frame_table(entry >> kPageShift) && !(entry & pte::kRw)) return;
    leaf(entry & pte::kFrame, entry & pte::kRw);
    if (entry & pte::kG) blame("a leaf that is global", entry);
  }
};

}  // namespace

ShadowAudit audit_shadow(const vmm::Machine& machine) {
  ZisaReader reader(machine);
  const mmu::ShadowTables& shadow = machine.vm().internals().shadow;
  for (u32 root = 0; root < shadow.roots(); ++root) {
    const u32 ptbr_value = shadow.ptbr(root);
    reader.table(mmu::shape_of(ptbr_value), ptbr_value & mmu::ptbr::kFrame, 0);
  }
  return reader.out;
}

ShadowAudit audit_shadow(const x86::Machine& machine) {
  X86Reader reader(machine);
  const x86::ShadowTables& shadow = machine.vm().internals().shadow;
  for (u32 root = 0; root < shadow.roots(); ++root) reader.table(shadow.ptbr(root) & x86::pte::kFrame, 0);
  const x86::NestedPaging& nested = machine.cpu().mmu().nested;
  if (nested.on) reader.nested_table(nested.pointer & x86::eptp::kFrame, 0);
  return reader.out;
}

}  // namespace ringside::session
