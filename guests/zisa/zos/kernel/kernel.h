// zos: every function that one file of the kernel offers to the others, file by file, and the few
// types they share. What depends on the machine is in arch.h, of which there is one per machine.
//
// One CPU runs the kernel. Interrupts are on only while a system call is served and for a moment in
// the idle loop; a process is never preempted inside the kernel, it gives up the CPU by sleeping.
// So what interrupt handlers share with the rest (console buffer, disk, ticks, process states) is
// protected by turning interrupts off: irq_save, irq_restore.
#ifndef ZOS_KERNEL_H
#define ZOS_KERNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "abi.h"
#include "arch.h"

#define MAX_PROCESSES 32
#define MAX_ARGUMENTS 16
#define USER_STACK_SIZE (64 * PAGE_SIZE)  // the most that a stack can grow to
#define USER_STACK_LOW (USER_TOP - USER_STACK_SIZE)

static inline uint32_t page_up(uint32_t address) {
  return (address + PAGE_SIZE - 1) & ~(uint32_t)(PAGE_SIZE - 1);
}

enum access { ACCESS_READ, ACCESS_WRITE, ACCESS_EXECUTE };

// ---- main.c
struct options {
  uint32_t levels;     // of the page tables: paging=z1 to z5
  uint32_t tick;       // time units between two ticks
  const char* script;  // rest of the command line
};
extern struct options options;

// ---- options.c
// Reads the leading key=value words of the command line.
void options_read(const char* command_line, uint32_t frequency_khz);

// ---- print.c
void print(const char* format, ...) __attribute__((format(printf, 1, 2)));  // %s %d %u %x
__attribute__((noreturn)) void panic(const char* file, int line, const char* text);

// An assertion holds whatever users do; if it fails the kernel itself is wrong, or deceived.
#define KASSERT(condition, text) ((condition) ? (void)0 : panic(__FILE_NAME__, __LINE__, text))

// ---- string.c
void* memset(void* to, int byte, size_t size);
void* memcpy(void* restrict to, const void* restrict from, size_t size);
size_t strlen(const char* text);
bool text_equal(const char* a, const char* b);
void copy_text(char* to, const char* from, size_t size);  // cuts off; always ends with NUL
bool parse_number(const char* text, uint32_t* number);    // decimal; false if it is none

// ---- frame.c: frames of physical memory, each with a count of its users
void frame_init(paddr_t begin, paddr_t end);
paddr_t frame_alloc(void);         // one reference; contents undefined; 0 if memory is used up
paddr_t frame_alloc_zeroed(void);  // the same, filled with zeros
paddr_t frame_alloc_block(uint32_t size);  // aligned to its size (a power of two), never given back
void frame_share(paddr_t frame);           // one more reference
void frame_put(paddr_t frame);             // one less; the last one frees it
uint32_t frame_references(paddr_t frame);

// ---- vm.c: address spaces
struct address_space {
  page_table_t root;
  uint32_t zero_begin;  // from here to heap_end pages appear, filled with zeros, when touched
  uint32_t heap_end;    // moved by sbrk
};
bool space_create(struct address_space* space);
void space_destroy(struct address_space* space);
bool space_fork(struct address_space* parent, struct address_space* child);
bool space_map(struct address_space* space, uint32_t address, paddr_t frame, uint32_t rights);
bool space_resize_heap(struct address_space* space, uint32_t heap_end);
// Resolves a page fault; false if the access is not allowed or memory is used up.
bool space_fault(struct address_space* space, uint32_t address, enum access access);

// ---- user_copy.c: between the kernel and the running process; false for a bad user address
bool copy_from_user(void* to, uint32_t from, uint32_t size);
bool copy_to_user(uint32_t to, const void* from, uint32_t size);
bool copy_text_from_user(char* to, uint32_t from, uint32_t size);

// ---- process.c
enum process_state { UNUSED, RUNNABLE, RUNNING, SLEEPING, ZOMBIE };

struct process {
  enum process_state state;
  int pid;
  struct process* parent;
  struct address_space space;
  paddr_t kernel_stack;      // one frame; its highest bytes hold the trap frame
  struct trap_frame* frame;  // the registers of user mode while the process is in the kernel
  struct context context;    // where the process goes on inside the kernel
  const void* channel;       // what a sleeping process waits for
  int exit_status;           // of a zombie
  char name[16];
};
extern struct process processes[MAX_PROCESSES];

void process_create_first(void);  // process 1, which becomes the shell
void process_first_run(void);     // where every process starts: in the kernel, on its own stack
bool process_stack_intact(const struct process* process);
int process_fork(void);
int process_wait(uint32_t status_address);
__attribute__((noreturn)) void process_exit(int status);
int process_sbrk(int change);

// ---- schedule.c
extern struct process* current;  // the process that runs, NULL in the scheduler
extern bool reschedule;          // its time is up: give way before going back to user mode
__attribute__((noreturn)) void scheduler(void);
void yield(void);
void sleep_on(const void* channel);  // interrupts off; the caller checks its condition in a loop
void wake_up(const void* channel);   // interrupts off

// Kept by one process at a time, also while it sleeps.
struct sleep_lock {
  bool held;
};
void sleep_lock_acquire(struct sleep_lock* lock);
void sleep_lock_release(struct sleep_lock* lock);

// ---- time.c
void tick(void);  // from the timer interrupt
void sleep_ticks(uint32_t ticks);
bool anyone_waits_for_ticks(void);

// ---- syscall.c
void system_call(struct trap_frame* frame);

// ---- exec.c
int exec(const char* name, const char* arguments, uint32_t count);
int exec_from_user(uint32_t name_address, uint32_t argv_address);

// ---- fs.c
struct file {
  uint32_t sector;
  uint32_t size;
};
bool fs_find(const char* name, struct file* file);
// Reads up to a page, from a multiple of the sector size on, to the start of a frame.
bool fs_read_page(const struct file* file, uint32_t offset, paddr_t frame);

// ---- console.c
void console_write_byte(char byte);
int console_write(uint32_t buffer, uint32_t size);  // from user memory
int console_read(uint32_t buffer, uint32_t size);   // to user memory, one line at most
void console_interrupt(void);

#endif
