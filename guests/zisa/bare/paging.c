// Page tables for the bare guests: one root, one table for the user's 4 MiB, superpages for the
// rest. A 32-bit address splits in shape Z2 into
//      31        22 21        12 11         0
//     | root index | table index |   offset  |
// and a leaf in the root maps 4 MiB at once.
#include "bare.h"

#define SUPERPAGE_SIZE 0x400000u
#define ENTRIES 1024
#define KERNEL_RIGHTS (PTE_R | PTE_W | PTE_X)

static uint32_t root[ENTRIES] __attribute__((aligned(PAGE_SIZE)));
static uint32_t user_table[ENTRIES] __attribute__((aligned(PAGE_SIZE)));

extern char user_begin[], user_end[];  // the section .user, from guest.ld

static uint32_t root_index(uint32_t address) {
  return address >> 22;
}

uint32_t make_entry(const void* frame, uint32_t flags) {
  return ((uint32_t)frame >> PAGE_SHIFT) << PTE_PAGE_SHIFT | flags | PTE_V;
}

uint32_t* user_entry(uint32_t address) {
  return &user_table[(address >> PAGE_SHIFT) % ENTRIES];
}

static void map_superpage(uint32_t address) {
  uint32_t start = address & ~(SUPERPAGE_SIZE - 1);
  root[root_index(start)] = make_entry((void*)start, KERNEL_RIGHTS);
}

static void map_user_code(void) {
  uint32_t size = (uint32_t)(user_end - user_begin);
  for (uint32_t offset = 0; offset < size; offset += PAGE_SIZE) {
    *user_entry(USER_BASE + offset) = make_entry(user_begin + offset, PTE_R | PTE_X | PTE_U);
  }
}

void build_page_tables(const struct boot_info* boot) {
  map_superpage(EXIT_REGISTER);
  map_superpage(INTC_BASE);
  map_superpage(CONSOLE_BASE);
  for (uint32_t offset = 0; offset < boot->ram_size; offset += SUPERPAGE_SIZE) {
    map_superpage(boot->ram_base + offset);
  }
  // Neither R, W nor X: not a leaf, but the way to a table.
  root[root_index(USER_REGION)] = make_entry(user_table, 0);
  map_user_code();
}

void paging_on(void) {
  write_cr(CR_PTBR, (uint32_t)root >> PAGE_SHIFT | 2u << PTBR_SHAPE_SHIFT);
  write_sr(SR_MODE | SR_PG);
}
