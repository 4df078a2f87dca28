// INT n: the frame that it pushes for this kernel shows its own CS and the IF that it set.
#include "holes.h"

#define VECTOR_OWN 0x30

uint32_t frame_cs, frame_flags;
extern const char own_entry[];
__asm__(
    ".pushsection .text\n"
    "own_entry: movl 4(%esp), %eax; movl %eax, frame_cs; movl 8(%esp), %eax; movl %eax, "
    "frame_flags; iretl\n"
    ".popsection");

static void call(void) {
  __asm__ volatile("int %0" : : "i"(VECTOR_OWN) : "eax", "memory");
}

int main(void) {
  out8(PIC1 + 1, 0xff);  // nothing may come while interrupts are on
  out8(PIC2 + 1, 0xff);
  set_trap(VECTOR_OWN, own_entry, 0);
  sti();
  call();
  cli();
  bool honest = compare("int_n: CS in the frame", SEL_KERNEL_CODE, "INT", frame_cs & 0xffff);
  honest &= compare("int_n: EFLAGS.IF in the frame", EFLAGS_IF, "INT", frame_flags & EFLAGS_IF);
  call();
  honest &= compare("int_n: EFLAGS.IF after CLI", 0, "INT", frame_flags & EFLAGS_IF);
  return honest ? 0 : 1;
}
