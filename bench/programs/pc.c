// A PC: page tables, COM1, the debug exit port.
#include "bench.h"
#include "x86.h"

#define RAM_BYTES (16u << 20)
// A and D are set, so that neither machine has to write them.
#define PTE_ALL (PTE_P | PTE_W | PTE_A | PTE_D)

static uint32_t directory[1024] __attribute__((aligned(PAGE_SIZE)));
static uint32_t tables[RAM_BYTES / PAGE_SIZE] __attribute__((aligned(PAGE_SIZE)));

// Maps RAM to itself, by pages of 4 KiB; gives the directory's address.
uint32_t make_page_tables(void) {
  for (uint32_t i = 0; i < RAM_BYTES >> 22; ++i) directory[i] = (uint32_t)&tables[1024 * i] | PTE_ALL;
  for (uint32_t i = 0; i < RAM_BYTES / PAGE_SIZE; ++i) tables[i] = i * PAGE_SIZE | PTE_ALL;
  return (uint32_t)directory;
}

// What stands behind the kernel's name in the command line.
const char* options_of(const struct multiboot_info* boot) {
  if (!(boot->flags & 4)) return "";
  const char* text = (const char*)boot->command_line;
  while (*text && *text != ' ') ++text;
  while (*text == ' ') ++text;
  return text;
}

void put(char c) {
  while (!(in8(COM1 + UART_LSR) & UART_LSR_EMPTY)) {
  }
  out8(COM1 + UART_DATA, (uint8_t)c);
}

void end(void) {
  for (;;) out8(DEBUG_EXIT, 0);
}
