// Frames: the pages of physical memory. Each has a count of its users, because copy-on-write lets
// several address spaces show one frame. A frame with no users is free.
//
//   begin            fresh                              end
//     | counts | used and freed frames | never used yet  |
//
// Freed frames are kept in a list that runs through the frames themselves. Frames above `fresh`
// were never given out, so nothing has to be written to make them free.
#include "kernel.h"

struct free_frame {
  paddr_t next;
};

static paddr_t first_frame, fresh, fresh_end;
static paddr_t free_list;
static uint16_t* references;  // one count for each frame from first_frame on

static uint16_t* count_of(paddr_t frame) {
  KASSERT(frame >= first_frame && frame % PAGE_SIZE == 0, "not a frame");
  return &references[(frame - first_frame) / PAGE_SIZE];
}

void frame_init(paddr_t begin, paddr_t end) {
  uint32_t size = (end - begin) / PAGE_SIZE * sizeof(uint16_t);
  references = frame_pointer(begin);
  memset(references, 0, (size + 3) & ~3u);
  first_frame = page_up(begin + size);
  fresh = first_frame;
  fresh_end = end & ~(PAGE_SIZE - 1);
}

static paddr_t take_from_list(void) {
  paddr_t frame = free_list;
  free_list = ((struct free_frame*)frame_pointer(frame))->next;
  return frame;
}

static paddr_t take_fresh(void) {
  if (fresh == fresh_end) return 0;
  paddr_t frame = fresh;
  fresh += PAGE_SIZE;
  return frame;
}

paddr_t frame_alloc(void) {
  irq_state saved = irq_save();
  paddr_t frame = free_list != 0 ? take_from_list() : take_fresh();
  if (frame != 0) {
    KASSERT(*count_of(frame) == 0, "a free frame has users");
    *count_of(frame) = 1;
  }
  irq_restore(saved);
  return frame;
}

paddr_t frame_alloc_zeroed(void) {
  paddr_t frame = frame_alloc();
  if (frame != 0) memset(frame_pointer(frame), 0, PAGE_SIZE);
  return frame;
}

static void add_to_list(paddr_t frame) {
  ((struct free_frame*)frame_pointer(frame))->next = free_list;
  free_list = frame;
}

void frame_share(paddr_t frame) {
  KASSERT(*count_of(frame) > 0, "a frame without users is shared");
  ++*count_of(frame);
}

void frame_put(paddr_t frame) {
  irq_state saved = irq_save();
  KASSERT(*count_of(frame) > 0, "a frame without users is put back");
  if (--*count_of(frame) == 0) add_to_list(frame);
  irq_restore(saved);
}

uint32_t frame_references(paddr_t frame) {
  return *count_of(frame);
}

// Blocks come from the top of the fresh frames. What lies above an aligned block becomes single
// frames; an eighth of the memory is always left to single frames.
paddr_t frame_alloc_block(uint32_t size) {
  paddr_t block = (fresh_end & ~(size - 1)) - size;
  uint32_t reserve = (fresh_end - first_frame) / 8;
  if (block < fresh + reserve || block > fresh_end) return 0;
  for (paddr_t frame = block + size; frame < fresh_end; frame += PAGE_SIZE) add_to_list(frame);
  fresh_end = block;
  return block;
}
