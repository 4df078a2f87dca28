// What the manual says and QEMU's translator leaves out, for speed: limits and types of segments
// where memory is used, the vector of an IRET to an absent stack, and the W bit of a fault in an
// instruction that reads before it writes. Checked only when the command line has the word
// `strict`.
#include "check.h"

#define WITH_ES(selector) "movl $" TEXT(selector) ", %eax; movl %eax, %es"

USER(user_null_use, WITH_ES(0), "movl %es:(%eax), %eax");
USER(user_limit, WITH_ES(SEL_SMALL), "movl %es:13, %eax");
USER(user_read_only, WITH_ES(SEL_READ_ONLY), "movl %eax, %es:" TEXT(USER_DATA));
USER(user_down_low, WITH_ES(SEL_DOWN), "movl %es:0xffc, %eax");
USER(user_write_code, "", "movl %eax, %cs:" TEXT(USER_DATA));
USER(user_ss_limit, "movl $" TEXT(SEL_SMALL) ", %eax; movl %eax, %ss; movl $14, %esp", "popl %eax");
USER(user_rmw, "", "incl " TEXT(USER_ABSENT));

KERNEL(iret_absent_ss, IRET_TO(SEL_USER_CODE, SEL_ABSENT), "iretl");
KERNEL(load_null_tss, "xorl %eax, %eax", "ltr %ax");

void check_strict(void) {
  USER_FAULT("strict.gp.null-use", user_null_use, VECTOR_GP, 0);
  USER_FAULT("strict.gp.limit", user_limit, VECTOR_GP, 0);
  USER_FAULT("strict.gp.read-only", user_read_only, VECTOR_GP, 0);
  USER_FAULT("strict.gp.expand-down", user_down_low, VECTOR_GP, 0);
  USER_FAULT("strict.gp.write-code", user_write_code, VECTOR_GP, 0);
  run_user(user_ss_limit);
  check_trap("strict.ss.limit", VECTOR_SS, 0, user_address(user_ss_limit_at));
  USER_PAGE_FAULT("strict.pf.rmw", user_rmw, PF_USER | PF_WRITE, USER_ABSENT);
  KERNEL_FAULT("strict.ss.iret-absent", iret_absent_ss, VECTOR_SS, SEL_ABSENT & ~3);
  // Last: where it does not fault there is no task afterwards.
  KERNEL_FAULT("strict.gp.ltr-null", load_null_tss, VECTOR_GP, 0);
}
