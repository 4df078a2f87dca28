// What arch.h offers, on a VMM, as far as it is the same on all ISAs: plain stores to the shared page and hypercalls in place
// of system instructions, calls in place of device registers.
#ifndef ZOS_PV_COMMON_H
#define ZOS_PV_COMMON_H

extern char pv_shared_page[];  // pv.c

static inline volatile uint32_t* shared_word(uint32_t offset) {
  return (volatile uint32_t*)(pv_shared_page + offset);
}

// ---- Interrupts: a mask in the shared page, and events ---------------------------------------
static inline bool interrupts_enabled(void) {
  return *shared_word(SHARED_MASK) == 0;
}
// An event that came while the mask was set has to be asked for.
static inline void interrupts_on(void) {
  *shared_word(SHARED_MASK) = 0;
  if (*shared_word(SHARED_PENDING) & *shared_word(SHARED_ENABLED)) hypercall(HV_CHECK_EVENTS, 0, 0, 0);
}
static inline void interrupts_off(void) {
  *shared_word(SHARED_MASK) = 1;
}
static inline irq_state irq_save(void) {
  irq_state masked = *shared_word(SHARED_MASK);
  interrupts_off();
  return masked;
}
static inline void irq_restore(irq_state masked) {
  if (!masked) interrupts_on();
}
void wait_for_interrupt(void);

// ---- Page tables: entries hold host frames, and only the VMM writes to live ones --------------
extern uint32_t pv_first_host_frame;

// A guest frame's host frame, and back.
static inline uint32_t pv_host_frame(paddr_t frame) {
  return ((const uint32_t*)P2M_WINDOW)[(frame - RAM_BASE) >> PAGE_SHIFT];
}
static inline paddr_t pv_frame(uint32_t host_frame) {
  return ((const uint32_t*)M2P_WINDOW)[host_frame - pv_first_host_frame] << PAGE_SHIFT;
}
void pte_set(pte_t* entry, pte_t value);
void tlb_flush_page(uint32_t address);

// Between the two, changes of leaves are collected; who reads an entry may see its old value.
void lazy_begin(void);
void lazy_end(void);

// ---- Console: a 16550 as far as console.c can tell ---------------------------------------------
uint8_t uart_read(uint32_t reg);
void uart_write(uint32_t reg, uint8_t value);

// ---- For page_table.c, trap.c and machine.c ----------------------------------------------------
void pv_update(void* entry, pte_t value);  // queues
void pv_flush(void);                       // does what is queued
extern bool pv_tables_live;                // the kernel's own tables are in use
uint32_t pv_must(int result);              // a hypercall that only a wrong kernel, or a wrong VMM, lets fail
uint32_t pv_query(uint32_t item);
// Takes the shared page into use and sets the trap table: `count` pairs of words.
void pv_init(const uint32_t* table, uint32_t count);

#endif
