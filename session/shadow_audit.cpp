#include "session/shadow_audit.hpp"

#include <fmt/format.h>

namespace ringside::session {

namespace {

using namespace mmu;

class TableReader {
 public:
  explicit TableReader(const vmm::Machine& machine) : m_(machine) {}

  void table(const Shape& shape, u64 frame, unsigned level) {
    const Hpa base{frame << kPageShift};
    const Hpa guest = m_.vm().host_of({vmm::Vm::kRamBase});
    if (base < m_.memory().base() || guest <= base)
      return blame("a table outside the pool", base.v);
    for (u32 i = 0; i < 1u << shape.bits[level]; ++i) {
      const u32 entry = m_.memory().read<u32>(base + 4 * u64{i});
      if (!(entry & pte::kV)) continue;
      if (level + 1 < shape.levels)
        table(shape, pte::frame(entry), level + 1);
      else
        leaf(entry);
    }
  }

  ShadowAudit out;

 private:
  void leaf(u32 entry) {
    ++out.leaves;
    out.writable += (entry & pte::kW) != 0;
    const u64 host = u64{pte::frame(entry)} << kPageShift;
    const u64 first = m_.vm().host_of({vmm::Vm::kRamBase}).v;
    if (m_.vm().is_frame_table(pte::frame(entry)) && !(entry & (pte::kW | pte::kX))) return;
    if (host < first || host >= first + m_.vm().ram_bytes())
      return blame("a leaf outside the guest's memory", host);
    if (!(entry & pte::kU) || entry & pte::kG)
      blame("a leaf that is global or not for user mode", entry);
    const Gpa page{host - first + vmm::Vm::kRamBase};
    if (entry & pte::kW && m_.vm().traced(page)) blame("a traced page is writable", page.v);
  }
  void blame(const char* what, u64 where) {
    if (out.fault.empty()) out.fault = fmt::format("{}: {:#x}", what, where);
  }

  const vmm::Machine& m_;
};

}  // namespace

ShadowAudit audit_shadow(const vmm::Machine& machine) {
  TableReader reader(machine);
  const ShadowTables& shadow = machine.vm().internals().shadow;
  for (u32 root = 0; root < shadow.roots(); ++root) {
    const u32 ptbr_value = shadow.ptbr(root);
    reader.table(shape_of(ptbr_value), ptbr_value & ptbr::kFrame, 0);
  }
  return reader.out;
}

}  // namespace ringside::session
