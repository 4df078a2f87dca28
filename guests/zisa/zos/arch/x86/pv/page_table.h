// The part of page_table.c for a VMM. The kernel's pages are not the user's by their U/S bit, as on the bare machine, so one
// root serves both.
#define TABLE_RIGHTS PTE_P

#include "../../pv/page_table.h"

static void link_table(pte_t* entry, paddr_t frame) {
  if (!pv_tables_live) return pte_set(entry, pte_make(frame, PTE_W | PTE_U));
  queue_table(entry, frame, PTE_W | PTE_U);
  pv_flush();
}

static bool pin(page_table_t root) {
  return hypercall(HV_PIN, (uint32_t)root >> PAGE_SHIFT, 0, 2) == 0;
}

page_table_t page_table_new(void) {
  paddr_t memory = frame_alloc();
  if (memory == 0) return NULL;
  page_table_t root = frame_pointer(memory);
  memcpy(root, kernel_root, PAGE_SIZE);
  set_kernel_rights(memory, TABLE_RIGHTS);
  pv_flush();
  KASSERT(pin(root), "a new address space is refused");
  return root;
}

static void give_back_rights(pte_t* entry) {
  set_kernel_rights(pte_frame(*entry), KERNEL_DATA);
}

// Once the root is unpinned, its tables are plain pages; a frame that is freed gets written to.
void page_table_free(page_table_t root) {
  unpin(root);
  for_user_tables(root, give_back_rights);
  set_kernel_rights(physical_of(root), KERNEL_DATA);
  pv_flush();
  for_user_tables(root, free_table);
  frame_put(physical_of(root));
}

static void map_machine(void) {
  map_frame_tables(PTE_P);
}

// From here on the tables are the VMM's to write.
static void turn_paging_on(void) {
  for (uint32_t i = 0; i < ENTRIES; i++) {
    if (pte_valid(kernel_root[i])) protect_kernel_table(pte_frame(kernel_root[i]));
  }
  protect_kernel_table(physical_of(kernel_root));
  KASSERT(pin(kernel_root), "the kernel's page tables are refused");
  pv_tables_live = true;
  space_activate(kernel_root);
}
