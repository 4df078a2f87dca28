#include "mmu/x86/shadow.hpp"

#include "mmu/shadow_impl.hpp"

template class ringside::mmu::ShadowTablesOf<ringside::x86::ShadowEntries>;
