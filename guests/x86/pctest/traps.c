// Descriptor tables, and what happens when a trap arrives.
#include "traps.h"

#include "check.h"

uint64_t gdt[GDT_ENTRIES], idt[256];
struct task task;
static uint64_t ldt[1];

struct trap_frame last_trap;
uint32_t last_cr2, last_entry_flags, last_frame_end;
static trap_handler handlers[256];

extern const char trap_entries[], user_begin[];  // trap_entry.S, kernel.ld
extern uint32_t guard_esp, user_start, user_flags;
int guard_call(void (*code)(void));
__attribute__((noreturn)) void guard_escape(void);
void enter_user(void);

// ---- Tables ----------------------------------------------------------------------------------

static void set_segment(uint32_t selector, uint32_t base, uint32_t limit, uint8_t access,
                        uint8_t flags) {
  gdt[selector / 8] = segment_descriptor(base, limit, access, flags);
}

static void make_gdt(void) {
  const uint32_t flat = 0xfffff;
  set_segment(SEL_KERNEL_CODE, 0, flat, ACCESS_CODE, SEGMENT_4K);
  set_segment(SEL_KERNEL_DATA, 0, flat, ACCESS_DATA, SEGMENT_4K);
  set_segment(SEL_USER_CODE, 0, flat, ACCESS_CODE | ACCESS_USER, SEGMENT_4K);
  set_segment(SEL_USER_DATA, 0, flat, ACCESS_DATA | ACCESS_USER, SEGMENT_4K);
  set_segment(SEL_TSS, (uint32_t)&task, sizeof task - 1, ACCESS_TSS, 0);
  set_segment(SEL_LDT, (uint32_t)ldt, sizeof ldt - 1, ACCESS_LDT, 0);
  set_segment(SEL_ABSENT, 0, flat, 0x72, SEGMENT_4K);
  set_segment(SEL_SMALL, USER_DATA, 15, ACCESS_DATA | ACCESS_USER, SEGMENT_BYTES);
  set_segment(SEL_READ_ONLY, 0, flat, 0xf0, SEGMENT_4K);
  set_segment(SEL_DOWN, USER_DATA, 0xfff, 0xf6, SEGMENT_BYTES);
  set_segment(SEL_EXECUTE_ONLY, 0, flat, 0xf8, SEGMENT_4K);
  set_segment(SEL_ABSENT_CODE, 0, flat, 0x7a, SEGMENT_4K);
  set_segment(SEL_CONFORMING, 0, flat, 0x9e, SEGMENT_4K);
  set_segment(SEL_SMALL_STACK, 0, 15, ACCESS_DATA, SEGMENT_BYTES);
  set_segment(SEL_RING1_CODE, 0, flat, 0xba, SEGMENT_4K);
  set_segment(SEL_RING1_DATA, 0, flat, 0xb2, SEGMENT_4K);
  ldt[0] = segment_descriptor(0, flat, ACCESS_DATA | ACCESS_USER, SEGMENT_4K);
}

static void set_gate(uint8_t vector, uint8_t access) {
  idt[vector] = gate_descriptor(SEL_KERNEL_CODE, (uint32_t)trap_entries + vector * 16, access);
}

static void make_idt(void) {
  for (int vector = 0; vector < 256; vector++) set_gate((uint8_t)vector, ACCESS_INTERRUPT_GATE);
  set_gate(VECTOR_BP, ACCESS_INTERRUPT_GATE | ACCESS_USER);
  set_gate(VECTOR_OF, ACCESS_INTERRUPT_GATE | ACCESS_USER);
  set_gate(VECTOR_BR, ACCESS_INTERRUPT_GATE | ACCESS_USER);
  set_gate(VECTOR_EXIT, ACCESS_INTERRUPT_GATE | ACCESS_USER);
  set_gate(VECTOR_CALL, ACCESS_TRAP_GATE | ACCESS_USER);
  idt[VECTOR_ABSENT] &= ~(0x8000ull << 32);
  idt[VECTOR_ABSENT] |= (uint64_t)ACCESS_USER << 40;
}

static void make_task(void) {
  task.tss.ss0 = SEL_KERNEL_DATA;
  task.tss.esp0 = (uint32_t)trap_stack_top;
  task.tss.io_map = offsetof(struct task, io);
  for (size_t i = 0; i < sizeof task.io; i++) task.io[i] = 0xff;
}

static void load_tables(void) {
  struct table_register gdtr = {sizeof gdt - 1, (uint32_t)gdt},
                        idtr = {sizeof idt - 1, (uint32_t)idt};
  __asm__ volatile(
      "lgdt %0; lidt %1\n"
      "ljmp %2, $1f; 1:\n"
      "movl %3, %%ds; movl %3, %%es; movl %3, %%ss\n"
      "movl %4, %%fs; movl %4, %%gs\n"
      "lldt %w5; ltr %w6"
      :
      : "m"(gdtr), "m"(idtr), "i"(SEL_KERNEL_CODE), "r"(SEL_KERNEL_DATA), "r"(0), "r"(SEL_LDT),
        "r"(SEL_TSS)
      : "memory");
}

void traps_init(void) {
  make_gdt();
  make_idt();
  make_task();
  load_tables();
}

// ---- A trap arrives --------------------------------------------------------------------------

void on_trap(uint8_t vector, trap_handler handler) {
  handlers[vector] = handler;
}

__attribute__((noreturn)) static void unexpected(const struct trap_frame* frame) {
  print("FAIL pctest: vector %x error %x at %x, address %x, and nothing expected it\n",
        frame->vector, frame->error, frame->eip, last_cr2);
  leave(1);
}

// Called by trap_entry.S, interrupts off. A frame from ring 0 ends before esp: what is copied
// behind it is stack, and means nothing.
void trap(struct trap_frame* frame) {
  uint32_t cr2 = read_cr2(), flags = read_eflags();
  trap_handler handler = handlers[frame->vector];
  if (handler != NULL && handler(frame)) return;
  last_trap = *frame;
  last_cr2 = cr2;
  last_entry_flags = flags;
  last_frame_end = (uint32_t)(frame + 1);
  if (guard_esp == 0) unexpected(frame);
  guard_escape();
}

// ---- Guarded code ----------------------------------------------------------------------------

bool run_kernel(const char* code) {
  return guard_call((void (*)(void))code) != 0;
}

uint32_t user_address(const char* code) {
  return USER_CODE + (uint32_t)(code - user_begin);
}

bool run_user_flags(const char* code, uint32_t eflags) {
  user_start = user_address(code);
  user_flags = eflags | EFLAGS_FIXED;
  return guard_call(enter_user) != 0;
}

bool run_user(const char* code) {
  return run_user_flags(code, 0);
}
