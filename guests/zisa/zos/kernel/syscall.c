// System calls: from the number to the function. Arguments come from a user program and are
// believed in nothing; whatever is done with an address goes through user_copy.c.
#include "kernel.h"

static int sys_read(uint32_t descriptor, uint32_t buffer, uint32_t size) {
  return descriptor == 0 ? console_read(buffer, size) : -1;
}

static int sys_write(uint32_t descriptor, uint32_t buffer, uint32_t size) {
  return descriptor == 1 || descriptor == 2 ? console_write(buffer, size) : -1;
}

static int sys_sleep(uint32_t ticks) {
  sleep_ticks(ticks);
  return 0;
}

static int sys_yield(void) {
  yield();
  return 0;
}

static int dispatch(uint32_t number, uint32_t a, uint32_t b, uint32_t c) {
  switch (number) {
    case SYS_FORK:
      return process_fork();
    case SYS_EXEC:
      return exec_from_user(a, b);
    case SYS_WAIT:
      return process_wait(a);
    case SYS_EXIT:
      process_exit((int)a);
    case SYS_READ:
      return sys_read(a, b, c);
    case SYS_WRITE:
      return sys_write(a, b, c);
    case SYS_SBRK:
      return process_sbrk((int)a);
    case SYS_SLEEP:
      return sys_sleep(a);
    case SYS_YIELD:
      return sys_yield();
    case SYS_GETPID:
      return current->pid;
    default:
      return -1;
  }
}

void system_call(struct trap_frame* frame) {
  int result = dispatch(frame_call_number(frame), frame_argument(frame, 0),
                        frame_argument(frame, 1), frame_argument(frame, 2));
  frame_set_result(frame, result);
}
