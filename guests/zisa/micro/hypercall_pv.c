// Hypercalls: one that asks for nothing much, or one that changes page-table entries.
//
//   command line: [N] [empty] [batch=B]
//
// Without a batch: `query`. Else `update` with B entries of a pinned table, 1 to 512, each made what it is already.
#include "hypercall.h"
#include "values.h"

static uint32_t kernel_root[PAGE_SIZE / 4] __attribute__((aligned(PAGE_SIZE)));
static uint32_t user_root[PAGE_SIZE / 4] __attribute__((aligned(PAGE_SIZE)));
static uint32_t table[PAGE_SIZE / 4] __attribute__((aligned(PAGE_SIZE)));
static uint32_t list[2 * 512];
static uint32_t batch;

static void must(int result) {
  if (result < 0) end(5);
}

static uint32_t host_frame(const void* page) {
  return ((const uint32_t*)P2M_WINDOW)[((uint32_t)page - RAM_BASE) >> PAGE_SHIFT];
}

void prepare(const struct boot_info* boot) {
  batch = command_value(boot, "batch", 0);
  if (batch > 512) end(6);
  kernel_root[0] = host_frame(table) << PTE_PAGE_SHIFT | PTE_V;
  must(hypercall(HV_PIN, (uint32_t)kernel_root >> PAGE_SHIFT, (uint32_t)user_root >> PAGE_SHIFT, 2));
  for (uint32_t i = 0; i < 512; i++) {
    list[2 * i] = (uint32_t)&table[i];
    list[2 * i + 1] = host_frame(list) << PTE_PAGE_SHIFT | PTE_V | PTE_R | PTE_U;
  }
}

void loop(uint32_t count) {
  for (; count != 0; count--)
    must(batch == 0 ? hypercall(HV_QUERY, HV_QUERY_VERSION, 0, 0) : hypercall(HV_UPDATE, (uint32_t)list, batch, 0));
}

void loop_empty(uint32_t count) {
  for (; count != 0; count--) __asm__ volatile("");
}
