// Processes: how they begin, multiply and end. Each has an address space, and one frame as its
// stack inside the kernel:
//
//      kernel_stack                                                  + PAGE_SIZE
//     | guard word | ...  grows down  <--  calls of the kernel | trap frame |
//
// The trap frame holds the registers of user mode, saved where the process entered the kernel.
#include "kernel.h"

#define STACK_GUARD 0x57ac4b0du  // "stack bod(y)": written over if the kernel's stack overflows

struct process processes[MAX_PROCESSES];
static int last_pid;

static uint32_t* stack_guard(const struct process* process) {
  return frame_pointer(process->kernel_stack);
}

bool process_stack_intact(const struct process* process) {
  return *stack_guard(process) == STACK_GUARD;
}

static bool make_kernel_stack(struct process* process) {
  process->kernel_stack = frame_alloc();
  if (process->kernel_stack == 0) return false;
  *stack_guard(process) = STACK_GUARD;
  char* top = (char*)frame_pointer(process->kernel_stack) + PAGE_SIZE;
  process->frame = (struct trap_frame*)top - 1;
  context_init(&process->context, process->frame);
  return true;
}

static struct process* find_unused(void) {
  for (int i = 0; i < MAX_PROCESSES; i++) {
    if (processes[i].state == UNUSED) return &processes[i];
  }
  return NULL;
}

// A process with a kernel stack and no address space yet; still UNUSED, so that nothing runs it.
static struct process* process_create(void) {
  struct process* process = find_unused();
  if (process == NULL || !make_kernel_stack(process)) return NULL;
  process->parent = current;
  process->channel = NULL;
  return process;
}

static void set_running(struct process* process) {
  process->pid = ++last_pid;
  process->state = RUNNABLE;
}

void process_create_first(void) {
  struct process* process = process_create();
  KASSERT(process != NULL && space_create(&process->space), "no memory for the first process");
  set_running(process);
}

// The shell gets the script as `sh -c SCRIPT`; without one it reads the console.
static int exec_shell(void) {
  static const char words[] = "sh\0-c";  // two texts, one behind the other
  static char arguments[PAGE_SIZE];
  memcpy(arguments, words, sizeof words);
  copy_text(arguments + sizeof words, options.script, sizeof arguments - sizeof words);
  return exec("sh", arguments, *options.script == '\0' ? 1 : 3);
}

static void become_shell(void) {
  if (exec_shell() > 0) return;
  print("zos: cannot load sh from drive 0: is zos.img in it?\n");
  power_off(1);
}

// The scheduler switches to a new process for the first time and it arrives here, on its own kernel
// stack. Returning from here means going to user mode. Only process 1 has no program yet; it is
// loaded here and not at boot because waiting for the disk takes a process that can wait.
void process_first_run(void) {
  KASSERT(!interrupts_enabled(), "interrupts are on where a process begins");
  if (current->pid == 1) become_shell();
}

int process_fork(void) {
  struct process* child = process_create();
  if (child == NULL) return -1;
  if (!space_fork(&current->space, &child->space)) {
    frame_put(child->kernel_stack);
    return -1;
  }
  *child->frame = *current->frame;
  frame_set_result(child->frame, 0);
  copy_text(child->name, current->name, sizeof child->name);
  set_running(child);
  return child->pid;
}

// ---- The end ---------------------------------------------------------------------------------

static void give_children_to_first(struct process* parent) {
  for (int i = 0; i < MAX_PROCESSES; i++) {
    if (processes[i].state != UNUSED && processes[i].parent == parent) {
      processes[i].parent = &processes[0];
      wake_up(&processes[0]);  // it may have ended already
    }
  }
}

// Memory and stack stay until the parent asks for the status: we are standing on them.
void process_exit(int status) {
  irq_save();
  if (current->pid == 1) power_off((uint32_t)status);
  give_children_to_first(current);
  current->exit_status = status;
  current->state = ZOMBIE;
  wake_up(current->parent);
  yield();
  panic(__FILE_NAME__, __LINE__, "a process ran after its end");
}

static void reap(struct process* child) {
  space_destroy(&child->space);
  frame_put(child->kernel_stack);
  child->state = UNUSED;
}

// Gives a child of the current process that has ended, else NULL; says whether there are any.
static struct process* find_ended_child(bool* any) {
  *any = false;
  for (int i = 0; i < MAX_PROCESSES; i++) {
    struct process* process = &processes[i];
    if (process->state == UNUSED || process->parent != current) continue;
    *any = true;
    if (process->state == ZOMBIE) return process;
  }
  return NULL;
}

// Sleeps until a child has ended; NULL if there are no children.
static struct process* await_child(void) {
  irq_state saved = irq_save();
  bool any;
  struct process* child = find_ended_child(&any);
  while (child == NULL && any) {
    sleep_on(current);
    child = find_ended_child(&any);
  }
  irq_restore(saved);
  return child;
}

int process_wait(uint32_t status_address) {
  struct process* child = await_child();
  if (child == NULL) return -1;
  int pid = child->pid, status = child->exit_status;
  reap(child);
  if (status_address != 0 && !copy_to_user(status_address, &status, sizeof status)) return -1;
  return pid;
}

int process_sbrk(int change) {
  uint32_t old_end = current->space.heap_end;
  uint32_t new_end = old_end + (uint32_t)change;
  bool wrapped = (change < 0) != (new_end < old_end) && change != 0;
  if (wrapped || !space_resize_heap(&current->space, new_end)) return -1;
  return (int)old_end;
}
