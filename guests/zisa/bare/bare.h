// What the small bare guests share: printing, the command line, page tables. No interrupts, no
// memory to allocate, one CPU.
#ifndef BARE_H
#define BARE_H

#include <stdbool.h>
#include <stdint.h>

#include "zisa.h"

// Ends the run with that code.
__attribute__((noreturn)) void end(uint32_t code);

// ---- console.c
void print(const char* text);
void print_number(uint32_t number);
void print_hex(uint32_t number);

// ---- command_line.c
// The first number among the words of the command line, or `otherwise`.
uint32_t command_number(const struct boot_info* boot, uint32_t otherwise);
// Is `word` one of the words of the command line?
bool command_has(const struct boot_info* boot, const char* word);

// ---- paging.c: two-level tables (shape Z2)
// The kernel, all RAM and the devices are mapped where they are, by superpages that only S may
// use. User pages lie in the 4 MiB of USER_REGION, the first of them not at its beginning: the TLB is
// direct-mapped, and there the user's code and the kernel's would drive each other out at each trap.
#define USER_REGION 0x40000000
#define USER_BASE (USER_REGION + 0x100000)

// Fills the tables with the identity map and the pages of the section .user (from USER_BASE on,
// readable and executable).
void build_page_tables(const struct boot_info* boot);
// Sets PTBR and turns paging on.
void paging_on(void);
// The entry that maps the page of `address`, which lies in the 4 MiB of USER_REGION.
uint32_t* user_entry(uint32_t address);
// A page-table entry for the frame at `frame` with rights `flags`.
uint32_t make_entry(const void* frame, uint32_t flags);

#endif
