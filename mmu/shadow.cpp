#include "mmu/shadow_impl.hpp"

namespace ringside::mmu {

// A and D are set beforehand: the guest's own bits are kept in the guest's tables.
u32 ZisaEntries::leaf(u64 frame, Rights rights) {
  u32 flags = pte::kV | pte::kA | pte::kD;
  if (rights.user) flags |= pte::kU;
  if (rights.read) flags |= pte::kR;
  if (rights.write) flags |= pte::kW;
  if (rights.execute) flags |= pte::kX;
  return pte::make(frame, flags);
}

template class ShadowTablesOf<ZisaEntries>;

}  // namespace ringside::mmu
