// What bare/tables.c does with descriptor tables: where traps go. The segments are those that the VMM starts the guest with,
// which have the selectors of layout.h.
#include "bare.h"
#include "pv.h"

uint32_t shared_page[PAGE_SIZE / 4] __attribute__((aligned(PAGE_SIZE)));
const void* handlers[256];
// Of the first 32 vectors (SDM 3, table 6-1).
uint32_t pushes_error_code[8] = {1u << VECTOR_DF | 1u << VECTOR_TS | 1u << VECTOR_NP | 1u << VECTOR_SS | 1u << VECTOR_GP |
                                 1u << VECTOR_PF};

static uint32_t trap_table[2 * 256];

extern const char trap_entry[], unexpected_trap[], leave_user[], trap_stack_top[], user_begin[];

uint32_t must(int result) {
  if (result < 0) end(5);
  return (uint32_t)result;
}

static void name_handler(uint8_t vector, const void* entry, int dpl) {
  handlers[vector] = entry;
  trap_table[2 * vector] = vector | (dpl == 3 ? TRAP_BY_USER : 0);
  trap_table[2 * vector + 1] = (uint32_t)trap_entry;
}

static void tell_handlers(void) {
  must(hypercall(HV_SET_TRAP_TABLE, (uint32_t)trap_table, 256, 0));
}

void set_trap(uint8_t vector, const void* entry, int dpl) {
  name_handler(vector, entry, dpl);
  tell_handlers();
}

void build_tables(void) {
  must(hypercall(HV_SET_SHARED_PAGE, (uint32_t)shared_page >> PAGE_SHIFT, 0, 0));
  must(hypercall(HV_SET_KERNEL_STACK, (uint32_t)trap_stack_top, 0, 0));
  for (int vector = 0; vector < 256; vector++) name_handler((uint8_t)vector, unexpected_trap, 0);
  name_handler(VECTOR_LEAVE, leave_user, 3);
  tell_handlers();
}

uint32_t user_address(const void* code) {
  return USER_BASE + (uint32_t)((const char*)code - user_begin);
}
