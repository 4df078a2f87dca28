// A page fault, as in ../page_fault.S: two pages take turns, so that every touch of the loop faults. Mapping the one and unmapping
// the other is one call, and one more drops what the TLB held.
#include "bare.h"
#include "pv.h"

#define FAULTING (USER_BASE + 0x10000)  // two pages that are mapped by turns
#define MAPPED (USER_BASE + 0x20000)    // two pages that are always mapped

static uint32_t data_page[PAGE_SIZE / 4] __attribute__((aligned(PAGE_SIZE)));
// For a fault of the first page of the pair and of the second: address and value of two entries.
uint32_t turns[2][4];

extern const char page_fault[];  // fault_entry.S

void prepare(const struct multiboot_info* boot) {
  (void)boot;
  uint32_t shows = entry_of(data_page, PTE_P | PTE_W | PTE_U);
  for (uint32_t i = 0; i < 2; i++) {
    uint32_t mine = (uint32_t)user_entry(FAULTING + i * PAGE_SIZE), other = (uint32_t)user_entry(FAULTING + (1 - i) * PAGE_SIZE);
    turns[i][0] = other, turns[i][1] = 0;
    turns[i][2] = mine, turns[i][3] = shows;
    *user_entry(MAPPED + i * PAGE_SIZE) = shows;
  }
  set_trap(VECTOR_PF, page_fault, 0);
  paging_on();
}
