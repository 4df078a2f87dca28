// Where things are in pctest: addresses, selectors, vectors. For C and assembly.
#ifndef LAYOUT_H
#define LAYOUT_H

#include "x86.h"

// ---- Addresses -------------------------------------------------------------------------------
#define KERNEL_BASE 0x80000000
#define KERNEL_MAPPED 0x01000000  // bytes of physical memory that the kernel sees from there on
#define USER_CODE 0x00400000      // shows .user, read-only
#define USER_STACK 0x00500000     // two pages
#define USER_STACK_TOP (USER_STACK + 2 * PAGE_SIZE)
#define USER_DATA 0x00600000       // two pages, writable
#define USER_READ_ONLY 0x00610000  // the first page of user data again, read-only
#define USER_ABSENT 0x00620000     // nothing, between two tests
#define KERNEL_WINDOW 0x90000000   // nothing, between two tests
#define LAPIC 0xfee00000
#define IOAPIC 0xfec00000

// ---- Selectors -------------------------------------------------------------------------------
#define SEL_KERNEL_CODE 0x08
#define SEL_KERNEL_DATA 0x10
#define SEL_USER_CODE 0x1b  // with RPL 3
#define SEL_USER_DATA 0x23
#define SEL_TSS 0x28
#define SEL_LDT 0x30
#define SEL_ABSENT 0x3b        // user data, not present
#define SEL_SMALL 0x43         // user data from USER_DATA on, 16 bytes
#define SEL_READ_ONLY 0x4b     // user data, flat, not writable
#define SEL_DOWN 0x53          // user data that expands down: offsets above 0xfff
#define SEL_EXECUTE_ONLY 0x5b  // user code, flat, not readable
#define SEL_ABSENT_CODE 0x63
#define SEL_CONFORMING 0x68  // code of DPL 0 that lower rings may call
#define SEL_CALL_GATE 0x73
#define SEL_SMALL_STACK 0x78  // kernel data, 16 bytes
#define SEL_BEYOND 0x403      // beyond the GDT's end
#define SEL_RING1_CODE 0x81
#define SEL_RING1_DATA 0x89
#define GDT_ENTRIES 18
#define SEL_LDT_DATA 0x07  // first entry of the LDT, RPL 3

// ---- Vectors ---------------------------------------------------------------------------------
#define VECTOR_IRQ 0x20          // the 8259s' sixteen
#define VECTOR_EXIT 0x40         // DPL 3: user code is done
#define VECTOR_KERNEL_ONLY 0x41  // DPL 0
#define VECTOR_ABSENT 0x42       // gate not present
#define VECTOR_LOW 0x51          // LAPIC: a lower class of priority
#define VECTOR_HIGH 0x61         // and a higher one
#define VECTOR_DEVICE 0x70       // IOAPIC: + pin
#define VECTOR_CALL 0x80         // DPL 3, a trap gate: interrupts stay as they are
#define VECTOR_SPURIOUS 0xff

#endif
