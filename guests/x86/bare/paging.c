#include "bare.h"

static uint32_t directory[1024] __attribute__((aligned(PAGE_SIZE)));
static uint32_t user_table[1024] __attribute__((aligned(PAGE_SIZE)));

extern const char user_begin[], user_end[];  // guest.ld

uint32_t* user_entry(uint32_t address) {
  return &user_table[address >> 12 & 1023];
}

void paging_on(void) {
  for (uint32_t i = 0; i < 16; i++) directory[i] = i << 22 | PTE_P | PTE_W | PTE_PS;
  directory[USER_REGION >> 22] = (uint32_t)user_table | PTE_P | PTE_W | PTE_U;
  for (const char* page = user_begin; page < user_end; page += PAGE_SIZE)
    *user_entry(user_address(page)) = (uint32_t)page | PTE_P | PTE_U;
  write_cr4(read_cr4() | CR4_PSE);
  write_cr3((uint32_t)directory);
  write_cr0(read_cr0() | CR0_PG | CR0_WP);
}
