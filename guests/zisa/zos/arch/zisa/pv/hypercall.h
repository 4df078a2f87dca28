// Hypercalls (docs/hypercalls.md) on Z-ISA: what a trap leaves in the shared page, and a call in C.
#ifndef ZOS_PV_HYPERCALL_H
#define ZOS_PV_HYPERCALL_H

#include "../../pv/hypercall.h"

#define CAUSE_EVENT (CAUSE_INTERRUPT | INTERRUPT_EXTERNAL)

// The shared page is mapped at the top of the address space, where offsets from x0 reach it.
#define SHARED_PAGE 0xfffff000u
#define SHARED_SR 0x80c
#define SHARED_EPC 0x810
#define SHARED_CAUSE 0x814
#define SHARED_TVAL 0x818
#define SHARED_A7 0x81c
#define SHARED_SCRATCH 0x840  // the kernel's own
#define SHARED_FROM_X0(offset) ((offset)-0x1000)

#ifndef __ASSEMBLER__
#include <stdint.h>

static inline int hypercall(uint32_t number, uint32_t a, uint32_t b, uint32_t c) {
  register uint32_t a0 __asm__("a0") = a;
  register uint32_t a1 __asm__("a1") = b;
  register uint32_t a2 __asm__("a2") = c;
  register uint32_t a7 __asm__("a7") = number;
  __asm__ volatile(".insn r 0x0b, 0, 10, x0, x0, x0" : "+r"(a0), "+r"(a1) : "r"(a2), "r"(a7) : "memory");
  return (int)a0;
}
#endif

#endif
