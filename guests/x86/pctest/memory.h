// Page tables of pctest: two levels, pages of 4 KiB, the kernel's part at KERNEL_BASE.
#ifndef MEMORY_H
#define MEMORY_H

#include "layout.h"

void memory_init(void);
// The entry of a page; its table is made if need be (from a small supply: at most eight).
uint32_t* page_entry(uint32_t address);
// Sets the entry and drops the old translation.
void map_page(uint32_t address, uint32_t physical, uint32_t rights);

static inline uint32_t physical_of(const void* address) {
  return (uint32_t)address - KERNEL_BASE;
}

extern uint32_t directory[1024];
extern uint8_t user_data[2 * PAGE_SIZE];  // what USER_DATA shows
// A page that tests may map where they like.
extern uint8_t spare_page[PAGE_SIZE];

void* memset(void* to, int byte, size_t size);
void* memcpy(void* restrict to, const void* restrict from, size_t size);

static inline uint32_t read32(uint32_t address) {
  return *(volatile uint32_t*)address;
}
static inline void write32(uint32_t address, uint32_t value) {
  *(volatile uint32_t*)address = value;
}

#endif
