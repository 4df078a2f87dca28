// The machine-specific part of zos, for Z-ISA: all that kernel/ knows of the machine. Every
// privileged or sensitive operation of the kernel is in this folder. With ZOS_PV the kernel is built for a
// VMM, which it calls instead (pv/): what differs is between #ifdefs here and in the sources.
//
// Address map (virtual; the kernel's part is the same in all address spaces, and is mapped where it
// lies in physical memory, so that physical address and kernel pointer are one number):
//
//   0x00000000  devices        S   exit register, interrupt controller, console, disk
//   0x40000000  USER_BASE      U   code, data, heap of the process
//   0x80000000  USER_TOP, RAM  S   kernel, then the frames
#ifndef ZOS_ARCH_H
#define ZOS_ARCH_H

#define FRAME_REGISTERS 32
#define FRAME_PC 128  // offsets in struct trap_frame, for trap_entry.S
#define FRAME_SR 132
#define FRAME_CAUSE 136
#define FRAME_TVAL 140
#define FRAME_SIZE 144

#include "zisa.h"

#define USER_BASE 0x40000000u
#define USER_TOP 0x80000000u

#ifndef __ASSEMBLER__
#include <stdbool.h>
#include <stddef.h>

#define ELF_MACHINE 243  // what a program's ELF header must say: RISC-V

typedef uint32_t paddr_t;  // physical address

// What kernel_main is told of the machine.
struct machine {
  const char* command_line;
  uint32_t frequency_khz;
  paddr_t ram_base;
  uint32_t ram_size;
  paddr_t free_begin, free_end;  // RAM that nobody uses yet
};
__attribute__((noreturn)) void kernel_main(const struct machine* machine);

// ---- Interrupts: on or off -------------------------------------------------------------------
typedef uint32_t irq_state;

#ifndef ZOS_PV
static inline bool interrupts_enabled(void) {
  return (read_sr() & SR_IE) != 0;
}
static inline void interrupts_on(void) {
  write_sr(read_sr() | SR_IE);
}
static inline void interrupts_off(void) {
  write_sr(read_sr() & ~SR_IE);
}

// Off, and back to what it was. The pair nests; a process may sleep in between, because every
// process has its own `irq_state` on its own stack.
static inline irq_state irq_save(void) {
  irq_state saved = read_sr();
  write_sr(saved & ~SR_IE);
  return saved;
}
static inline void irq_restore(irq_state saved) {
  write_sr(saved);
}

static inline void wait_for_interrupt(void) {
  wfi();
}
#endif

// ---- Traps: trap_entry.S, trap.c -------------------------------------------------------------
// The state of the interrupted code. On the kernel stack of the process if it was in user mode.
struct trap_frame {
  uint32_t x[FRAME_REGISTERS];  // x[0] is not used
  uint32_t pc;
  uint32_t sr;  // PMODE and PIE are those of the interrupted code
  uint32_t cause;
  uint32_t tval;
};

#define REGISTER_SP 2
#define REGISTER_A0 10
#define REGISTER_A7 17

static inline uint32_t frame_call_number(const struct trap_frame* frame) {
  return frame->x[REGISTER_A7];
}
static inline uint32_t frame_argument(const struct trap_frame* frame, int index) {
  return frame->x[REGISTER_A0 + index];
}
static inline void frame_set_result(struct trap_frame* frame, int result) {
  frame->x[REGISTER_A0] = (uint32_t)result;
}
// Prepares a frame from which a program starts: main's two arguments, all else zero.
void frame_start_program(struct trap_frame* frame, uint32_t pc, uint32_t sp, uint32_t a0,
                         uint32_t a1);

void trap_init(void);
extern uint32_t interrupts_taken;  // how many there were; may wrap
// The stack that the next trap from user mode is to use.
void trap_set_kernel_stack(void* top);

// ---- Context switch: switch.S ----------------------------------------------------------------
// What a function call leaves unchanged: to the compiler, context_switch is a call.
struct context {
  uint32_t ra, sp, s[12];
};
void context_switch(struct context* from, const struct context* to);
// Makes `context` begin with process_first_run and then leave for user mode by `frame`.
void context_init(struct context* context, struct trap_frame* frame);

// ---- Paging: page_table.c --------------------------------------------------------------------
typedef uint32_t pte_t;
typedef pte_t* page_table_t;

#define PAGE_READ PTE_R
#define PAGE_WRITE PTE_W
#define PAGE_EXECUTE PTE_X
#define PAGE_USER PTE_U
#define PAGE_COW 0x100  // a bit that the hardware leaves to the kernel: shared until written

static inline bool pte_valid(pte_t entry) {
  return (entry & PTE_V) != 0;
}
static inline uint32_t pte_rights(pte_t entry) {
  return entry & (PAGE_READ | PAGE_WRITE | PAGE_EXECUTE | PAGE_USER | PAGE_COW);
}
#ifndef ZOS_PV
#define PTE_KERNEL PTE_G  // the same in all address spaces

static inline paddr_t pte_frame(pte_t entry) {
  return entry >> PTE_PAGE_SHIFT << PAGE_SHIFT;
}
static inline pte_t pte_make(paddr_t frame, uint32_t rights) {
  return frame >> PAGE_SHIFT << PTE_PAGE_SHIFT | rights | PTE_V;
}
static inline void pte_set(pte_t* entry, pte_t value) {
  *(volatile pte_t*)entry = value;
}
static inline void tlb_flush_page(uint32_t address) {
  tlbinv(address);
}
// On a VMM changes can be collected (pv/pv.c); here each is a store.
static inline void lazy_begin(void) {
}
static inline void lazy_end(void) {
}
#endif

static inline void* frame_pointer(paddr_t frame) {
  return (void*)frame;
}

// Builds the kernel's tables of that many levels and turns paging on.
void page_tables_init(const struct machine* machine, uint32_t levels);
page_table_t page_table_new(void);        // the kernel's part and an empty user's; or NULL
void page_table_free(page_table_t root);  // the user's part must have been unmapped
// The last-level entry for a user address. Tables on the way are made if `create`. NULL if there is
// none, or no memory for it.
pte_t* page_entry(page_table_t root, uint32_t address, bool create);
// Makes `root` the address space of the CPU.
void space_activate(page_table_t root);

#ifndef ZOS_PV
// May the running process's memory be read, written at this address, as things stand?
static inline bool can_read(uint32_t address) {
  return (probe(address) & PROBE_READ) != 0;
}
static inline bool can_write(uint32_t address) {
  return (probe(address) & PROBE_WRITE) != 0;
}
#endif

// ---- The machine: machine.c ------------------------------------------------------------------
__attribute__((noreturn)) void power_off(uint32_t code);
void interrupt_sources_on(void);
void external_interrupt(void);
void timer_start(uint32_t interval);  // one interrupt, so many time units from now
void timer_stop(void);

// ---- Console: a 16550 ------------------------------------------------------------------------
#define UART_DATA CONSOLE_RBR
#define UART_INTERRUPTS CONSOLE_IER
#define UART_LINE_STATUS CONSOLE_LSR
#define UART_BYTE_WAITS CONSOLE_LSR_READY
#define UART_CAN_SEND CONSOLE_LSR_EMPTY
#define UART_INTERRUPT_ON_BYTE 1

#ifndef ZOS_PV
static inline uint8_t uart_read(uint32_t reg) {
  return read8(CONSOLE_BASE + reg);
}
static inline void uart_write(uint32_t reg, uint8_t value) {
  write8(CONSOLE_BASE + reg, value);
}
#endif

// ---- Disk: disk.c ----------------------------------------------------------------------------
// Reads sectors of drive 0 into physical memory; the process sleeps until they are there.
bool disk_read(uint32_t sector, uint32_t count, paddr_t to);
void disk_interrupt(void);

#ifdef ZOS_PV
#include "pv/pv.h"
#endif

#endif  // __ASSEMBLER__
#endif
