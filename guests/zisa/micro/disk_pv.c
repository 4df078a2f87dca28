// Reads blocks of 4 KiB from the first drive by the block ring.
//
//   command line: [N] [empty] [batch=B]        N times B requests (1 by default, 32 at most), one call for all
#include "hypercall.h"
#include "values.h"

#define SECTORS (PAGE_SIZE / SECTOR_SIZE)

static uint32_t ring[PAGE_SIZE / 4] __attribute__((aligned(PAGE_SIZE)));
static uint32_t shared[PAGE_SIZE / 4] __attribute__((aligned(PAGE_SIZE)));
static uint8_t block[PAGE_SIZE] __attribute__((aligned(PAGE_SIZE)));
static uint32_t batch;

static uint32_t must(int result) {
  if (result < 0) end(5);
  return (uint32_t)result;
}

void prepare(const struct boot_info* boot) {
  batch = command_value(boot, "batch", 1);
  if (batch < 1 || batch > RING_LENGTH) end(6);
  must(hypercall(HV_SET_SHARED_PAGE, (uint32_t)shared >> PAGE_SHIFT, 0, 0));
  must(hypercall(HV_SET_BLOCK_RING, (uint32_t)ring >> PAGE_SHIFT, 0, 0));
  shared[SHARED_ENABLED / 4] = 1u << must(hypercall(HV_EVENT_BIND, HV_SOURCE_BLOCK, 0, 0));
}

static void request(uint32_t number) {
  uint32_t* slot = &ring[RING_SLOTS + number % RING_LENGTH * RING_SLOT_WORDS];
  slot[0] = RING_READ, slot[1] = 0, slot[2] = 0, slot[3] = SECTORS, slot[4] = (uint32_t)block;
}

// Events stay masked: `block` goes on when one waits.
static void read_blocks(void) {
  volatile uint32_t* words = ring;
  uint32_t first = words[RING_REQUESTS];
  for (uint32_t i = 0; i < batch; i++) request(first + i);
  words[RING_REQUESTS] = first + batch;
  must(hypercall(HV_BLOCK_NOTIFY, 0, 0, 0));
  while (words[RING_RESPONSES] != first + batch) {
    must(hypercall(HV_BLOCK, 0, 0, 0));
    *(volatile uint32_t*)&shared[SHARED_PENDING / 4] = 0;
  }
  if (ring[RING_SLOTS + first % RING_LENGTH * RING_SLOT_WORDS] != 0) end(4);
}

void loop(uint32_t count) {
  for (; count != 0; count--) read_blocks();
}

void loop_empty(uint32_t count) {
  for (; count != 0; count--) __asm__ volatile("");
}
