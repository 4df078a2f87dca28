// What arch.h offers, on a VMM: what is Z-ISA's own of it. The rest is ../../pv/pv.h.
#ifndef ZOS_PV_H
#define ZOS_PV_H

#include "hypercall.h"

#include "../../pv/pv.h"

#define PTE_KERNEL PTE_U  // the kernel runs in user mode too; it is missing in the root of user code

static inline paddr_t pte_frame(pte_t entry) {
  return pv_frame(entry >> PTE_PAGE_SHIFT);
}
static inline pte_t pte_of_host(uint32_t host_frame, uint32_t rights) {
  return host_frame << PTE_PAGE_SHIFT | rights | PTE_V;
}
static inline pte_t pte_make(paddr_t frame, uint32_t rights) {
  return pte_of_host(pv_host_frame(frame), rights);
}

bool can_read(uint32_t address);
bool can_write(uint32_t address);

#define LARGEST_EXIT_CODE UINT16_MAX

static inline uint64_t time_now(void) {
  uint32_t high, low;
  do {
    high = rdcych();
    low = rdcyc();
  } while (rdcych() != high);
  return (uint64_t)high << 32 | low;
}
// Intervals are in the units of the time.
static inline uint64_t time_of_interval(uint32_t interval) {
  return interval;
}

#endif
