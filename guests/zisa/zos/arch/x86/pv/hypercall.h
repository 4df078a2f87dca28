// Hypercalls (docs/hypercalls.md) on x86: what a trap leaves in the shared page, the calls on segments, and a call in C.
#ifndef ZOS_PV_HYPERCALL_H
#define ZOS_PV_HYPERCALL_H

#include "../../pv/hypercall.h"

#define HV_SET_DESCRIPTOR_TABLE 22
#define HV_SET_KERNEL_STACK 23
#define HV_QUERY_TIMER_KHZ 11

#define VECTOR_EVENT 256
#define TRAP_BY_USER 0x80000000u  // in the trap table: user code may ask for it by INT

#define SHARED_EFLAGS 0x80c
#define SHARED_EIP 0x810
#define SHARED_VECTOR 0x814
#define SHARED_ERROR 0x818
#define SHARED_EAX 0x81c
#define SHARED_CS 0x820
#define SHARED_ESP 0x824
#define SHARED_SS 0x828
#define SHARED_CR2 0x82c

#ifndef __ASSEMBLER__
#include <stdint.h>

static inline int hypercall4(uint32_t number, uint32_t a, uint32_t b, uint32_t c, uint32_t d) {
  __asm__ volatile("vmcall" : "+a"(number), "+c"(b) : "b"(a), "d"(c), "S"(d) : "memory", "cc");
  return (int)number;
}
static inline int hypercall(uint32_t number, uint32_t a, uint32_t b, uint32_t c) {
  return hypercall4(number, a, b, c, 0);
}
#endif

#endif
