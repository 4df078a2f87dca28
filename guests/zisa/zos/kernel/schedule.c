// Who runs. The scheduler is a loop with a stack of its own; it switches to a process and gets the
// CPU back when the process gives way: at the end of its time (yield), to wait (sleep_on), or for
// good (exit). Processes take turns in the order of the table.
#include "kernel.h"

struct process* current;
bool reschedule;

static struct context scheduler_context;

static struct process* next_runnable(void) {
  static uint32_t last;
  for (int i = 0; i < MAX_PROCESSES; i++) {
    last = (last + 1) % MAX_PROCESSES;
    if (processes[last].state == RUNNABLE) return &processes[last];
  }
  return NULL;
}

static void run(struct process* process) {
  current = process;
  process->state = RUNNING;
  reschedule = false;
  space_activate(process->space.root);
  trap_set_kernel_stack(process->frame + 1);
  context_switch(&scheduler_context, &process->context);
  KASSERT(process_stack_intact(process), "a kernel stack has overflowed");
  current = NULL;
}

// Nobody can run. Interrupts are off, so one that comes before the wait is not lost: it stays
// pending and ends the wait at once. Then a moment with interrupts on lets it be served. Ticks are
// of use only to those who sleep for some; without them the machine is left in peace.
static void idle(void) {
  bool quiet = !anyone_waits_for_ticks();
  uint32_t taken = interrupts_taken;
  if (quiet) timer_stop();
  wait_for_interrupt();
  if (quiet) timer_start(options.tick);
  interrupts_on();
  interrupts_off();
  KASSERT(interrupts_taken != taken, "the interrupt that ended the wait was not taken");
}

void scheduler(void) {
  for (;;) {
    KASSERT(!interrupts_enabled(), "interrupts are on in the scheduler");
    struct process* process = next_runnable();
    if (process != NULL) {
      run(process);
    } else {
      idle();
    }
  }
}

// Gives the CPU to the scheduler. The state says when the process may have it again.
static void give_way(void) {
  KASSERT(!interrupts_enabled(), "interrupts are on in a switch");
  KASSERT(current->state != RUNNING, "a running process gives way");
  context_switch(&current->context, &scheduler_context);
}

void yield(void) {
  irq_state saved = irq_save();
  if (current->state == RUNNING) current->state = RUNNABLE;
  give_way();
  irq_restore(saved);
}

void sleep_on(const void* channel) {
  current->channel = channel;
  current->state = SLEEPING;
  give_way();
}

void wake_up(const void* channel) {
  for (int i = 0; i < MAX_PROCESSES; i++) {
    if (processes[i].state == SLEEPING && processes[i].channel == channel) {
      processes[i].state = RUNNABLE;
    }
  }
}

void sleep_lock_acquire(struct sleep_lock* lock) {
  irq_state saved = irq_save();
  while (lock->held) sleep_on(lock);
  lock->held = true;
  irq_restore(saved);
}

void sleep_lock_release(struct sleep_lock* lock) {
  irq_state saved = irq_save();
  lock->held = false;
  wake_up(lock);
  irq_restore(saved);
}
