// In place of the descriptor tables of the CPU: a list of segments, a table of handlers, and where the kernel's stack begins.
// The kernel runs in ring 1.
#include "kernel.h"

#define RING_1 0x20  // or'ed: DPL 1
#define SEGMENTS 5   // null, and those of arch.h

extern const char trap_entry[];  // trap_entry.S

static void set_segments(void) {
  static uint64_t table[SEGMENTS];
  const uint32_t flat = 0xfffff;
  table[SEL_KERNEL_CODE / 8] = segment_descriptor(0, flat, ACCESS_CODE | RING_1, SEGMENT_4K);
  table[SEL_KERNEL_DATA / 8] = segment_descriptor(0, flat, ACCESS_DATA | RING_1, SEGMENT_4K);
  table[SEL_USER_CODE / 8] = segment_descriptor(0, flat, ACCESS_CODE | ACCESS_USER, SEGMENT_4K);
  table[SEL_USER_DATA / 8] = segment_descriptor(0, flat, ACCESS_DATA | ACCESS_USER, SEGMENT_4K);
  pv_must(hypercall4(HV_SET_DESCRIPTOR_TABLE, (uint32_t)table, SEGMENTS, SEL_KERNEL_CODE, SEL_KERNEL_DATA));
}

void tables_init(void) {
  static uint32_t handlers[2 * (VECTOR_EVENT + 1)];
  for (uint32_t vector = 0; vector <= VECTOR_EVENT; vector++) {
    handlers[2 * vector] = vector | (vector == VECTOR_CALL ? TRAP_BY_USER : 0);
    handlers[2 * vector + 1] = (uint32_t)trap_entry;
  }
  pv_init(handlers, VECTOR_EVENT + 1);
  set_segments();
}

void trap_set_kernel_stack(void* top) {
  pv_must(hypercall(HV_SET_KERNEL_STACK, (uint32_t)top, 0, 0));
}

// The VMM's timer counts as RDTSC does.
uint64_t time_of_interval(uint32_t interval) {
  static uint32_t per_tick;
  if (per_tick == 0) per_tick = pv_query(HV_QUERY_TIMER_KHZ) / (PIT_HZ / 1000);
  if (interval > PIT_LONGEST) interval = PIT_LONGEST;
  return (uint64_t)interval * (per_tick != 0 ? per_tick : 1);
}
