// Z-ISA's board and QEMU's `virt`: page tables, console, exit register. Sv32 and Z2 agree on what is used here.
#include "bench.h"

#define PAGE 4096u
#define RAM 0x80000000u
#define RAM_BYTES (16u << 20)
#define CONSOLE 0x10000000u
#define EXIT_REGISTER 0x00100000u
#define EXIT_OK 0x5555u

// A and D are set, so that neither machine has to write them.
#define PTE_V 0x01u
#define PTE_RWX 0x0eu
#define PTE_AD 0xc0u

static uint32_t root[1024] __attribute__((aligned(4096)));
static uint32_t ram_table[RAM_BYTES / PAGE] __attribute__((aligned(4096)));
static uint32_t device_table[2][1024] __attribute__((aligned(4096)));

static uint32_t entry(uint32_t address, uint32_t flags) {
  return (address >> 12) << 10 | flags | PTE_V;
}

static void map_device(uint32_t* table, uint32_t address) {
  root[address >> 22] = entry((uint32_t)table, 0);
  table[(address >> 12) % 1024] = entry(address, PTE_RWX | PTE_AD);
}

// Maps RAM and the devices to themselves, by pages of 4 KiB; gives the root's page number.
uint32_t make_page_tables(void) {
  for (uint32_t i = 0; i < RAM_BYTES >> 22; ++i) root[(RAM >> 22) + i] = entry((uint32_t)&ram_table[1024 * i], 0);
  for (uint32_t i = 0; i < RAM_BYTES / PAGE; ++i) ram_table[i] = entry(RAM + i * PAGE, PTE_RWX | PTE_AD);
  map_device(device_table[0], CONSOLE);
  map_device(device_table[1], EXIT_REGISTER);
  return (uint32_t)root >> 12;
}

void put(char c) { *(volatile char*)CONSOLE = c; }

void end(void) {
  for (;;) *(volatile uint32_t*)EXIT_REGISTER = EXIT_OK;
}
