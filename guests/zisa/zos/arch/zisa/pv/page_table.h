// The part of page_table.c for a VMM. An address space is a pair of roots: the kernel's, and one for user code in
// which the kernel is missing.
#define TABLE_RIGHTS (PTE_R | PTE_KERNEL | PTE_A | PTE_D)

static page_table_t active;

#include "../../pv/page_table.h"

// The kernel's root keeps the address of the user's in slot 0, which maps nothing (bit 0 is V).
static page_table_t user_root_of(page_table_t root) {
  return (page_table_t)root[0];
}

// The tables of the kernel itself are linked while all is plain memory yet. One in a root stands in both of the pair.
static void link_table(page_table_t root, pte_t* entry, paddr_t frame) {
  if (!pv_tables_live) return pte_set(entry, pte_make(frame, 0));
  queue_table(entry, frame, 0);
  if (root != NULL) pv_update(user_root_of(root) + (entry - root), pte_make(frame, 0));
  pv_flush();
}

// ---- Roots -----------------------------------------------------------------------------------

static bool pin(page_table_t root) {
  return hypercall(HV_PIN, (uint32_t)root >> PAGE_SHIFT, (uint32_t)user_root_of(root) >> PAGE_SHIFT, last_level + 1) == 0;
}

page_table_t page_table_new(void) {
  paddr_t kernel = frame_alloc();
  if (kernel == 0) return NULL;
  paddr_t user = frame_alloc_zeroed();
  if (user == 0) {
    frame_put(kernel);
    return NULL;
  }
  page_table_t root = frame_pointer(kernel);
  memcpy(root, kernel_root, root_size());
  root[0] = (pte_t)user;
  set_kernel_rights(kernel, TABLE_RIGHTS);
  set_kernel_rights(user, TABLE_RIGHTS);
  pv_flush();
  KASSERT(pin(root), "a new address space is refused");
  return root;
}

static void give_back_rights(pte_t* entry) {
  set_kernel_rights(pte_frame(*entry), KERNEL_DATA);
}

static void free_table(pte_t* entry) {
  frame_put(pte_frame(*entry));
}

// Once the pair is unpinned, its tables are plain pages; a frame that is freed gets written to.
void page_table_free(page_table_t root) {
  page_table_t user = user_root_of(root);
  unpin(root);
  for_user_tables(root, give_back_rights);
  set_kernel_rights((paddr_t)root, KERNEL_DATA);
  set_kernel_rights((paddr_t)user, KERNEL_DATA);
  pv_flush();
  for_user_tables(root, free_table);
  frame_put((paddr_t)root);
  frame_put((paddr_t)user);
}

// ---- The kernel's part -----------------------------------------------------------------------

static void refuse_small_memory(uint32_t ram_size) {
  (void)ram_size;
  if (root_size() <= PAGE_SIZE) return;
  print("zos: the VMM offers no paging=z1: use z2 to z5\n");
  power_off(1);
}

// In place of devices: the tables of frames and the shared page.
static void map_machine(void) {
  map_frame_tables(PTE_R | PTE_KERNEL | PTE_A);
  pte_t shared = pte_make((paddr_t)pv_shared_page, 0);
  map_host_pages(SHARED_PAGE, shared >> PTE_PAGE_SHIFT, 1, KERNEL_DATA);
}

static void protect_table(pte_t* entry) {
  protect_kernel_table(pte_frame(*entry));
}

// The kernel's own root needs a partner as well; no user code ever runs on it.
static void turn_paging_on(void) {
  paddr_t user = frame_alloc_zeroed();
  KASSERT(user != 0, "no memory for the kernel's page tables");
  kernel_root[0] = (pte_t)user;
  for_tables(kernel_root, 0, 0, levels[0].entries, protect_table);
  protect_kernel_table((paddr_t)kernel_root);
  protect_kernel_table(user);
  KASSERT(pin(kernel_root), "the kernel's page tables are refused");
  pv_tables_live = true;
  space_activate(kernel_root);
}

// ---- What PROBE answers on the bare machine --------------------------------------------------

static bool may(uint32_t address, uint32_t right) {
  pte_t* entry = page_entry(active, address, false);
  return entry != NULL && pte_valid(*entry) && (pte_rights(*entry) & right) != 0;
}

bool can_read(uint32_t address) {
  return may(address, PAGE_READ);
}

bool can_write(uint32_t address) {
  return may(address, PAGE_WRITE);
}
