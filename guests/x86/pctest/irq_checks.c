// Interrupts and the CPU: timers wake it, priorities order them, STI and TF have their shadows.
#include "check.h"
#include "interrupts.h"

// ---- The local APIC's timer (SDM 3, 10.5.4) --------------------------------------------------

static void check_timer(void) {
  check("irq.lapic.version", (lapic_read(LAPIC_VERSION) & 0xff) >= 0x10, true);
  count_interrupts(VECTOR_LOW);
  lapic_write(LAPIC_TIMER, VECTOR_LOW);
  lapic_write(LAPIC_INITIAL, 100000);
  check("irq.timer.counts", lapic_read(LAPIC_CURRENT) <= 100000, true);
  sti_hlt();
  cli();
  check("irq.timer.one-shot", interrupts, 1);
  check("irq.timer.stopped", lapic_read(LAPIC_CURRENT), 0);
  lapic_write(LAPIC_TIMER, LAPIC_PERIODIC | VECTOR_LOW);
  lapic_write(LAPIC_INITIAL, 1000000);
  while (interrupts < 4) {
    sti_hlt();
    cli();
  }
  check("irq.timer.periodic", interrupts, 4);
  lapic_write(LAPIC_TIMER, LAPIC_MASKED | VECTOR_LOW);
  lapic_write(LAPIC_INITIAL, 0);
  sti();
  cli();  // one may have come meanwhile
}

// ---- STI's shadow (SDM 2, STI) ---------------------------------------------------------------

// The addresses are read where the fragments are linked: the interrupt's EIP tells where it came.
KERNEL(sti_cli, "", "sti; cli; nop");
KERNEL(sti_nop, "", "sti; nop; nop; cli");
KERNEL(sti_wait, "", "sti; hlt; nop; cli");

static void check_shadow(void) {
  count_interrupts(VECTOR_LOW);
  send_self(VECTOR_LOW);
  check("irq.pending", lapic_bit(LAPIC_IRR, VECTOR_LOW), true);
  run_kernel(sti_cli);
  check("irq.sti-cli", interrupts, 0);
  run_kernel(sti_nop);
  check("irq.sti-nop", interrupts, 1);
  check("irq.sti-nop.eip", interrupt_eip, (uint32_t)sti_nop_at + 2);
  send_self(VECTOR_LOW);
  run_kernel(sti_wait);
  check("irq.sti-hlt", interrupts, 2);
  check("irq.sti-hlt.eip", interrupt_eip, (uint32_t)sti_wait_at + 2);
}

// ---- Priorities (SDM 3, 10.8.3) --------------------------------------------------------------

static char order[8];
static uint32_t events;

static void event(char what) {
  order[events++ % sizeof order] = what;
}

// While one is served, one of a higher class comes at once, and one of the same class waits.
static bool serve_low(struct trap_frame* frame) {
  (void)frame;
  event('l');
  check("irq.in-service", lapic_bit(LAPIC_ISR, VECTOR_LOW), true);
  send_self(VECTOR_HIGH);
  sti();
  __asm__ volatile("nop");
  cli();
  event('m');
  lapic_write(LAPIC_EOI, 0);
  return true;
}

static bool serve_high(struct trap_frame* frame) {
  (void)frame;
  event('H');
  lapic_write(LAPIC_EOI, 0);
  return true;
}

static void check_nesting(void) {
  on_trap(VECTOR_LOW, serve_low);
  on_trap(VECTOR_HIGH, serve_high);
  send_self(VECTOR_LOW);
  run_kernel(sti_nop);
  check("irq.nested", events == 3 && order[0] == 'l' && order[1] == 'H' && order[2] == 'm', true);
}

// Both wait: the higher one is first.
static bool note_low(struct trap_frame* frame) {
  (void)frame;
  event('L');
  lapic_write(LAPIC_EOI, 0);
  return true;
}

static void check_order(void) {
  events = 0;
  on_trap(VECTOR_LOW, note_low);
  send_self(VECTOR_LOW);
  send_self(VECTOR_HIGH);
  run_kernel(sti_nop);
  run_kernel(sti_nop);
  check("irq.higher-first", events == 2 && order[0] == 'H' && order[1] == 'L', true);
  events = 0;
  lapic_write(LAPIC_TPR, VECTOR_LOW & 0xf0);
  send_self(VECTOR_LOW);
  send_self(VECTOR_HIGH);
  run_kernel(sti_nop);
  run_kernel(sti_nop);
  check("irq.task-priority", events == 1 && order[0] == 'H', true);
  lapic_write(LAPIC_TPR, 0);
  run_kernel(sti_nop);
  check("irq.task-priority-lowered", events == 2 && order[1] == 'L', true);
}

// ---- Single steps (SDM 3, 17.3.1.4) ----------------------------------------------------------

static uint32_t steps, last_step;

static uint32_t read_dr6(void) {
  uint32_t value;
  __asm__ volatile("movl %%dr6, %0" : "=r"(value));
  return value;
}

static bool step(struct trap_frame* frame) {
  steps++;
  last_step = frame->eip;
  return true;
}

USER(user_steps, "nop; nop; nop", "nop");
KERNEL(kernel_steps, "pushfl; orl $0x100, (%esp); popfl",
       "nop; nop; pushfl; andl $~0x100, (%esp); popfl");

static void check_steps(void) {
  __asm__ volatile("movl %0, %%dr6" : : "r"(0));
  run_user_flags(user_steps, EFLAGS_TF);
  check_trap("irq.step.first", VECTOR_DB, 0, user_address(user_steps) + 1);
  check("irq.step.dr6", read_dr6() & 0x4000, 0x4000);
  check("irq.step.tf-cleared", last_entry_flags & EFLAGS_TF, 0);
  on_trap(VECTOR_DB, step);
  steps = 0;
  run_kernel(kernel_steps);
  // NOP, NOP, PUSHF, AND, and the POPF that ends it: a trap after each.
  check("irq.step.count", steps, 5);
  on_trap(VECTOR_DB, NULL);
}

void check_interrupts(void) {
  check_steps();
  if (!(cpu_features() & CPU_APIC)) return note("no local APIC");
  check_timer();
  check_shadow();
  check_nesting();
  check_order();
  on_trap(VECTOR_LOW, NULL);
  on_trap(VECTOR_HIGH, NULL);
}
