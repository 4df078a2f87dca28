// The machine-specific part of zos, for a PC with the x86 subset: all that kernel/ knows of the
// machine. Every privileged or sensitive operation of the kernel is in this folder. With ZOS_PV the
// kernel is built for a VMM, which it calls instead (pv/): it runs in ring 1, where it is loaded.
//
// Address map (virtual; the kernel's part is the same in all address spaces):
//
//   0x40000000  USER_BASE              U   code, data, heap of the process
//   0x80000000  USER_TOP, KERNEL_BASE  S   all RAM: physical address + KERNEL_BASE
//
// Devices are behind ports.
#ifndef ZOS_ARCH_H
#define ZOS_ARCH_H

#include "x86.h"

#define USER_BASE 0x40000000
#define USER_TOP 0x80000000
#ifdef ZOS_PV
#define KERNEL_BASE 0
#else
#define KERNEL_BASE 0x80000000
#endif
#define LARGEST_RAM 0x40000000  // what the kernel can see of it: 1 GiB

#ifdef ZOS_PV
#define SEL_KERNEL_CODE 0x09  // with RPL 1
#define SEL_KERNEL_DATA 0x11
#else
#define SEL_KERNEL_CODE 0x08
#define SEL_KERNEL_DATA 0x10
#endif
#define SEL_USER_CODE 0x1b  // with RPL 3
#define SEL_USER_DATA 0x23
#define SEL_TSS 0x28
#define GDT_ENTRIES 6

#define VECTOR_IRQ 0x20   // the 8259s' sixteen
#define VECTOR_CALL 0x80  // system calls

#ifndef __ASSEMBLER__

#define ELF_MACHINE 3  // what a program's ELF header must say: the 386

typedef uint32_t paddr_t;  // physical address

// What kernel_main is told of the machine.
struct machine {
  const char* command_line;
  uint32_t frequency_khz;  // of the timer
  paddr_t ram_base;
  uint32_t ram_size;
  paddr_t free_begin, free_end;  // RAM that nobody uses yet
};
__attribute__((noreturn)) void kernel_main(const struct machine* machine);

// ---- Interrupts: on or off -------------------------------------------------------------------
typedef uint32_t irq_state;

#ifndef ZOS_PV
static inline bool interrupts_enabled(void) {
  return (read_eflags() & EFLAGS_IF) != 0;
}
// STI counts from behind the next instruction on: without the NOP, on and off would leave no
// moment.
static inline void interrupts_on(void) {
  __asm__ volatile("sti; nop" : : : "memory");
}
static inline void interrupts_off(void) {
  cli();
}

// Off, and back to what it was. The pair nests; a process may sleep in between, because every
// process has its own `irq_state` on its own stack.
static inline irq_state irq_save(void) {
  irq_state saved = read_eflags();
  cli();
  return saved;
}
static inline void irq_restore(irq_state saved) {
  write_eflags(saved);
}

// The interrupt is taken in the HLT: none can slip in before it.
static inline void wait_for_interrupt(void) {
  __asm__ volatile("sti; hlt; cli" : : : "memory");
}
#endif

// ---- Traps: trap_entry.S, trap.c, tables.c ---------------------------------------------------
// The state of the interrupted code, as trap_entry.S leaves it, lowest address first. On the kernel
// stack of the process if it was in user mode.
struct trap_frame {
  uint32_t gs, fs, es, ds;
  uint32_t edi, esi, ebp, esp_of_pushal, ebx, edx, ecx, eax;
  uint32_t vector, error;
  uint32_t eip, cs, eflags;
  uint32_t esp, ss;  // from user mode only
};

// A system call: number in EAX, arguments in EBX, ECX, EDX, result in EAX.
static inline uint32_t frame_call_number(const struct trap_frame* frame) {
  return frame->eax;
}
static inline uint32_t frame_argument(const struct trap_frame* frame, int index) {
  return index == 0 ? frame->ebx : index == 1 ? frame->ecx : frame->edx;
}
static inline void frame_set_result(struct trap_frame* frame, int result) {
  frame->eax = (uint32_t)result;
}
// Prepares a frame from which a program starts: argc in EAX, argv in EBX, all else zero.
void frame_start_program(struct trap_frame* frame, uint32_t pc, uint32_t sp, uint32_t argc,
                         uint32_t argv);

void trap_init(void);
extern uint32_t interrupts_taken;  // how many there were; may wrap
void tables_init(void);            // GDT, IDT, TSS
#ifndef ZOS_PV
// Of the latest page fault.
static inline uint32_t fault_address(void) {
  return read_cr2();
}
#endif
// The stack that the next trap from user mode is to use.
void trap_set_kernel_stack(void* top);

// ---- Context switch: switch.S ----------------------------------------------------------------
// What a function call leaves unchanged: to the compiler, context_switch is a call.
struct context {
  uint32_t eip, esp, ebx, esi, edi, ebp;
};
void context_switch(struct context* from, const struct context* to);
// Makes `context` begin with process_first_run and then leave for user mode by `frame`.
void context_init(struct context* context, struct trap_frame* frame);

// ---- Paging: page_table.c --------------------------------------------------------------------
typedef uint32_t pte_t;
typedef pte_t* page_table_t;

// What is there can be read and executed.
#define PAGE_READ PTE_P
#define PAGE_EXECUTE PTE_P
#define PAGE_WRITE PTE_W
#define PAGE_USER PTE_U
#define PAGE_COW 0x200  // a bit that the hardware leaves to the kernel: shared until written

static inline bool pte_valid(pte_t entry) {
  return (entry & PTE_P) != 0;
}
static inline uint32_t pte_rights(pte_t entry) {
  return entry & (PAGE_READ | PAGE_WRITE | PAGE_USER | PAGE_COW);
}
#ifndef ZOS_PV
static inline paddr_t pte_frame(pte_t entry) {
  return entry & ~(uint32_t)(PAGE_SIZE - 1);
}
static inline pte_t pte_make(paddr_t frame, uint32_t rights) {
  return frame | rights | PTE_P;
}
static inline void pte_set(pte_t* entry, pte_t value) {
  *(volatile pte_t*)entry = value;
}
static inline void tlb_flush_page(uint32_t address) {
  invlpg(address);
}
// Each change is a store; nothing is collected.
static inline void lazy_begin(void) {}
static inline void lazy_end(void) {}
#endif

static inline void* frame_pointer(paddr_t frame) {
  return (void*)(frame + KERNEL_BASE);
}

// Builds the kernel's tables, of two levels, and leaves the start's for them.
void page_tables_init(const struct machine* machine, uint32_t levels);
page_table_t page_table_new(void);        // the kernel's part and an empty user's; or NULL
void page_table_free(page_table_t root);  // the user's part must have been unmapped
// The last-level entry for a user address. Tables on the way are made if `create`. NULL if there is
// none, or no memory for it.
pte_t* page_entry(page_table_t root, uint32_t address, bool create);
// Makes `root` the address space of the CPU.
void space_activate(page_table_t root);
// May the running process's memory be read, written at this address, as things stand?
bool can_read(uint32_t address);
bool can_write(uint32_t address);

// ---- The machine: machine.c ------------------------------------------------------------------
__attribute__((noreturn)) void power_off(uint32_t code);
void interrupt_sources_on(void);
#ifdef ZOS_PV
void external_interrupt(void);
#else
void external_interrupt(uint32_t irq);
#endif
#define PIT_LONGEST 0xffff
void timer_start(uint32_t interval);  // one interrupt, so many time units from now, at most PIT_LONGEST
void timer_stop(void);

// ---- Console: COM1, a 16550 ------------------------------------------------------------------
#define UART_INTERRUPTS UART_IER
#define UART_LINE_STATUS UART_LSR
#define UART_BYTE_WAITS UART_LSR_READY
#define UART_CAN_SEND UART_LSR_EMPTY
#define UART_INTERRUPT_ON_BYTE 1

#ifndef ZOS_PV
static inline uint8_t uart_read(uint32_t reg) {
  return in8((uint16_t)(COM1 + reg));
}
static inline void uart_write(uint32_t reg, uint8_t value) {
  out8((uint16_t)(COM1 + reg), value);
}
#endif

// ---- Disk: disk.c ----------------------------------------------------------------------------
#define SECTOR_SIZE 512
// Reads sectors of drive 0 into physical memory; the process sleeps until they are there.
bool disk_read(uint32_t sector, uint32_t count, paddr_t to);
void disk_interrupt(void);

#ifdef ZOS_PV
#include "pv/pv.h"
#endif

#endif  // __ASSEMBLER__
#endif
