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

// ---- The groups, one file each
void check_descriptors(void);
void check_faults(void);
void check_paging(void);
void check_strict(void);

#endif
