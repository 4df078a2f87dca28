// Call gates and ring 1 (SDM 3, 5.8.3 to 5.8.5): the way between rings that INT does not take, and
// where a bad stack in the TSS can be met: the handler of its #TS runs in ring 0, whose stack is
// good.
#include "check.h"

#define GATE_PARAMETERS 1  // words that the CPU copies to the inner stack

USER(user_gate_call, "pushl $0x12345678", "lcall $" TEXT(SEL_CALL_GATE) ", $0");
USER(user_gate_jump, "", "ljmp $" TEXT(SEL_CALL_GATE) ", $0");

// In ring 1: CS and the parameter that the CPU has copied to this stack; a kernel page can be read.
KERNEL(ring1_code, "movl %cs, %eax; movl 8(%esp), %ebx; movl " TEXT(KERNEL_BASE) ", %ecx; lretl $4",
       "nop");

static uint8_t ring1_stack[256] __attribute__((aligned(16)));

static void set_gate(const char* target, uint8_t access) {
  gdt[SEL_CALL_GATE / 8] =
      gate_descriptor(SEL_RING1_CODE, (uint32_t)target, access) | (uint64_t)GATE_PARAMETERS << 32;
}

static void check_call(void) {
  task.tss.ss1 = SEL_RING1_DATA;
  task.tss.esp1 = (uint32_t)(ring1_stack + sizeof ring1_stack);
  set_gate(ring1_code, ACCESS_CALL_GATE | ACCESS_USER);
  check("gate.call.cs", check_user_ends("gate.call", user_gate_call), SEL_RING1_CODE);
  check("gate.call.parameter", last_trap.ebx, 0x12345678);
  check("gate.call.back", last_trap.cs, SEL_USER_CODE);
  check("gate.call.esp", last_trap.esp, USER_STACK_TOP);
}

static void check_refused(void) {
  USER_FAULT("gate.gp.jump-inwards", user_gate_jump, VECTOR_GP, SEL_RING1_CODE & ~3);
  set_gate(ring1_code, ACCESS_CALL_GATE);
  USER_FAULT("gate.gp.dpl", user_gate_call, VECTOR_GP, SEL_CALL_GATE & ~3);
  set_gate(ring1_code, (ACCESS_CALL_GATE | ACCESS_USER) & ~0x80);
  USER_FAULT("gate.np", user_gate_call, VECTOR_NP, SEL_CALL_GATE & ~3);
  set_gate(ring1_code, ACCESS_CALL_GATE | ACCESS_USER);
}

static void check_bad_stack(void) {
  task.tss.ss1 = 0;
  USER_FAULT("gate.ts.null", user_gate_call, VECTOR_TS, 0);
  task.tss.ss1 = SEL_KERNEL_DATA;
  USER_FAULT("gate.ts.rpl", user_gate_call, VECTOR_TS, SEL_KERNEL_DATA);
  task.tss.ss1 = SEL_BEYOND;
  USER_FAULT("gate.ts.beyond", user_gate_call, VECTOR_TS, SEL_BEYOND & ~3);
  task.tss.ss1 = 0;
}

// ---- Conforming code: it runs in the ring of its caller --------------------------------------

USER(user_conforming,
     "call 1f; 1: popl %eax; addl $2f - 1b, %eax; pushl $" TEXT(
         SEL_CONFORMING) "; pushl %eax; ljmp *(%esp); 2: movl %cs, %eax",
     "nop");

void check_gates(void) {
  check_call();
  check_refused();
  check_bad_stack();
  check("gate.conforming.cs", check_user_ends("gate.conforming", user_conforming),
        SEL_CONFORMING | 3);
}
