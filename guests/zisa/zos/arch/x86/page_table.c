// Page tables of two levels: 10 bits of the address choose the entry of the directory, 10 that of
// the table, the last 12 are the offset in the page. Entries of the directory forbid nothing; those
// of the tables decide.
#include "kernel.h"

#define ENTRIES 1024
#define KERNEL_DATA (PTE_P | PTE_W)
#define KERNEL_CODE PTE_P

static page_table_t kernel_root;  // the kernel's part, and nothing for a user
static page_table_t active;       // what the CPU uses; NULL before the first time

extern char kernel_code_begin[], kernel_code_end[];  // kernel.ld

static uint32_t directory_index(uint32_t address) {
  return address >> 22;
}

static page_table_t table_of(pte_t entry) {
  return frame_pointer(pte_frame(entry));
}
static paddr_t physical_of(const void* address) {
  return (uint32_t)address - KERNEL_BASE;
}

#ifdef ZOS_PV
static void link_table(pte_t* entry, paddr_t frame);
#else
static void link_table(pte_t* entry, paddr_t frame) {
  pte_set(entry, pte_make(frame, PTE_W | PTE_U));
}
#endif

static bool make_table(pte_t* entry) {
  paddr_t frame = frame_alloc_zeroed();
  if (frame == 0) return false;
  link_table(entry, frame);
  return true;
}

pte_t* page_entry(page_table_t root, uint32_t address, bool create) {
  pte_t* entry = &root[directory_index(address)];
  if (!pte_valid(*entry) && !(create && make_table(entry))) return NULL;
  return &table_of(*entry)[address / PAGE_SIZE % ENTRIES];
}

// ---- Directories -----------------------------------------------------------------------------

static void for_user_tables(page_table_t root, void (*visit)(pte_t* entry)) {
  for (uint32_t i = directory_index(USER_BASE); i < directory_index(USER_TOP); i++) {
    if (pte_valid(root[i])) visit(&root[i]);
  }
}

static void free_table(pte_t* entry) {
  frame_put(pte_frame(*entry));
}

#ifdef ZOS_PV
#include "pv/page_table.h"
#else

// The kernel's entries are the same everywhere and lead to the same tables.
page_table_t page_table_new(void) {
  paddr_t memory = frame_alloc();
  if (memory == 0) return NULL;
  page_table_t root = frame_pointer(memory);
  memcpy(root, kernel_root, PAGE_SIZE);
  return root;
}

void page_table_free(page_table_t root) {
  for_user_tables(root, free_table);
  frame_put(physical_of(root));
}

// Writing CR3 drops all translations. A process that goes on in the address space that is active
// needs no write.
void space_activate(page_table_t root) {
  KASSERT(active == NULL || read_cr3() == physical_of(active),
          "the page-table base is not the one that was set");
  if (root == active) return;
  write_cr3(physical_of(root));
  active = root;
}

static void map_machine(void) {}

static void turn_paging_on(void) {
  space_activate(kernel_root);
}

#endif

// ---- The kernel's part -----------------------------------------------------------------------

static void map_kernel(paddr_t physical, uint32_t rights) {
  pte_t* entry = page_entry(kernel_root, physical + KERNEL_BASE, true);
  KASSERT(entry != NULL, "no memory for the kernel's page tables");
  pte_set(entry, pte_make(physical, rights));
}

static bool is_code(paddr_t physical) {
  return physical >= physical_of(kernel_code_begin) && physical < physical_of(kernel_code_end);
}

void page_tables_init(const struct machine* machine, uint32_t levels) {
  if (levels != 2) {
    print("zos: this machine has page tables of two levels: paging=z2\n");
    power_off(1);
  }
  kernel_root = frame_pointer(frame_alloc_zeroed());
  map_machine();
  for (paddr_t at = 0; at < machine->ram_size; at += PAGE_SIZE)
    map_kernel(at, is_code(at) ? KERNEL_CODE : KERNEL_DATA);
  turn_paging_on();
}

// ---- The active address space ----------------------------------------------------------------

static bool has_rights(uint32_t address, uint32_t rights) {
  const pte_t* entry = page_entry(active, address, false);
  return entry != NULL && (*entry & rights) == rights;
}

bool can_read(uint32_t address) {
  return has_rights(address, PTE_P | PTE_U);
}
bool can_write(uint32_t address) {
  return has_rights(address, PTE_P | PTE_U | PTE_W);
}
