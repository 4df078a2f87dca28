// Hypercalls (docs/hypercalls.md): numbers, and the words of the shared page that are the same on all ISAs. How a call is made
// is in the ISA's own hypercall.h.
#ifndef ZOS_PV_CALLS_H
#define ZOS_PV_CALLS_H

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

// The windows of the start map; the kernel's own tables have them at the same addresses.
#define P2M_WINDOW 0xf0000000u
#define M2P_WINDOW 0xf0400000u

#define SHARED_PENDING 0x800
#define SHARED_ENABLED 0x804
#define SHARED_MASK 0x808

#define RING_REQUESTS 0
#define RING_RESPONSES 1
#define RING_SLOTS 16  // in words
#define RING_SLOT_WORDS 8
#define RING_LENGTH 32
#define RING_READ 1

#endif
