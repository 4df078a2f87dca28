// Checks and their lines on the console: `ok NAME`, or `FAIL NAME: got .. expected ..`.
#ifndef CHECK_H
#define CHECK_H

#include "traps.h"

// ---- console.c: COM1, by polling
void console_init(void);
void print_byte(char byte);
void print(const char* format, ...) __attribute__((format(printf, 1, 2)));  // %s %u %x
bool text_equal(const char* a, const char* b);
bool text_begins(const char* text, const char* start);

// ---- check.c
// "only=PREFIX" on the command line leaves out the checks whose names begin with something else.
void check_select(const char* command_line);
// Whether a group of checks has any that are selected: its name is a prefix of theirs.
bool group_selected(const char* group);
bool check(const char* name, uint32_t got, uint32_t expected);
void note(const char* text);  // something that is not checked on this machine
extern uint32_t failures;
// Ends the machine with this exit value.
__attribute__((noreturn)) void leave(uint32_t failed);

// The last trap was this one; `where` is its EIP. One line, that names the field that differs.
bool check_trap(const char* name, uint8_t vector, uint32_t error, uint32_t where);
// Runs a fragment of user or kernel code whose instruction NAME_at has to fault.
bool check_user_fault(const char* name, const char* code, const char* at, uint8_t vector,
                      uint32_t error);
bool check_kernel_fault(const char* name, const char* code, const char* at, uint8_t vector,
                        uint32_t error);
// The same, with the address that #PF has to leave in CR2.
bool check_user_page_fault(const char* name, const char* code, const char* at, uint32_t error,
                           uint32_t address);
// Runs user code that has to come to its end; gives its EAX.
uint32_t check_user_ends(const char* name, const char* code);

#define USER_FAULT(name, code, vector, error) check_user_fault(name, code, code##_at, vector, error)
#define KERNEL_FAULT(name, code, vector, error) \
  check_kernel_fault(name, code, code##_at, vector, error)
#define USER_PAGE_FAULT(name, code, error, address) \
  check_user_page_fault(name, code, code##_at, error, address)

// ---- main.c: KiB above 1 MiB, as the loader says
extern uint32_t memory_upper;

// ---- The groups, one file each
void check_cpu(void);
void check_descriptors(void);
void check_faults(void);
void check_rings(void);
void check_gates(void);
void check_instructions(void);
void check_strings(void);
void check_paging(void);
void check_platform(void);
void check_interrupts(void);
void check_devices(void);
void check_ide(void);
void check_strict(void);

// The words of an IRET to an outer ring, pushed; its EIP is USER_CODE.
#define IRET_TO(cs, ss)                                                           \
  "pushl $" TEXT(ss) "; pushl $" TEXT(USER_STACK_TOP) "; pushl $2; pushl $" TEXT( \
      cs) "; pushl $" TEXT(USER_CODE)

// ---- cpu.c: CPUID leaf 1, EDX (SDM 2, CPUID); 0 where there is no CPUID
uint32_t cpu_features(void);
#define CPU_PSE (1u << 3)
#define CPU_TSC (1u << 4)
#define CPU_CX8 (1u << 8)
#define CPU_APIC (1u << 9)
#define CPU_SEP (1u << 11)
#define CPU_CMOV (1u << 15)

#endif
