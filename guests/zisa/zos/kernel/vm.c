// Address spaces. The user's part looks the same in all of them:
//
//   USER_BASE                zero_begin        heap_end        USER_STACK_LOW       USER_TOP
//      | code and data from the file | bss, heap  |     ...     |       stack          |
//                                    <-- zeros on demand -->      <- zeros on demand ->
//
// Pages come into being when they are first touched (demand-zero). After a fork both processes show
// the same frames, read-only and marked PAGE_COW; the first write to such a page makes a copy
// (copy-on-write). Whenever an entry that was valid changes, its translation is dropped from the
// TLB: else the CPU might go on using the old one. Changes of many entries stand between lazy_begin
// and lazy_end (arch.h), where an entry that was set may still read as before.
#include "kernel.h"

#define USER_DATA (PAGE_READ | PAGE_WRITE | PAGE_USER)

bool space_create(struct address_space* space) {
  space->zero_begin = space->heap_end = USER_BASE;
  space->root = page_table_new();
  return space->root != NULL;
}

static void unmap_page(struct address_space* space, uint32_t address) {
  pte_t* entry = page_entry(space->root, address, false);
  if (entry == NULL || !pte_valid(*entry)) return;
  paddr_t frame = pte_frame(*entry);
  pte_set(entry, 0);
  tlb_flush_page(address);
  frame_put(frame);
}

static void unmap_range(struct address_space* space, uint32_t begin, uint32_t end) {
  lazy_begin();
  for (uint32_t address = begin; address < end; address += PAGE_SIZE) unmap_page(space, address);
  lazy_end();
}

void space_destroy(struct address_space* space) {
  unmap_range(space, USER_BASE, space->heap_end);
  unmap_range(space, USER_STACK_LOW, USER_TOP);
  page_table_free(space->root);
  space->root = NULL;
}

bool space_map(struct address_space* space, uint32_t address, paddr_t frame, uint32_t rights) {
  pte_t* entry = page_entry(space->root, address, true);
  if (entry == NULL || pte_valid(*entry)) return false;
  pte_set(entry, pte_make(frame, rights));
  return true;
}

// ---- Fork ------------------------------------------------------------------------------------

static void make_copy_on_write(pte_t* entry, uint32_t address, uint32_t rights) {
  pte_set(entry, pte_make(pte_frame(*entry), rights));
  tlb_flush_page(address);
}

static bool share_page(struct address_space* parent, struct address_space* child,
                       uint32_t address) {
  pte_t* entry = page_entry(parent->root, address, false);
  if (entry == NULL || !pte_valid(*entry)) return true;
  uint32_t rights = pte_rights(*entry);
  if (rights & PAGE_WRITE) {
    rights = (rights & ~PAGE_WRITE) | PAGE_COW;
    make_copy_on_write(entry, address, rights);
  }
  paddr_t frame = pte_frame(*entry);
  if (!space_map(child, address, frame, rights)) return false;
  frame_share(frame);
  return true;
}

static bool share_range(struct address_space* parent, struct address_space* child, uint32_t begin,
                        uint32_t end) {
  for (uint32_t address = begin; address < end; address += PAGE_SIZE) {
    if (!share_page(parent, child, address)) return false;
  }
  return true;
}

bool space_fork(struct address_space* parent, struct address_space* child) {
  if (!space_create(child)) return false;
  child->zero_begin = parent->zero_begin;
  child->heap_end = parent->heap_end;
  lazy_begin();
  bool shared = share_range(parent, child, USER_BASE, parent->heap_end) &&
                share_range(parent, child, USER_STACK_LOW, USER_TOP);
  lazy_end();
  if (shared) return true;
  space_destroy(child);
  return false;
}

// ---- Page faults -----------------------------------------------------------------------------

// The first write to a shared page. The last one that shows a frame may have it.
static bool break_sharing(pte_t* entry, uint32_t address) {
  uint32_t rights = (pte_rights(*entry) & ~PAGE_COW) | PAGE_WRITE;
  paddr_t shared = pte_frame(*entry);
  paddr_t own = shared;
  if (frame_references(shared) > 1) {
    own = frame_alloc();
    if (own == 0) return false;
    memcpy(frame_pointer(own), frame_pointer(shared), PAGE_SIZE);
    frame_put(shared);
  }
  pte_set(entry, pte_make(own, rights));
  tlb_flush_page(address);
  return true;
}

static bool allows(pte_t entry, enum access access) {
  static const uint32_t needed[] = {PAGE_READ, PAGE_WRITE, PAGE_EXECUTE};
  return (pte_rights(entry) & needed[access]) != 0;
}

// The page is there. If it allows the access the fault was none: nothing is left to be done.
static bool fault_on_page(pte_t* entry, uint32_t address, enum access access) {
  if (allows(*entry, access)) return true;
  bool shared = (pte_rights(*entry) & PAGE_COW) != 0;
  return access == ACCESS_WRITE && shared && break_sharing(entry, address);
}

static bool zero_on_demand(const struct address_space* space, uint32_t address) {
  return (address >= space->zero_begin && address < space->heap_end) ||
         (address >= USER_STACK_LOW && address < USER_TOP);
}

static bool map_zeros(struct address_space* space, uint32_t address) {
  paddr_t frame = frame_alloc_zeroed();
  if (frame == 0) return false;
  if (space_map(space, address, frame, USER_DATA)) return true;
  frame_put(frame);
  return false;
}

bool space_fault(struct address_space* space, uint32_t address, enum access access) {
  address &= ~(PAGE_SIZE - 1);
  if (address < USER_BASE || address >= USER_TOP) return false;
  pte_t* entry = page_entry(space->root, address, false);
  if (entry != NULL && pte_valid(*entry)) return fault_on_page(entry, address, access);
  return access != ACCESS_EXECUTE && zero_on_demand(space, address) && map_zeros(space, address);
}

// Growing costs nothing before the pages are touched; shrinking gives the pages back.
bool space_resize_heap(struct address_space* space, uint32_t heap_end) {
  if (heap_end < space->zero_begin || heap_end > USER_STACK_LOW) return false;
  unmap_range(space, page_up(heap_end), page_up(space->heap_end));
  space->heap_end = heap_end;
  return true;
}
