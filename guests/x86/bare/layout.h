// Addresses, selectors and vectors of the bare guests, for C and assembly.
#ifndef LAYOUT_H
#define LAYOUT_H

#include "x86.h"

#define SEL_KERNEL_CODE 0x08
#define SEL_KERNEL_DATA 0x10
#define SEL_USER_CODE 0x1b
#define SEL_USER_DATA 0x23
#define SEL_TSS 0x28
#define GDT_ENTRIES 6

#define VECTOR_CALL 0x80   // a system call of user code
#define VECTOR_LEAVE 0x81  // user code is done

#define USER_REGION 0x40000000
#define USER_BASE (USER_REGION + 0x180000)  // shows .user, read-only; not where in the TLB the image lies

#define UNEXPECTED_TRAP 63  // the exit code of a guest that made a fault nobody expected

#endif
