// Hypercalls (docs/hypercalls.md): numbers, the words of the shared page, and a call in C.
#ifndef ZOS_PV_HYPERCALL_H
#define ZOS_PV_HYPERCALL_H

#define HV_QUERY 0
#define HV_SET_SHARED_PAGE 1
#define HV_SET_TRAP_TABLE 2
#define HV_TRAP_RETURN 3
#define HV_CHECK_EVENTS 4
#define HV_PIN 6
#define HV_UNPIN 7
#define HV_UPDATE 8
#define HV_SWITCH_SPACE 9
#define HV_FLUSH_TLB 10
#define HV_SET_TIMER 11
#define HV_BLOCK 13
#define HV_CONSOLE_WRITE 14
#define HV_CONSOLE_READ 15
#define HV_SET_BLOCK_RING 16
#define HV_BLOCK_NOTIFY 17
#define HV_EVENT_BIND 18
#define HV_EVENT_SEND 20
#define HV_SHUTDOWN 21

#define HV_VERSION 1
#define HV_QUERY_VERSION 0
#define HV_QUERY_FIRST_HOST_FRAME 4
#define HV_QUERY_P2M_FRAME 5
#define HV_QUERY_TABLE_PAGES 6
#define HV_QUERY_M2P_FRAME 7

#define HV_SOURCE_TIMER 0
#define HV_SOURCE_CONSOLE 1
#define HV_SOURCE_BLOCK 2
#define HV_SOURCE_SELF 3
#define CAUSE_EVENT (CAUSE_INTERRUPT | INTERRUPT_EXTERNAL)

// The windows of the start map; the kernel's own tables have them at the same addresses.
#define P2M_WINDOW 0xf0000000u
#define M2P_WINDOW 0xf0400000u

// The shared page is mapped at the top of the address space, where offsets from x0 reach it.
#define SHARED_PAGE 0xfffff000u
#define SHARED_PENDING 0x800
#define SHARED_ENABLED 0x804
#define SHARED_MASK 0x808
#define SHARED_SR 0x80c
#define SHARED_EPC 0x810
#define SHARED_CAUSE 0x814
#define SHARED_TVAL 0x818
#define SHARED_A7 0x81c
#define SHARED_SCRATCH 0x840  // the kernel's own
#define SHARED_FROM_X0(offset) ((offset)-0x1000)

#define RING_REQUESTS 0
#define RING_RESPONSES 1
#define RING_SLOTS 16  // in words
#define RING_SLOT_WORDS 8
#define RING_LENGTH 32
#define RING_READ 1

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
