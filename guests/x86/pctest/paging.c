// Paging beyond the plain faults: WP, accessed and dirty bits, rights of both levels, pages of 4
// MiB.
#include "check.h"
#include "memory.h"

static uint32_t rights(uint32_t address) {
  return *page_entry(address) & (PTE_A | PTE_D);
}

// ---- CR0.WP ----------------------------------------------------------------------------------

KERNEL(kernel_write_read_only, "", "movl %eax, " TEXT(USER_READ_ONLY));
KERNEL(kernel_read_absent, "", "movl " TEXT(USER_ABSENT) ", %eax");

static void check_write_protect(void) {
  KERNEL_FAULT("page.wp.on", kernel_write_read_only, VECTOR_PF, PF_WRITE | PF_PRESENT);
  check("page.cr2", last_cr2, USER_READ_ONLY);
  write_cr0(read_cr0() & ~CR0_WP);
  check("page.wp.off", run_kernel(kernel_write_read_only), false);
  write_cr0(read_cr0() | CR0_WP);
  KERNEL_FAULT("page.kernel-absent", kernel_read_absent, VECTOR_PF, 0);
}

// ---- Accessed and dirty (SDM 3, 4.8) ---------------------------------------------------------

static void check_accessed(void) {
  map_page(KERNEL_WINDOW, physical_of(spare_page), PTE_P | PTE_W);
  directory[KERNEL_WINDOW >> 22] &= ~PTE_A;
  write_cr3(read_cr3());
  check("page.fresh", rights(KERNEL_WINDOW), 0);
  (void)read32(KERNEL_WINDOW);
  check("page.accessed", rights(KERNEL_WINDOW), PTE_A);
  check("page.accessed-directory", directory[KERNEL_WINDOW >> 22] & PTE_A, PTE_A);
  write32(KERNEL_WINDOW, 1);
  check("page.dirty", rights(KERNEL_WINDOW), PTE_A | PTE_D);
}

USER(user_write_read_only, "", "movl %eax, " TEXT(USER_READ_ONLY));

static void check_not_dirty(void) {
  map_page(USER_READ_ONLY, physical_of(user_data), PTE_P | PTE_U);
  run_user(user_write_read_only);
  check("page.fault-not-dirty", rights(USER_READ_ONLY) & PTE_D, 0);
}

// ---- The TLB ---------------------------------------------------------------------------------

static void check_invalidation(void) {
  *(uint32_t*)spare_page = 0x1111;
  *(uint32_t*)user_data = 0x2222;
  map_page(KERNEL_WINDOW, physical_of(spare_page), PTE_P | PTE_W);
  check("page.first-mapping", read32(KERNEL_WINDOW), 0x1111);
  *page_entry(KERNEL_WINDOW) = physical_of(user_data) | PTE_P | PTE_W;
  invlpg(KERNEL_WINDOW);
  check("page.invlpg", read32(KERNEL_WINDOW), 0x2222);
  *page_entry(KERNEL_WINDOW) = physical_of(spare_page) | PTE_P | PTE_W;
  write_cr3(read_cr3());
  check("page.cr3-reload", read32(KERNEL_WINDOW), 0x1111);
}

// ---- Rights of directory and table together (SDM 3, 4.6) -------------------------------------

USER(user_read_window, "", "movl " TEXT(KERNEL_WINDOW) ", %eax");
USER(user_write_window, "", "movl %eax, " TEXT(KERNEL_WINDOW));

static void check_both_levels(void) {
  uint32_t* entry = &directory[KERNEL_WINDOW >> 22];
  map_page(KERNEL_WINDOW, physical_of(spare_page), PTE_P | PTE_W | PTE_U);
  *entry &= ~PTE_U;
  write_cr3(read_cr3());
  USER_PAGE_FAULT("page.directory-kernel", user_read_window, PF_USER | PF_PRESENT, KERNEL_WINDOW);
  *entry = (*entry | PTE_U) & ~PTE_W;
  write_cr3(read_cr3());
  check_user_ends("page.directory-read-only", user_read_window);
  USER_PAGE_FAULT("page.directory-no-write", user_write_window, PF_USER | PF_PRESENT | PF_WRITE,
                  KERNEL_WINDOW);
  *entry |= PTE_W;
  map_page(KERNEL_WINDOW, 0, 0);
}

// ---- Pages of 4 MiB --------------------------------------------------------------------------

#define LARGE 0xa0000000

static void check_large(void) {
  static volatile uint32_t word = 0xfeedbeef;
  uint32_t* entry = &directory[LARGE >> 22];
  *entry = PTE_P | PTE_W | PTE_PS;  // physical 0
  write_cr3(read_cr3());
  check("page.4m.read", read32(LARGE + physical_of((const void*)&word)), 0xfeedbeef);
  check("page.4m.accessed", *entry & (PTE_A | PTE_D), PTE_A);
  write32(LARGE + physical_of((const void*)&word), 0x0badcafe);
  check("page.4m.write", word, 0x0badcafe);
  check("page.4m.dirty", *entry & PTE_D, PTE_D);
  *entry = 0;
  write_cr3(read_cr3());
}

void check_paging(void) {
  check_write_protect();
  check_accessed();
  check_not_dirty();
  check_invalidation();
  check_both_levels();
  check_large();
}
