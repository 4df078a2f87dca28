#include "check.h"

uint32_t failures;
static char only[32];  // a copy: the command line lies in memory that is mapped only at the start

static void copy_word(char* to, const char* from, size_t size) {
  while (size-- > 1 && *from != ' ' && *from != '\0') *to++ = *from++;
  *to = '\0';
}

void check_select(const char* command_line) {
  for (const char* at = command_line; *at != '\0'; at++)
    if (text_begins(at, "only=")) copy_word(only, at + 5, sizeof only);
}

static bool selected(const char* name) {
  return text_begins(name, only);
}

bool group_selected(const char* group) {
  return text_begins(group, only) || text_begins(only, group);
}

// `field` says what of it was compared.
static bool compare(const char* name, const char* field, uint32_t got, uint32_t expected) {
  if (!selected(name) || got == expected) return got == expected;
  failures++;
  print("FAIL %s: got %s%x expected %x\n", name, field, got, expected);
  return false;
}

static bool good(const char* name) {
  if (selected(name)) print("ok %s\n", name);
  return true;
}

bool check(const char* name, uint32_t got, uint32_t expected) {
  return compare(name, "", got, expected) && good(name);
}

void note(const char* text) {
  print("note %s\n", text);
}

void leave(uint32_t failed) {
  out8(DEBUG_EXIT, (uint8_t)(failed > 63 ? 63 : failed));
  for (;;) __asm__ volatile("cli; hlt");
}

// ---- Traps -----------------------------------------------------------------------------------

static bool same_trap(const char* name, uint8_t vector, uint32_t error, uint32_t where) {
  return compare(name, "vector ", last_trap.vector, vector) &&
         compare(name, "error code ", last_trap.error, error) &&
         compare(name, "EIP ", last_trap.eip, where);
}

bool check_trap(const char* name, uint8_t vector, uint32_t error, uint32_t where) {
  return same_trap(name, vector, error, where) && good(name);
}

static bool user_fault(const char* name, const char* code, const char* at, uint8_t vector,
                       uint32_t error) {
  run_user(code);
  return same_trap(name, vector, error, user_address(at)) &&
         compare(name, "CS ", last_trap.cs, SEL_USER_CODE) &&
         compare(name, "SS ", last_trap.ss, SEL_USER_DATA);
}

bool check_user_fault(const char* name, const char* code, const char* at, uint8_t vector,
                      uint32_t error) {
  return user_fault(name, code, at, vector, error) && good(name);
}

bool check_user_page_fault(const char* name, const char* code, const char* at, uint32_t error,
                           uint32_t address) {
  return user_fault(name, code, at, VECTOR_PF, error) && compare(name, "CR2 ", last_cr2, address) &&
         good(name);
}

bool check_kernel_fault(const char* name, const char* code, const char* at, uint8_t vector,
                        uint32_t error) {
  bool trapped = run_kernel(code);
  return compare(name, "trap ", trapped, true) && same_trap(name, vector, error, (uint32_t)at) &&
         compare(name, "CS ", last_trap.cs, SEL_KERNEL_CODE) && good(name);
}

uint32_t check_user_ends(const char* name, const char* code) {
  run_user(code);
  if (compare(name, "vector ", last_trap.vector, VECTOR_EXIT)) good(name);
  return last_trap.eax;
}
