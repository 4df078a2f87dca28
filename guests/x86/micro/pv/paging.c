// Page tables as in bare/paging.c, with pages of 4 KiB: the first 4 MiB, in which the guest lies, where they are, and the user's.
#include "bare.h"
#include "pv.h"

#define ENTRIES 1024

static uint32_t directory[ENTRIES] __attribute__((aligned(PAGE_SIZE)));
static uint32_t kernel_table[ENTRIES] __attribute__((aligned(PAGE_SIZE)));
static uint32_t user_table[ENTRIES] __attribute__((aligned(PAGE_SIZE)));

extern const char user_begin[], user_end[];  // guest.ld

uint32_t entry_of(const void* page, uint32_t rights) {
  return ((const uint32_t*)P2M_WINDOW)[(uint32_t)page >> PAGE_SHIFT] << PAGE_SHIFT | rights;
}

uint32_t* user_entry(uint32_t address) {
  return &user_table[address >> PAGE_SHIFT & (ENTRIES - 1)];
}

static bool is_table(uint32_t page) {
  return page == (uint32_t)directory || page == (uint32_t)kernel_table || page == (uint32_t)user_table;
}

void paging_on(void) {
  for (uint32_t i = 0; i < ENTRIES; i++) {
    uint32_t page = i << PAGE_SHIFT;
    kernel_table[i] = entry_of((const void*)page, PTE_P | (is_table(page) ? 0 : PTE_W));
  }
  for (const char* page = user_begin; page < user_end; page += PAGE_SIZE)
    *user_entry(user_address(page)) = entry_of(page, PTE_P | PTE_U);
  directory[0] = entry_of(kernel_table, PTE_P | PTE_W);
  directory[USER_REGION >> 22] = entry_of(user_table, PTE_P | PTE_W | PTE_U);
  must(hypercall(HV_PIN, (uint32_t)directory >> PAGE_SHIFT, 0, 2));
  must(hypercall(HV_SWITCH_SPACE, (uint32_t)directory >> PAGE_SHIFT, 0, 0));
}
