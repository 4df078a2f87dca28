// What the small bare guests share: printing, the command line, descriptor tables, page tables. No
// interrupts, no memory to allocate, one CPU.
#ifndef BARE_H
#define BARE_H

#include "layout.h"

// ---- start.S
// Ends the run with that code, at most 63.
__attribute__((noreturn)) void end(uint32_t code);

// ---- console.c
void print(const char* text);
void print_number(uint32_t number);
void print_hex(uint32_t number);

// ---- command_line.c: the words behind the kernel's name
// The first number among them, or `otherwise`.
uint32_t command_number(const struct multiboot_info* boot, uint32_t otherwise);
// Is `word` one of them?
bool command_has(const struct multiboot_info* boot, const char* word);

// ---- tables.c
extern uint64_t gdt[GDT_ENTRIES];
extern uint64_t idt[256];
// GDT, IDT and TSS; every vector ends the run, but VECTOR_LEAVE. Interrupts stay off.
void build_tables(void);
// `entry` is to begin with the CPU's frame on the stack, and to end with IRET. DPL is 0 or 3.
void set_trap(uint8_t vector, const void* entry, int dpl);

// ---- user.S
// Runs user code from `address` on, with ECX = argument, ESI = EDI = 0 and these EFLAGS; it ends by
// INT VECTOR_LEAVE. Gives its EAX.
uint32_t call_user(uint32_t address, uint32_t argument, uint32_t eflags);
// Where `code`, a place in .user, is for the user.
uint32_t user_address(const void* code);

// ---- paging.c: all RAM below 64 MiB is mapped where it is by pages of 4 MiB; user pages lie in
// the 4 MiB of USER_REGION. Fills the tables and turns paging on.
void paging_on(void);
// The entry that maps the page of `address`, which lies in USER_REGION.
uint32_t* user_entry(uint32_t address);

#endif
