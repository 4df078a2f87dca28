// Instructions that newer models brought, and a few that kernels lean on.
#include "check.h"

static void check_i486(void) {
  uint32_t a = 0x11223344, memory = 5, b = 7;
  __asm__("bswap %0" : "+r"(a));
  check("insn.bswap", a, 0x44332211);
  __asm__("xaddl %0, %1" : "+r"(b), "+m"(memory) : : "cc");
  check("insn.xadd.old", b, 5);
  check("insn.xadd.sum", memory, 12);
  uint32_t expected = 12, zero;
  __asm__("cmpxchgl %3, %1; sete %b2" : "+a"(expected), "+m"(memory), "=q"(zero) : "r"(99) : "cc");
  check("insn.cmpxchg.equal", memory, 99);
  __asm__("cmpxchgl %2, %1" : "+a"(expected), "+m"(memory) : "r"(1) : "cc");
  check("insn.cmpxchg.different", expected, 99);
}

static void check_cmpxchg8b(void) {
  if (!(cpu_features() & CPU_CX8)) return note("no CMPXCHG8B");
  uint64_t memory = 0x1111111122222222, seen = memory;
  uint8_t zero;
  __asm__("cmpxchg8b %1; sete %2" : "+A"(seen), "+m"(memory), "=m"(zero) : "b"(3), "c"(4) : "cc");
  check("insn.cmpxchg8b.equal", zero && memory == 0x0000000400000003, true);
  seen = 0;
  __asm__("cmpxchg8b %1; sete %2" : "+A"(seen), "+m"(memory), "=m"(zero) : "b"(5), "c"(6) : "cc");
  check("insn.cmpxchg8b.different", !zero && seen == 0x0000000400000003, true);
}

static void check_cmov(void) {
  if (!(cpu_features() & CPU_CMOV)) return note("no CMOVcc");
  uint32_t value = 1;
  __asm__("cmpl $1, %0; cmovel %1, %0; cmovnel %2, %0" : "+&r"(value) : "r"(2), "r"(3) : "cc");
  check("insn.cmov", value, 2);
}

static void check_frames(void) {
  uint32_t result;
  __asm__("pushl %%ebp; enter $16, $0; movl %%ebp, %0; subl %%esp, %0; leave; popl %%ebp"
          : "=a"(result)
          :
          : "memory");
  check("insn.enter-leave", result, 16);
  __asm__("movl $0x80000001, %%eax; bsrl %%eax, %0; bsfl %%eax, %%eax; addl %%eax, %0"
          : "=c"(result)
          :
          : "eax", "cc");
  check("insn.bsr-bsf", result, 31);
  __asm__("movl $0x12345678, %%eax; movl $0x9abcdef0, %0; shldl $8, %0, %%eax; movl %%eax, %0"
          : "=c"(result)
          :
          : "eax", "cc");
  check("insn.shld", result, 0x3456789a);
}

// A kernel patches its own code and runs it, on the same page and at once.
static void check_self_modifying(void) {
  uint32_t result;
  __asm__ volatile(
      "movl $2f, %%ecx; movl $0x77, -4(%%ecx); jmp 1f\n"
      "1: movl $0x11, %0; 2:"
      : "=a"(result)
      :
      : "ecx", "memory");
  check("insn.self-modifying", result, 0x77);
}

// Long NOPs and hints: they do nothing, with any operand, even one that cannot be read (SDM 2,
// NOP).
USER(user_nops, "movl $" TEXT(KERNEL_BASE) ", %ecx",
     "nopl (%ecx); nopw 8(%ecx, %ecx); .byte 0xf3, 0x0f, 0x1e, 0xfb; .byte 0x0f, 0x18, 0x01");

static void check_nops(void) {
  if (!(cpu_features() & CPU_CMOV)) return note("no long NOP");
  check_user_ends("insn.nops", user_nops);
}

#define MSR_APIC_BASE 0x1b

static void check_msr(void) {
  if (!(cpu_features() & CPU_APIC)) return note("no local APIC");
  uint32_t low, high;
  __asm__ volatile("rdmsr" : "=a"(low), "=d"(high) : "c"(MSR_APIC_BASE));
  check("insn.rdmsr.apic-base", low & ~0x400u, LAPIC | 0x900);  // on, and the first CPU
}

void check_instructions(void) {
  check_nops();
  check_msr();
  check_i486();
  check_cmpxchg8b();
  check_cmov();
  check_frames();
  check_self_modifying();
}
