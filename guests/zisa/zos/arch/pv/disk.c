// The disk as a ring of requests that the VMM serves. One request is under way at a time, as with
// the controller of the bare machine; it costs one call instead of five register writes.
#include "kernel.h"

static uint32_t ring[PAGE_SIZE / 4] __attribute__((aligned(PAGE_SIZE)));
static struct sleep_lock front;  // held by whose request is under way
static bool ready, done, good;

static void make_ready(void) {
  if (ready) return;
  KASSERT(hypercall(HV_SET_BLOCK_RING, (uint32_t)ring >> PAGE_SHIFT, 0, 0) == 0, "no block ring");
  ready = true;
}

static volatile uint32_t* slot(uint32_t request) {
  return &ring[RING_SLOTS + request % RING_LENGTH * RING_SLOT_WORDS];
}

static void start_read(uint32_t sector, uint32_t count, paddr_t to) {
  volatile uint32_t* request = slot(ring[RING_REQUESTS]);
  request[0] = RING_READ;
  request[1] = 0;
  request[2] = sector;
  request[3] = count;
  request[4] = to;
  ring[RING_REQUESTS]++;
  KASSERT(hypercall(HV_BLOCK_NOTIFY, 0, 0, 0) == 0, "the block ring is refused");
}

// Events are masked from the call to the sleep: the answer cannot slip in between.
static bool read_and_wait(uint32_t sector, uint32_t count, paddr_t to) {
  irq_state saved = irq_save();
  make_ready();
  done = false;
  start_read(sector, count, to);
  while (!done) sleep_on(&front);
  irq_restore(saved);
  return good;
}

bool disk_read(uint32_t sector, uint32_t count, paddr_t to) {
  sleep_lock_acquire(&front);
  bool read = read_and_wait(sector, count, to);
  sleep_lock_release(&front);
  return read;
}

void disk_interrupt(void) {
  good = *slot(((volatile uint32_t*)ring)[RING_RESPONSES] - 1) == 0;
  done = true;
  wake_up(&front);
}
