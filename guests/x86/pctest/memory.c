#include "memory.h"

#define PAGE_ALIGNED __attribute__((aligned(PAGE_SIZE)))
#define TABLES 8
#define KERNEL_TABLES (KERNEL_MAPPED / 0x400000)

uint32_t directory[1024] PAGE_ALIGNED;
static uint32_t kernel_tables[KERNEL_TABLES][1024] PAGE_ALIGNED;
static uint32_t tables[TABLES][1024] PAGE_ALIGNED;
uint8_t user_data[2 * PAGE_SIZE] PAGE_ALIGNED;
uint8_t spare_page[PAGE_SIZE] PAGE_ALIGNED;
static uint8_t user_stack[2 * PAGE_SIZE] PAGE_ALIGNED;
extern char user_begin[], user_end[];  // kernel.ld

static uint32_t* table_of(uint32_t* entry) {
  static int used;
  if (!(*entry & PTE_P)) *entry = physical_of(tables[used++ % TABLES]) | PTE_P | PTE_W | PTE_U;
  return (uint32_t*)((*entry & ~(PAGE_SIZE - 1)) + KERNEL_BASE);
}

uint32_t* page_entry(uint32_t address) {
  return &table_of(&directory[address >> 22])[address >> 12 & 1023];
}

void map_page(uint32_t address, uint32_t physical, uint32_t rights) {
  *page_entry(address) = physical | rights;
  invlpg(address);
}

static void map_kernel(void) {
  for (uint32_t i = 0; i < KERNEL_MAPPED / PAGE_SIZE; i++)
    kernel_tables[0][i] = i * PAGE_SIZE | PTE_P | PTE_W;
  for (uint32_t i = 0; i < KERNEL_TABLES; i++)
    directory[KERNEL_BASE / 0x400000 + i] = physical_of(kernel_tables[i]) | PTE_P | PTE_W;
}

static void map_user(void) {
  for (char* page = user_begin; page < user_end; page += PAGE_SIZE)
    map_page(USER_CODE + (uint32_t)(page - user_begin), physical_of(page), PTE_P | PTE_U);
  for (uint32_t at = 0; at < 2 * PAGE_SIZE; at += PAGE_SIZE) {
    map_page(USER_STACK + at, physical_of(user_stack + at), PTE_P | PTE_W | PTE_U);
    map_page(USER_DATA + at, physical_of(user_data + at), PTE_P | PTE_W | PTE_U);
  }
  map_page(USER_READ_ONLY, physical_of(user_data), PTE_P | PTE_U);
}

void memory_init(void) {
  map_kernel();
  map_user();
  map_page(LAPIC, LAPIC, PTE_P | PTE_W | PTE_PCD);
  map_page(IOAPIC, IOAPIC, PTE_P | PTE_W | PTE_PCD);
  write_cr3(physical_of(directory));
}

// The compiler makes calls of these two where it copies or clears.
void* memset(void* to, int byte, size_t size) {
  for (uint8_t* at = to; size-- > 0;) *at++ = (uint8_t)byte;
  return to;
}

void* memcpy(void* restrict to, const void* restrict from, size_t size) {
  const uint8_t* source = from;
  for (uint8_t* at = to; size-- > 0;) *at++ = *source++;
  return to;
}
