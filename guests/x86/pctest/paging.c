// Paging beyond the plain faults: WP, accessed and dirty bits, the TLB.
#include "check.h"
#include "memory.h"

KERNEL(kernel_write_read_only, "", "movl %eax, " TEXT(USER_READ_ONLY));

static void check_write_protect(void) {
  KERNEL_FAULT("page.wp.on", kernel_write_read_only, VECTOR_PF, PF_WRITE | PF_PRESENT);
  write_cr0(read_cr0() & ~CR0_WP);
  check("page.wp.off", run_kernel(kernel_write_read_only), false);
  write_cr0(read_cr0() | CR0_WP);
}

void check_paging(void) {
  check_write_protect();
}
