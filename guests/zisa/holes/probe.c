// PROBE: are the rights that it reports those of this kernel's own mode and map?
#include "belief.h"

#define ALL (PROBE_READ | PROBE_WRITE | PROBE_EXECUTE)
#define READ_ONLY_PAGE (USER_BASE + 0x10000)
#define USER_PAGE (USER_BASE + 0x11000)
#define ABSENT_PAGE (USER_BASE + 0x12000)

static char frame[PAGE_SIZE] __attribute__((aligned(PAGE_SIZE)));

static bool check(const char* what, uint32_t set, uint32_t address) {
  return compare(what, set, "PROBE", probe(address));
}

static void map_pages(const struct boot_info* boot) {
  build_page_tables(boot);
  *user_entry(READ_ONLY_PAGE) = make_entry(frame, PTE_R);
  *user_entry(USER_PAGE) = make_entry(frame, PTE_R | PTE_W | PTE_X | PTE_U);
}

int main(const struct boot_info* boot) {
  // With paging off S may do everything anywhere in RAM, on pages never touched before as well.
  bool honest = check("probe: paging off, a page in use", ALL, (uint32_t)frame);
  honest &= check("probe: paging off, a fresh page", ALL, boot->ram_base + boot->ram_size / 2);

  map_pages(boot);
  paging_on();
  honest &= check("probe: a kernel page", ALL, (uint32_t)frame);
  honest &= check("probe: a read-only page", PROBE_READ, READ_ONLY_PAGE);
  // S may use the user's pages as data, but never runs their code.
  honest &= check("probe: a user page", PROBE_READ | PROBE_WRITE, USER_PAGE);
  honest &= check("probe: an absent page", 0, ABSENT_PAGE);
  return honest ? 0 : 1;
}
