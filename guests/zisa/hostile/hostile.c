// A guest that means harm. Its command line says how:
//
//   loop      keeps the CPU for ever, interrupts off
//   write     stores to an address in each page of the 32-bit space, mapped or not
//   tables    maps its window to every frame there may be, and reads and writes through it
//   dma       has the disk write all over the address space
//   crash     jumps to where nothing is
//
// Several are done in this order, the endless one last. It ends with 0 when it has done its worst: a VMM that
// holds its VMs apart lets it hurt nobody but itself.
#include "bare.h"

// In skip.S: goes on behind the instruction that trapped.
extern char skip_entry[];

static volatile uint32_t* word_at(uint32_t address) {
  return (volatile uint32_t*)address;
}

// Own code and data stay whole, or the attack would end too soon; so does the exit register.
static bool own(uint32_t address) {
  extern char image_end[];
  bool image = address >= RAM_BASE && address < (uint32_t)image_end;
  return image || (address & ~(PAGE_SIZE - 1)) == EXIT_REGISTER;
}

static void write_everywhere(void) {
  uint32_t page = 0;
  do {
    if (!own(page)) *word_at(page + 0x7fc) = 0xdeadbeef;
    page += PAGE_SIZE;
  } while (page != 0);
}

// Every 4 MiB of 16 GiB of frames: an entry can name 22 bits of them.
static void attack_tables(const struct boot_info* boot) {
  build_page_tables(boot);
  paging_on();
  uint32_t window = USER_REGION + 0x3ff000;
  for (uint32_t frame = 0; frame < 1u << 22; frame += 997) {
    uint32_t address = frame << PAGE_SHIFT;
    if (frame < 1u << 20 && own(address)) continue;
    *user_entry(window) = frame << PTE_PAGE_SHIFT | PTE_R | PTE_W | PTE_V;
    tlbinv_all();
    *word_at(window + 0x7f8) = *word_at(window + 0x7f8) ^ 0xdeadbeef;
  }
}

static void attack_by_dma(void) {
  for (uint32_t address = 0; address < 0xff000000; address += 0x01fff000) {
    if (own(address)) continue;
    *word_at(DISK_BASE + DISK_DRIVE) = 0;
    *word_at(DISK_BASE + DISK_SECTOR) = 0;
    *word_at(DISK_BASE + DISK_COUNT) = PAGE_SIZE / SECTOR_SIZE;
    *word_at(DISK_BASE + DISK_ADDRESS) = address;
    *word_at(DISK_BASE + DISK_COMMAND) = DISK_READ;
    for (volatile int i = 0; i < 3000; i++) {
    }
  }
}

// The command line lies in memory that an attack may write over.
struct orders {
  bool dma, write, tables, crash, loop;
};

static struct orders read_orders(const struct boot_info* boot) {
  struct orders o = {command_has(boot, "dma"), command_has(boot, "write"), command_has(boot, "tables"),
                     command_has(boot, "crash"), command_has(boot, "loop")};
  return o;
}

int main(const struct boot_info* boot) {
  struct orders o = read_orders(boot);
  struct boot_info mine = *boot;
  write_cr(CR_TVEC, (uint32_t)skip_entry);
  if (o.dma) attack_by_dma();
  if (o.write) write_everywhere();
  if (o.tables) attack_tables(&mine);
  if (o.crash) {
    write_cr(CR_TVEC, 0xfffffffc);
    ((void (*)(void))0xfffff000)();
  }
  // Busy, so that nobody takes it for dead.
  if (o.loop)
    for (volatile uint32_t turns = 0;; turns = turns + 1) {
    }
  return 0;
}
