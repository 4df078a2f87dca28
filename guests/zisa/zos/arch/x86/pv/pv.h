// What arch.h offers, on a VMM: what is x86's own of it. The rest is ../../pv/pv.h.
#ifndef ZOS_PV_H
#define ZOS_PV_H

#include "hypercall.h"

#define RAM_BASE 0
#define PAGE_SHIFT 12

#include "../../pv/pv.h"

static inline paddr_t pte_frame(pte_t entry) {
  return pv_frame(entry >> PAGE_SHIFT);
}
static inline pte_t pte_of_host(uint32_t host_frame, uint32_t rights) {
  return host_frame << PAGE_SHIFT | rights | PTE_P;
}
static inline pte_t pte_make(paddr_t frame, uint32_t rights) {
  return pte_of_host(pv_host_frame(frame), rights);
}

static inline uint32_t fault_address(void) {
  return *shared_word(SHARED_CR2);
}

#define LARGEST_EXIT_CODE UINT8_MAX  // as on the bare machine

static inline uint64_t time_now(void) {
  return rdtsc();
}
// Intervals are in ticks of the bare machine's timer.
uint64_t time_of_interval(uint32_t interval);

#endif
