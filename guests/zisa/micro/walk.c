// Loads that miss the TLB, under page tables of any shape, and stores into these tables.
//
//   command line: [N] [empty] [z1 ... z5] [loads=K] [misses=M] [writes=W] [own] [denied] [until=R]
//
// A round is K loads (1 by default), of which M (1) go to another page than the one before, and W (0) stores
// into the table in use, the entry unchanged: that of a page that nobody reads, or with `own` that of the page
// read. `denied`: the pages are not mapped, and the handler steps over the load. `until=R`: the last R rounds
// store into plain memory by the same instruction.
//
// The two pages lie 2 MiB apart, so in a direct-mapped TLB of 512 entries they take each other's place.
#include "values.h"

#define PAGE_READ 0x4012c000u
#define DISTANCE 0x00200000u
#define UNREAD (PAGE_READ + 3 * PAGE_SIZE)
#define FLAT_TABLE 0x80800000u  // 4 MiB, for the shape with one level
#define DATA (PTE_R | PTE_W | PTE_A | PTE_D)

static const uint8_t bits_of[6][5] = {{0}, {20}, {10, 10}, {7, 7, 6}, {5, 5, 5, 5}, {4, 4, 4, 4, 4}};

static uint32_t pool[48][PAGE_SIZE / 4] __attribute__((aligned(PAGE_SIZE)));
static uint32_t pages_used;
static uint32_t data[2][PAGE_SIZE / 4] __attribute__((aligned(PAGE_SIZE)));
static uint32_t plain_word;

struct {
  uint32_t page, toggle, loads, misses, writes;
  uint32_t* entry;
  uint32_t value, until;
  uint32_t* plain;
} parameters;

void skipping_trap(void);

static uint32_t* new_table(void) {
  if (pages_used == 48) end(3);
  return pool[pages_used++];
}

// The entry at the last level, the tables above it made where there are none.
static uint32_t* last_entry(uint32_t* table, uint32_t levels, uint32_t address) {
  uint32_t shift = 32;
  for (uint32_t level = 0;; level++) {
    uint32_t bits = bits_of[levels][level];
    shift -= bits;
    uint32_t* entry = &table[address >> shift & ((1u << bits) - 1)];
    if (level + 1 == levels) return entry;
    if (*entry == 0) *entry = make_entry(new_table(), 0);
    table = (uint32_t*)(*entry >> PTE_PAGE_SHIFT << PAGE_SHIFT);
  }
}

static uint32_t levels_wanted(const struct boot_info* boot) {
  static const char* const names[] = {"z1", "z2", "z3", "z4", "z5"};
  for (uint32_t i = 0; i < 5; i++)
    if (command_has(boot, names[i])) return i + 1;
  return 2;
}

static void map_as_it_is(uint32_t* root, uint32_t levels, uint32_t address, uint32_t rights) {
  void* page = (void*)(address / PAGE_SIZE * PAGE_SIZE);
  *last_entry(root, levels, address) = make_entry(page, rights);
}

void prepare(const struct boot_info* boot) {
  uint32_t levels = levels_wanted(boot);
  uint32_t* root = levels == 1 ? (uint32_t*)FLAT_TABLE : new_table();
  for (uint32_t at = RAM_BASE; at < boot->image_end; at += PAGE_SIZE)
    map_as_it_is(root, levels, at, DATA | PTE_X);
  map_as_it_is(root, levels, EXIT_REGISTER, DATA);
  map_as_it_is(root, levels, (uint32_t)boot, DATA);  // what is to be done is asked for once more
  map_as_it_is(root, levels, boot->command_line, DATA);
  uint32_t* first = last_entry(root, levels, PAGE_READ);
  uint32_t* second = last_entry(root, levels, PAGE_READ + DISTANCE);
  if (!command_has(boot, "denied")) {
    *first = make_entry(data[0], DATA);
    *second = make_entry(data[1], DATA);
  }
  parameters.page = PAGE_READ, parameters.toggle = DISTANCE;
  parameters.loads = command_value(boot, "loads", 1);
  parameters.misses = command_value(boot, "misses", 1);
  parameters.writes = command_value(boot, "writes", 0);
  parameters.entry = command_has(boot, "own") ? first : last_entry(root, levels, UNREAD);
  parameters.value = *parameters.entry;
  parameters.until = command_value(boot, "until", 0);
  parameters.plain = &plain_word;
  write_cr(CR_PTBR, (uint32_t)root >> PAGE_SHIFT | levels << PTBR_SHAPE_SHIFT);
  write_sr(SR_MODE | SR_PG);
  write_cr(CR_TVEC, (uint32_t)skipping_trap);
}
