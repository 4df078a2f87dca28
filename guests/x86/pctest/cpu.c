// CPUID and the time-stamp counter.
#include "check.h"

#define EFLAGS_ID 0x200000  // it can be changed: there is CPUID (SDM 2, CPUID)
#define CR4_TSD 4           // RDTSC traps in user mode

static bool has_cpuid(void) {
  uint32_t before = read_eflags();
  write_eflags(before ^ EFLAGS_ID);
  bool changed = (read_eflags() ^ before) & EFLAGS_ID;
  write_eflags(before);
  return changed;
}

struct cpuid {
  uint32_t eax, ebx, ecx, edx;
};

static struct cpuid cpuid(uint32_t leaf) {
  struct cpuid r;
  __asm__ volatile("cpuid"
                   : "=a"(r.eax), "=b"(r.ebx), "=c"(r.ecx), "=d"(r.edx)
                   : "a"(leaf), "c"(0));
  return r;
}

uint32_t cpu_features(void) {
  return has_cpuid() ? cpuid(1).edx : 0;
}

USER(user_rdtsc, "", "rdtsc");

static void check_tsc(void) {
  if (!(cpu_features() & CPU_TSC)) return note("no RDTSC");
  uint64_t last = rdtsc();
  bool rises = true;
  for (int i = 0; i < 100; i++) {
    uint64_t now = rdtsc();
    rises &= now >= last;
    last = now;
  }
  check("cpu.tsc.rises", rises, true);
  check_user_ends("cpu.tsc.user", user_rdtsc);
  write_cr4(read_cr4() | CR4_TSD);
  USER_FAULT("cpu.tsc.tsd", user_rdtsc, VECTOR_GP, 0);
  write_cr4(read_cr4() & ~CR4_TSD);
}

void check_cpu(void) {
  if (!has_cpuid()) return note("no CPUID");
  check("cpu.cpuid.leaves", cpuid(0).eax >= 1, true);
  check("cpu.cpuid.pse", cpu_features() & CPU_PSE, CPU_PSE);
  check("cpu.cr0", read_cr0() & (CR0_PE | CR0_PG | CR0_WP), CR0_PE | CR0_PG | CR0_WP);
  check_tsc();
}
