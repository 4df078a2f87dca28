// Ticks: the kernel's clock, and what takes the CPU away from a process.
#include "kernel.h"

static uint32_t ticks;
static uint32_t waiting;  // processes in sleep_ticks

void tick(void) {
  timer_start(options.tick);
  ticks++;
  reschedule = true;
  if (waiting > 0) wake_up(&ticks);
}

bool anyone_waits_for_ticks(void) {
  return waiting > 0;
}

// All who wait are woken by every tick and look whether it was theirs: simple, and good for few.
void sleep_ticks(uint32_t count) {
  irq_state saved = irq_save();
  uint32_t start = ticks;
  waiting++;
  while (ticks - start < count) sleep_on(&ticks);
  waiting--;
  irq_restore(saved);
}
