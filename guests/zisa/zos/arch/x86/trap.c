// What a trap means. trap() is called by trap_entry.S, with interrupts off.
#include "kernel.h"

extern char process_start[];                         // trap_entry.S
extern char kernel_code_begin[], kernel_code_end[];  // kernel.ld

void trap_init(void) {
  tables_init();
}

void frame_start_program(struct trap_frame* frame, uint32_t pc, uint32_t sp, uint32_t argc,
                         uint32_t argv) {
  *frame = (struct trap_frame){.eip = pc, .esp = sp, .eax = argc, .ebx = argv};
  frame->cs = SEL_USER_CODE;
  frame->ds = frame->es = frame->ss = SEL_USER_DATA;
  frame->eflags = EFLAGS_FIXED | EFLAGS_IF;
}

void context_init(struct context* context, struct trap_frame* frame) {
  context->eip = (uint32_t)process_start;
  context->esp = (uint32_t)frame;
}

static bool is_interrupt(const struct trap_frame* frame) {
#ifdef ZOS_PV
  return frame->vector == VECTOR_EVENT;
#else
  return frame->vector >= VECTOR_IRQ && frame->vector < VECTOR_IRQ + 16;
#endif
}

uint32_t interrupts_taken;

static void interrupt(const struct trap_frame* frame) {
  interrupts_taken++;
#ifdef ZOS_PV
  (void)frame;
  external_interrupt();
#else
  external_interrupt(frame->vector - VECTOR_IRQ);
#endif
}

// ---- From user mode --------------------------------------------------------------------------

// `address` is that of a page fault, read before anything else can fault. The CPU does not tell a fetch from a read.
static bool resolve(const struct trap_frame* frame, uint32_t address) {
  enum access access = frame->error & PF_WRITE ? ACCESS_WRITE : ACCESS_READ;
  return frame->vector == VECTOR_PF && space_fault(&current->space, address, access);
}

static const char* fault_name(const struct trap_frame* frame) {
  switch (frame->vector) {
    case VECTOR_DE:
      return "division error";
    case VECTOR_DB:
    case VECTOR_BP:
      return "breakpoint";
    case VECTOR_UD:
      return "illegal instruction";
    case VECTOR_NM:
      return "no floating point";
    case VECTOR_GP:
      return "privileged instruction";
    case VECTOR_PF:
      return frame->error & PF_WRITE ? "bad store" : "bad load or jump";
    default:
      return "unexpected trap";
  }
}

__attribute__((noreturn)) static void kill_current(const struct trap_frame* frame,
                                                   uint32_t address) {
  print("zos: %s (pid %d) killed: %s, vector %u, pc %x, value %x\n", current->name, current->pid,
        fault_name(frame), frame->vector, frame->eip,
        frame->vector == VECTOR_PF ? address : frame->error);
  process_exit(STATUS_KILLED);
}

static bool is_user_address(uint32_t address) {
  return address >= USER_BASE && address < USER_TOP;
}

// A program may jump where it likes: its EIP is any address when the fetch itself faults.
static bool has_run(const struct trap_frame* frame) {
  return frame->vector == VECTOR_CALL;
}

static void serve_call(struct trap_frame* frame) {
  interrupts_on();
  system_call(frame);
  interrupts_off();
}

static void trap_from_user(struct trap_frame* frame) {
  uint32_t address = fault_address();
  KASSERT(current != NULL, "a trap from user mode while no process runs");
  KASSERT(frame == current->frame, "a trap from user mode is on the wrong stack");
  KASSERT(frame->cs == SEL_USER_CODE, "a trap from user mode came from another segment");
  KASSERT(!has_run(frame) || is_user_address(frame->eip),
          "a trap from user mode came from a kernel address");
  if (is_interrupt(frame)) {
    interrupt(frame);
  } else if (frame->vector == VECTOR_CALL) {
    serve_call(frame);
  } else if (!resolve(frame, address)) {
    kill_current(frame, address);
  }
  if (reschedule) yield();
}

// ---- From the kernel -------------------------------------------------------------------------

__attribute__((noreturn)) static void kernel_fault(const struct trap_frame* frame) {
  print("zos: vector %u, error %x, pc %x, address %x\n", frame->vector, frame->error, frame->eip,
        fault_address());
  panic(__FILE_NAME__, __LINE__, "the kernel itself made a fault");
}

static bool is_kernel_code(uint32_t address) {
  return address >= (uint32_t)kernel_code_begin && address < (uint32_t)kernel_code_end;
}

static void trap_from_kernel(struct trap_frame* frame) {
  if (!is_interrupt(frame)) kernel_fault(frame);
  KASSERT((frame->cs & 0xffff) == SEL_KERNEL_CODE, "a trap came from a ring that does not exist");
  KASSERT(is_kernel_code(frame->eip), "a trap from the kernel came from elsewhere");
  KASSERT(frame->eflags & EFLAGS_IF, "an interrupt came while interrupts were off");
  interrupt(frame);
}

// The RPL of the saved CS is the ring that was interrupted.
void trap(struct trap_frame* frame) {
  KASSERT(!interrupts_enabled(), "interrupts are on in the trap handler");
  if ((frame->cs & 3) == 3) {
    trap_from_user(frame);
  } else {
    trap_from_kernel(frame);
  }
  KASSERT(!interrupts_enabled(), "interrupts are on on the way out of a trap");
}
