// What a trap means. trap() is called by trap_entry.S, with interrupts off.
#include "kernel.h"

extern char trap_entry[], process_start[];  // trap_entry.S
extern uint32_t trap_kernel_sp;
extern char kernel_code_begin[], kernel_code_end[];  // kernel.ld

_Static_assert(sizeof(struct trap_frame) == FRAME_SIZE, "trap_entry.S knows another frame");
_Static_assert(offsetof(struct trap_frame, tval) == FRAME_TVAL, "trap_entry.S knows another frame");

void trap_init(void) {
#ifdef ZOS_PV
  static const uint32_t causes[] = {
      CAUSE_MISALIGNED_JUMP, CAUSE_FETCH_ACCESS, CAUSE_ILLEGAL,    CAUSE_EBREAK,
      CAUSE_LOAD_MISALIGNED, CAUSE_LOAD_ACCESS,  CAUSE_STORE_MISALIGNED, CAUSE_STORE_ACCESS,
      CAUSE_ECALL_U,         CAUSE_ECALL_S,      CAUSE_FETCH_PAGE, CAUSE_LOAD_PAGE,
      CAUSE_STORE_PAGE,      CAUSE_PRIVILEGED,   CAUSE_HCALL,      CAUSE_EVENT,
  };
  enum { COUNT = sizeof causes / sizeof causes[0] };
  static uint32_t table[2 * COUNT];
  for (uint32_t i = 0; i < COUNT; i++) {
    table[2 * i] = causes[i];
    table[2 * i + 1] = (uint32_t)trap_entry;
  }
  pv_init(table, COUNT);
#else
  write_cr(CR_TVEC, (uint32_t)trap_entry);
#endif
}

void trap_set_kernel_stack(void* top) {
  trap_kernel_sp = (uint32_t)top;
}

void frame_start_program(struct trap_frame* frame, uint32_t pc, uint32_t sp, uint32_t a0,
                         uint32_t a1) {
  *frame = (struct trap_frame){.pc = pc};
  frame->x[REGISTER_SP] = sp;
  frame->x[REGISTER_A0] = a0;
  frame->x[REGISTER_A0 + 1] = a1;
  // For trap_return: still supervisor mode with paging; TRET goes to user mode (PMODE = 0).
  frame->sr = SR_MODE | SR_PG | SR_PIE;
}

void context_init(struct context* context, struct trap_frame* frame) {
  context->ra = (uint32_t)process_start;
  context->sp = (uint32_t)frame;
}

static bool is_interrupt(const struct trap_frame* frame) {
  return (frame->cause & CAUSE_INTERRUPT) != 0;
}

uint32_t interrupts_taken;

static void interrupt(const struct trap_frame* frame) {
  interrupts_taken++;
  switch (frame->cause & ~CAUSE_INTERRUPT) {
    case INTERRUPT_TIMER:
      return tick();
    case INTERRUPT_EXTERNAL:
      return external_interrupt();
    default:
      panic(__FILE_NAME__, __LINE__, "an interrupt that was not enabled");
  }
}

// ---- From user mode --------------------------------------------------------------------------

static enum access access_of(uint32_t cause) {
  if (cause == CAUSE_FETCH_PAGE) return ACCESS_EXECUTE;
  return cause == CAUSE_STORE_PAGE ? ACCESS_WRITE : ACCESS_READ;
}

static bool is_page_fault(uint32_t cause) {
  return cause == CAUSE_FETCH_PAGE || cause == CAUSE_LOAD_PAGE || cause == CAUSE_STORE_PAGE;
}

static bool resolve(const struct trap_frame* frame) {
  return is_page_fault(frame->cause) &&
         space_fault(&current->space, frame->tval, access_of(frame->cause));
}

static const char* cause_name(uint32_t cause) {
  switch (cause) {
    case CAUSE_MISALIGNED_JUMP:
      return "misaligned jump";
    case CAUSE_ILLEGAL:
      return "illegal instruction";
    case CAUSE_EBREAK:
      return "breakpoint";
    case CAUSE_PRIVILEGED:
      return "privileged instruction";
    case CAUSE_FETCH_ACCESS:
    case CAUSE_FETCH_PAGE:
      return "bad jump";
    case CAUSE_LOAD_ACCESS:
    case CAUSE_LOAD_PAGE:
      return "bad load";
    case CAUSE_STORE_ACCESS:
    case CAUSE_STORE_PAGE:
      return "bad store";
    default:
      return "unexpected trap";
  }
}

__attribute__((noreturn)) static void kill_current(const struct trap_frame* frame) {
  print("zos: %s (pid %d) killed: %s, cause %u, pc %x, value %x\n", current->name, current->pid,
        cause_name(frame->cause), frame->cause, frame->pc, frame->tval);
  process_exit(STATUS_KILLED);
}

static bool is_user_address(uint32_t address) {
  return address >= USER_BASE && address < USER_TOP;
}

// Was an instruction fetched before the trap came? Not if an interrupt or the fetch itself was it:
// a program may jump where it likes, and its pc is then any address.
static bool has_run(const struct trap_frame* frame) {
  return !is_interrupt(frame) && frame->cause != CAUSE_FETCH_PAGE &&
         frame->cause != CAUSE_FETCH_ACCESS;
}

static void serve_call(struct trap_frame* frame) {
  frame->pc += 4;  // go on behind the ECALL
  interrupts_on();
  system_call(frame);
  interrupts_off();
}

static void trap_from_user(struct trap_frame* frame) {
  KASSERT(current != NULL, "a trap from user mode while no process runs");
  KASSERT(frame == current->frame, "a trap from user mode is on the wrong stack");
  KASSERT(!has_run(frame) || is_user_address(frame->pc),
          "a trap from user mode came from a kernel address");
  if (is_interrupt(frame)) {
    interrupt(frame);
  } else if (frame->cause == CAUSE_ECALL_U) {
    serve_call(frame);
  } else if (!resolve(frame)) {
    kill_current(frame);
  }
  if (reschedule) yield();
}

// ---- From the kernel -------------------------------------------------------------------------

__attribute__((noreturn)) static void kernel_fault(const struct trap_frame* frame) {
  print("zos: cause %x, pc %x, value %x\n", frame->cause, frame->pc, frame->tval);
  panic(__FILE_NAME__, __LINE__, "the kernel itself made a fault");
}

static bool is_kernel_code(uint32_t address) {
  return address >= (uint32_t)kernel_code_begin && address < (uint32_t)kernel_code_end;
}

static void trap_from_kernel(struct trap_frame* frame) {
  if (!is_interrupt(frame)) kernel_fault(frame);
  KASSERT(is_kernel_code(frame->pc), "a trap from the kernel came from elsewhere");
  KASSERT(frame->sr & SR_PIE, "an interrupt came while interrupts were off");
  interrupt(frame);
}

void trap(struct trap_frame* frame) {
  KASSERT(!interrupts_enabled(), "interrupts are on in the trap handler");
  if (frame->sr & SR_PMODE) {
    trap_from_kernel(frame);
  } else {
    trap_from_user(frame);
  }
  KASSERT(!interrupts_enabled(), "interrupts are on on the way out of a trap");
}
