// crash: children that do what a program may not, one after the other. The kernel has to end each
// of them, and to say no to bad addresses in system calls, and go on itself.
#include "user.h"

#define KERNEL_ADDRESS 0x80000000u
#define STATUS_KILLED 139  // abi.h

#ifdef __i386__
#define ILLEGAL "ud2"
#define PRIVILEGED "cli"
#else
#define ILLEGAL ".word 0"
#define PRIVILEGED ".insn r 0x0b, 0, 7, x0, x0, x0"
#endif

static void store_to_kernel(void) {
  *(volatile int*)KERNEL_ADDRESS = 0;
}
static void load_from_nowhere(void) {
  (void)*(volatile int*)0x50000000u;
}
static void jump_to_kernel(void) {
  ((void (*)(void))KERNEL_ADDRESS)();
}
static void store_to_code(void) {
  *(volatile int*)(uintptr_t)store_to_code = 0;
}
static void illegal_instruction(void) {
  __asm__ volatile(ILLEGAL);
}
static void privileged_instruction(void) {
  __asm__ volatile(PRIVILEGED);
}

// Deeper and deeper, until the stack may not grow any more.
static int overflow_stack(int depth) {
  volatile char room[1024];
  room[0] = (char)depth;
  return depth < 1000000 ? overflow_stack(depth + 1) + room[0] : 0;
}
static void recurse(void) {
  overflow_stack(0);
}

static void (*const crimes[])(void) = {
    store_to_kernel,     load_from_nowhere,      jump_to_kernel, store_to_code,
    illegal_instruction, privileged_instruction, recurse,
};
#define CRIMES (sizeof crimes / sizeof crimes[0])

static bool is_killed(void (*crime)(void)) {
  int pid = fork(), status = -1;
  if (pid == 0) {
    crime();
    exit(0);
  }
  return pid > 0 && wait(&status) == pid && status == STATUS_KILLED;
}

// The status of a child has nowhere to go.
static bool wait_refused(void) {
  if (fork() == 0) exit(0);
  return wait((int*)4) == -1;
}

static bool bad_addresses_refused(void) {
  return write(1, (void*)KERNEL_ADDRESS, 4) == -1 && write(1, (void*)0, 4) == -1 &&
         write(1, (void*)0x7ffffff0u, 0x1000) == -1 && exec((char*)KERNEL_ADDRESS, NULL) == -1 &&
         wait_refused();
}

int main(void) {
  uint32_t killed = 0;
  for (uint32_t i = 0; i < CRIMES; i++) killed += is_killed(crimes[i]);
  bool refused = bad_addresses_refused();
  printf("crash: %u of %u killed, bad addresses %s\n", killed, (uint32_t)CRIMES,
         refused ? "refused" : "accepted");
  return killed == CRIMES && refused ? 0 : 1;
}
