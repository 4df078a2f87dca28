// Hypercalls: one that asks for nothing much, or one that changes page-table entries.
//
//   command line: [N] [empty] [time] [batch=B]
//
// Without a batch: `query`. Else `update` with so many entries of a table in use, 1 to 512, each made what it is already. Where
// a store into a page table is what is ported (micro-pte-write), the batch is 1.
#include "bare.h"
#include "pv.h"

#define MOST 512
#ifndef BATCH
#define BATCH 0
#endif

static uint32_t page[PAGE_SIZE / 4] __attribute__((aligned(PAGE_SIZE)));
static uint32_t list[2 * MOST];
static uint32_t batch = BATCH;

static bool begins_with(const char* text, const char* word) {
  while (*word != '\0' && *text == *word) text++, word++;
  return *word == '\0';
}

static void read_batch(const struct multiboot_info* boot) {
  static const char name[] = "batch=";
  const char* text = (const char*)boot->command_line;
  while (*text != '\0' && !begins_with(text, name)) text++;
  if (*text == '\0') return;
  batch = 0;
  for (text += sizeof name - 1; *text >= '0' && *text <= '9'; text++) batch = 10 * batch + (uint32_t)(*text - '0');
}

void prepare(const struct multiboot_info* boot) {
  if (boot->flags & 4) read_batch(boot);
  if (batch > MOST) end(6);
  for (uint32_t i = 0; i < MOST; i++) {
    list[2 * i] = (uint32_t)user_entry(USER_BASE + 0x20000 + (i << PAGE_SHIFT));
    list[2 * i + 1] = *(uint32_t*)list[2 * i] = entry_of(page, PTE_P | PTE_U);
  }
  paging_on();
}

void loop(uint32_t count) {
  for (; count != 0; count--)
    must(batch == 0 ? hypercall(HV_QUERY, HV_QUERY_VERSION, 0, 0) : hypercall(HV_UPDATE, (uint32_t)list, batch, 0));
}

void loop_empty(uint32_t count) {
  for (; count != 0; count--) __asm__ volatile("");
}
