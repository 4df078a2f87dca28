// What this CPU has: each instruction that came after the 486 is tried, as old kernels do it.
#include "bare.h"

uint32_t try_instruction(void (*code)(void));

// Privileged ones are allowed here: the guest is in ring 0.
static void use_cpuid(void) {
  __asm__ volatile("xorl %%eax, %%eax; cpuid" : : : "eax", "ebx", "ecx", "edx");
}
static void use_rdtsc(void) {
  __asm__ volatile("rdtsc" : : : "eax", "edx");
}
static void use_cmpxchg8b(void) {
  uint64_t value = 0;
  __asm__ volatile("cmpxchg8b %0" : "+m"(value) : : "eax", "ebx", "ecx", "edx", "cc");
}
static void use_rdmsr(void) {
  __asm__ volatile("movl $0x10, %%ecx; rdmsr" : : : "eax", "ecx", "edx");
}
static void use_cr4(void) {
  read_cr4();
}
static void use_cmov(void) {
  __asm__ volatile("cmovel %%eax, %%eax" : : : "eax");
}
// Without a target in its MSRs it is #GP where there is one.
static void use_sysenter_msr(void) {
  __asm__ volatile("movl $0x174, %%ecx; rdmsr" : : : "eax", "ecx", "edx");
}

static bool has_id_flag(void) {
  const uint32_t id = 1u << 21, before = read_eflags();
  write_eflags(before ^ id);
  const bool changed = (read_eflags() ^ before) & id;
  write_eflags(before);
  return changed;
}

static uint32_t features(void) {
  uint32_t eax = 1, edx;
  __asm__ volatile("cpuid" : "+a"(eax), "=d"(edx) : : "ebx", "ecx");
  return edx;
}

static void show(const char* name, bool there) {
  print(name);
  print(there ? ": yes\n" : ": no\n");
}

int main(const struct multiboot_info* boot) {
  (void)boot;
  show("eflags.id", has_id_flag());
  const bool cpuid = try_instruction(use_cpuid);
  show("cpuid", cpuid);
  show("rdtsc", try_instruction(use_rdtsc));
  show("cmpxchg8b", try_instruction(use_cmpxchg8b));
  show("rdmsr", try_instruction(use_rdmsr));
  show("cr4", try_instruction(use_cr4));
  show("cmov", try_instruction(use_cmov));
  const uint32_t edx = cpuid ? features() : 0;
  show("pse", edx & 1 << 3);
  show("pge", edx & 1 << 13);
  show("sysenter", edx & 1 << 11 && try_instruction(use_sysenter_msr));
  return 0;
}
