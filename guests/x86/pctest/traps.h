// Traps of pctest: what is caught, and code that is run to be caught.
#ifndef TRAPS_H
#define TRAPS_H

#include "layout.h"

// What trap_entry.S leaves on the stack, lowest address first.
struct trap_frame {
  uint32_t gs, fs, es, ds;
  uint32_t edi, esi, ebp, esp_of_pushal, ebx, edx, ecx, eax;
  uint32_t vector, error;
  uint32_t eip, cs, eflags;
  uint32_t esp, ss;  // only from an outer ring
};

void traps_init(void);  // GDT, TSS, IDT

extern uint64_t gdt[GDT_ENTRIES];
extern uint64_t idt[256];

// The task-state segment and the I/O bitmap behind it (SDM 1, 19.5.2): a bit of 1 forbids its port
// to user code. The byte after the bitmap must be ones.
#define IO_BITMAP_SIZE 128  // the ports below 1024
struct task {
  struct tss tss;
  uint8_t io[IO_BITMAP_SIZE + 1];
} __attribute__((packed));
extern struct task task;
extern uint8_t trap_stack_top[];  // where the CPU begins when it comes from user mode

// The trap that ended the last guarded code, and CR2 as it was then.
extern struct trap_frame last_trap;
extern uint32_t last_cr2;
extern uint32_t last_entry_flags;  // EFLAGS at the entry of its handler
extern uint32_t last_frame_end;    // the address behind its frame, of one from user mode

// A handler gives true when the interrupted code is to go on. Without one, or if it gives false,
// the guard ends the code. NULL takes it away.
typedef bool (*trap_handler)(struct trap_frame* frame);
void on_trap(uint8_t vector, trap_handler handler);

// Runs code, in ring 0 or ring 3; true if a trap ended it. In ring 3 it begins with ESP =
// USER_STACK_TOP, flat user segments, all other registers 0; INT VECTOR_EXIT is the regular end.
bool run_kernel(const char* code);
bool run_user(const char* code);
bool run_user_flags(const char* code, uint32_t eflags);

// An address within .user as the user sees it.
uint32_t user_address(const char* code);

// ---- Fragments of code: NAME runs `before`, then the instruction at NAME_at, then comes back.
#define TEXT_OF(x) #x
#define TEXT(x) TEXT_OF(x)
#define FRAGMENT(section, name, before, instruction, end)                                          \
  __asm__(".pushsection " section "\n" #name ":\n" before "\n" #name "_at:\n" instruction "\n" end \
          "\n.popsection");                                                                        \
  extern const char name[], name##_at[]
#define USER(name, before, instruction) \
  FRAGMENT(".user, \"ax\"", name, before, instruction, "int $" TEXT(VECTOR_EXIT))
#define KERNEL(name, before, instruction) FRAGMENT(".text", name, before, instruction, "ret")

#endif
