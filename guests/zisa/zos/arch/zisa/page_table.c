// Page tables of any of the machine's shapes. A shape says how many levels there are and how many
// bits of the address choose the entry at each; the last 12 bits are the offset in the page:
//
//   z2    | 10      | 10      |     z4    | 5  | 5  | 5  | 5  |     z1    | 20                |
//
// One walker serves them all. Leaves are always at the last level: pages of 4 KiB.
#include "kernel.h"

#define MAX_LEVELS 5
#define KERNEL_DATA (PTE_R | PTE_W | PTE_KERNEL | PTE_A | PTE_D)
#define KERNEL_CODE (PTE_R | PTE_X | PTE_KERNEL | PTE_A)

static const uint8_t index_bits[MAX_LEVELS + 1][MAX_LEVELS] = {
    {0}, {20}, {10, 10}, {7, 7, 6}, {5, 5, 5, 5}, {4, 4, 4, 4, 4},
};

struct level {
  uint32_t shift;    // where its index begins in an address
  uint32_t entries;  // of a table at this level
};

static struct level levels[MAX_LEVELS];
static uint32_t last_level;
static page_table_t kernel_root;  // the kernel's part, and nothing for a user

extern char kernel_code_begin[], kernel_code_end[];  // kernel.ld

static void choose_shape(uint32_t count) {
  uint32_t shift = 32;
  for (uint32_t i = 0; i < count; i++) {
    shift -= index_bits[count][i];
    levels[i] = (struct level){shift, 1u << index_bits[count][i]};
  }
  last_level = count - 1;
}

static uint32_t index_at(uint32_t level, uint32_t address) {
  return address >> levels[level].shift & (levels[level].entries - 1);
}

#ifdef ZOS_PV
static void link_table(page_table_t root, pte_t* entry, paddr_t frame);
#else
static void link_table(page_table_t root, pte_t* entry, paddr_t frame) {
  (void)root;
  pte_set(entry, pte_make(frame, 0));
}
#endif

// ---- The walk --------------------------------------------------------------------------------

static page_table_t table_of(pte_t entry) {
  return frame_pointer(pte_frame(entry));
}

// An entry with neither R, W nor X is not a leaf: it leads to a table.
static bool make_table(page_table_t above, uint32_t level, pte_t* entry) {
  paddr_t frame = frame_alloc_zeroed();
  if (frame == 0) return false;
  link_table(level == 0 ? above : NULL, entry, frame);
  return true;
}

pte_t* page_entry(page_table_t table, uint32_t address, bool create) {
  for (uint32_t level = 0; level < last_level; level++) {
    pte_t* entry = &table[index_at(level, address)];
    if (!pte_valid(*entry) && !(create && make_table(table, level, entry))) return NULL;
    table = table_of(*entry);
  }
  return &table[index_at(last_level, address)];
}

// ---- Roots -----------------------------------------------------------------------------------

static uint32_t root_size(void) {
  return levels[0].entries * sizeof(pte_t);
}
static uint32_t first_user_slot(void) {
  return index_at(0, USER_BASE);
}
static uint32_t end_of_user_slots(void) {
  return index_at(0, USER_TOP);
}

#ifndef ZOS_PV  // a VMM offers no z1

// A root of shape z1 is 4 MiB. Such blocks are never given back to the frames: those of ended
// processes wait here, linked by the physical address in an entry that is free and stays invalid
// (the address is even, and bit 0 is V).
static page_table_t spare_blocks;

static page_table_t take_spare_block(void) {
  page_table_t root = spare_blocks;
  spare_blocks = (page_table_t)root[first_user_slot()];
  root[first_user_slot()] = 0;
  return root;
}

static void keep_spare_block(page_table_t root) {
  root[first_user_slot()] = (pte_t)spare_blocks;
  spare_blocks = root;
}

#endif

static paddr_t alloc_root(void) {
  return root_size() > PAGE_SIZE ? frame_alloc_block(root_size()) : frame_alloc();
}

// What `visit` is told of: the entries that lead to tables, those of lower tables first.
static void for_tables(page_table_t table, uint32_t level, uint32_t begin, uint32_t end,
                       void (*visit)(pte_t* entry)) {
  if (level == last_level) return;  // entries of the last level are pages, not tables
  for (uint32_t i = begin; i < end; i++) {
    if (!pte_valid(table[i])) continue;
    for_tables(table_of(table[i]), level + 1, 0, levels[level + 1].entries, visit);
    visit(&table[i]);
  }
}

static void for_user_tables(page_table_t root, void (*visit)(pte_t* entry)) {
  for_tables(root, 0, first_user_slot(), end_of_user_slots(), visit);
}

#ifndef ZOS_PV

// The kernel's entries in the root are the same everywhere and lead to the same tables.
page_table_t page_table_new(void) {
  if (spare_blocks != NULL) return take_spare_block();
  paddr_t memory = alloc_root();
  if (memory == 0) return NULL;
  page_table_t root = frame_pointer(memory);
  memcpy(root, kernel_root, root_size());
  return root;
}

static void free_table(pte_t* entry) {
  frame_put(pte_frame(*entry));
  *entry = 0;
}

void page_table_free(page_table_t root) {
  for_user_tables(root, free_table);
  if (root_size() > PAGE_SIZE) {
    keep_spare_block(root);
  } else {
    frame_put((paddr_t)root);
  }
}

#endif

// ---- The kernel's part -----------------------------------------------------------------------

// Maps `size` bytes where they lie. One walk finds the entries of a whole table.
static void map_kernel(uint32_t begin, uint32_t size, uint32_t rights) {
  for (uint32_t done = 0; done < size;) {
    pte_t* entry = page_entry(kernel_root, begin + done, true);
    KASSERT(entry != NULL, "no memory for the kernel's page tables");
    uint32_t rest = levels[last_level].entries - index_at(last_level, begin + done);
    for (; rest > 0 && done < size; rest--, done += PAGE_SIZE) {
      pte_set(entry++, pte_make(begin + done, rights));
    }
  }
}

#ifndef ZOS_PV

static void map_device(uint32_t address) {
  map_kernel(address, PAGE_SIZE, KERNEL_DATA);
}

// Three processes and the kernel need a root each, and pages besides.
static void refuse_small_memory(uint32_t ram_size) {
  if (root_size() <= PAGE_SIZE || ram_size >= 8 * root_size()) return;
  print("zos: paging=z1 needs 32 MiB of RAM: start with --memory 32M, or another paging=\n");
  power_off(1);
}

static void map_machine(void) {
  map_device(EXIT_REGISTER);
  map_device(INTC_BASE);
  map_device(CONSOLE_BASE);
  map_device(DISK_BASE);
}

static void turn_paging_on(void) {
  space_activate(kernel_root);
  write_sr(read_sr() | SR_PG);
}

#else
#include "pv/page_table.h"
#endif

static void make_kernel_root(void) {
  paddr_t memory = alloc_root();
  KASSERT(memory != 0, "no memory for the kernel's page tables");
  kernel_root = frame_pointer(memory);
  memset(kernel_root, 0, root_size());
}

void page_tables_init(const struct machine* machine, uint32_t count) {
  choose_shape(count);
  refuse_small_memory(machine->ram_size);
  make_kernel_root();
  map_machine();
  uint32_t code_size = (uint32_t)(kernel_code_end - kernel_code_begin);
  map_kernel(machine->ram_base, code_size, KERNEL_CODE);
  map_kernel(machine->ram_base + code_size, machine->ram_size - code_size, KERNEL_DATA);
  turn_paging_on();
}

#ifndef ZOS_PV

// ---- The active address space ----------------------------------------------------------------

// Writing PTBR drops all translations but the kernel's, which are global. A process that goes on in
// the address space that is active needs no write.
static uint32_t active_base;  // what PTBR was last set to; 0 before the first time

void space_activate(page_table_t root) {
  uint32_t base = (last_level + 1) << PTBR_SHAPE_SHIFT | (uint32_t)root >> PAGE_SHIFT;
  KASSERT(active_base == 0 || read_ptbr() == active_base,
          "the page-table base is not the one that was set");
  if (base == active_base) return;
  write_cr(CR_PTBR, base);
  active_base = base;
}

#endif
