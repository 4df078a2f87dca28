// The limit of direct execution. A VMM that translates the kernel's code closes the holes there; user code it
// usually lets run as it is, holes and all. So it is user code that asks here: READ_SR, READ_PTBR and PROBE,
// none of which a user program needs, tell it the truth about the machine it is really on. (The name is
// Rutkowska's, 2004: on x86, SIDT in a user program told virtual machines from real ones.)
//
// Exit code: 0 all answers were the kernel's own, 1 somebody is underneath.
#include "bare.h"

#define FRESH_PAGE (USER_BASE + 0x10000)  // mapped for the user, never touched
#define TRAPPED 0xffffffff                // no such status, base or right

struct answers {
  uint32_t status, base, rights;
};

// Goes to user mode, asks, and comes back by a system call. In user_code.S.
void ask_in_user_mode(struct answers* answers, uint32_t probed);

static char frame[PAGE_SIZE] __attribute__((aligned(PAGE_SIZE)));

static bool same(const char* instruction, uint32_t set, uint32_t seen) {
  print("redpill: the kernel set ");
  print_hex(set);
  print(", ");
  print(instruction);
  if (seen == TRAPPED) {
    print(" in user mode traps\n");
    return true;
  }
  print(" in user mode says ");
  print_hex(seen);
  print(seen == set ? "\n" : ": somebody is underneath\n");
  return seen == set;
}

int main(const struct boot_info* boot) {
  build_page_tables(boot);
  *user_entry(FRESH_PAGE) = make_entry(frame, PTE_R | PTE_W | PTE_U);
  paging_on();
  struct answers answers;
  ask_in_user_mode(&answers, FRESH_PAGE);
  // TRET came from a kernel without interrupts: it leaves MODE = U, IE = 0, PMODE = U, PIE = 1.
  bool honest = same("READ_SR", SR_PIE | SR_PG, answers.status);
  honest &= same("READ_PTBR", read_cr(CR_PTBR), answers.base);
  honest &= same("PROBE", PROBE_READ | PROBE_WRITE, answers.rights);
  print(honest ? "redpill: nothing speaks against the bare machine\n"
               : "redpill: this user program runs directly on a machine that is not its kernel's\n");
  return honest ? 0 : 1;
}
