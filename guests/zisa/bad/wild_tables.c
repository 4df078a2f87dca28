// Runs wild on its own page tables while they are in use: overwrites entry after entry with noise,
// dropping translations as it goes, and looks at what is there now. Entries come to point at page
// tables, at devices, at addresses where there is nothing. Sooner or later the noise takes away
// the code itself, and then the trap vector has gone as well.
#include "bare.h"

// Far more than it takes where paging is on.
#define ROUNDS 100000

static uint32_t noise = 1;

static uint32_t next_noise(void) {
  noise = noise * 1664525 + 1013904223;
  return noise;
}

static uint32_t* root_table(void) {
  return (uint32_t*)((read_cr(CR_PTBR) & 0x3fffff) << PAGE_SHIFT);
}

// The return from a trap that skips the instruction that faulted; in skip.S.
extern char skip_entry[];

int main(const struct boot_info* boot) {
  build_page_tables(boot);
  paging_on();
  write_cr(CR_TVEC, (uint32_t)skip_entry);
  uint32_t* root = root_table();
  for (int round = 0; round < ROUNDS; round++) {
    uint32_t index = next_noise() >> 22;
    root[index] = next_noise();
    tlbinv_all();
    *user_entry(index << PAGE_SHIFT) = next_noise();
    tlbinv_all();
    *(volatile uint32_t*)(index << 22) = noise;
  }
  return 1;
}
