// zos on a VMM: the shared page and events, batches of page-table updates, console and timer by
// hypercalls.
#include "kernel.h"

char pv_shared_page[PAGE_SIZE] __attribute__((aligned(PAGE_SIZE)));
uint32_t pv_first_host_frame;
bool pv_tables_live;

static uint32_t port_of[4];  // by source

uint32_t pv_must(int result) {
  KASSERT(result >= 0, "a hypercall has failed");
  return (uint32_t)result;
}

uint32_t pv_query(uint32_t item) {
  return (uint32_t)hypercall(HV_QUERY, item, 0, 0);
}

static uint32_t frame_number(const void* page) {
  return (uint32_t)page >> PAGE_SHIFT;
}

// ---- Start -----------------------------------------------------------------------------------

void pv_init(const uint32_t* table, uint32_t count) {
  pv_must(hypercall(HV_SET_SHARED_PAGE, frame_number(pv_shared_page), 0, 0));
  KASSERT(pv_query(HV_QUERY_VERSION) == HV_VERSION, "an unknown version of the VMM's interface");
  pv_first_host_frame = pv_query(HV_QUERY_FIRST_HOST_FRAME);
  pv_must(hypercall(HV_SET_TRAP_TABLE, (uint32_t)table, count, 0));
}

void interrupt_sources_on(void) {
  uint32_t enabled = 0;
  for (uint32_t source = 0; source < 4; source++) {
    port_of[source] = pv_must(hypercall(HV_EVENT_BIND, source, 0, 0));
    enabled |= 1u << port_of[source];
  }
  *shared_word(SHARED_ENABLED) = enabled;
}

// ---- Page-table updates: lazy mode -------------------------------------------------------------
// Changes wait in a queue and go to the VMM in one call. Their order is kept, so a page may be unmapped
// and become a table in one batch.

#define QUEUE_LENGTH 128

struct update {
  uint32_t entry;
  pte_t value;
};
static struct update queue[QUEUE_LENGTH];
static uint32_t queued;
static bool lazy, flush_tlb_later;

void pv_flush(void) {
  if (queued > 0) pv_must(hypercall(HV_UPDATE, (uint32_t)queue, queued, 0));
  queued = 0;
  if (flush_tlb_later) pv_must(hypercall(HV_FLUSH_TLB, 0, 1, 0));
  flush_tlb_later = false;
}

void pv_update(void* entry, pte_t value) {
  if (queued == QUEUE_LENGTH) pv_flush();
  queue[queued++] = (struct update){(uint32_t)entry, value};
}

// Before the kernel's tables are in use they are plain memory.
void pte_set(pte_t* entry, pte_t value) {
  if (!pv_tables_live) {
    *entry = value;
    return;
  }
  pv_update(entry, value);
  if (!lazy) pv_flush();
}

void tlb_flush_page(uint32_t address) {
  if (lazy) {
    flush_tlb_later = true;
  } else {
    pv_must(hypercall(HV_FLUSH_TLB, address, 0, 0));
  }
}

void lazy_begin(void) {
  lazy = true;
}

void lazy_end(void) {
  lazy = false;
  pv_flush();
}

// ---- Console ---------------------------------------------------------------------------------

#define BUFFER_SIZE 128

static char output[BUFFER_SIZE], input[BUFFER_SIZE];
static uint32_t output_size, input_taken, input_size;

static void console_flush(void) {
  if (output_size > 0) pv_must(hypercall(HV_CONSOLE_WRITE, (uint32_t)output, output_size, 0));
  output_size = 0;
}

static void console_send(char byte) {
  output[output_size++] = byte;
  if (byte == '\n' || output_size == BUFFER_SIZE) console_flush();
}

uint8_t uart_read(uint32_t reg) {
  bool waits = input_taken < input_size;
  if (reg == UART_LINE_STATUS) return UART_CAN_SEND | (waits ? UART_BYTE_WAITS : 0);
  return waits ? (uint8_t)input[input_taken++] : 0;
}

// Whoever turns the input's interrupt on wants to hear of the bytes that have waited.
void uart_write(uint32_t reg, uint8_t value) {
  if (reg == UART_DATA) console_send((char)value);
  if (reg == UART_INTERRUPTS && value != 0) pv_must(hypercall(HV_EVENT_SEND, port_of[HV_SOURCE_SELF], 0, 0));
}

static void take_input(void) {
  while (input_taken == input_size) {
    input_taken = 0;
    input_size = pv_must(hypercall(HV_CONSOLE_READ, (uint32_t)input, BUFFER_SIZE, 0));
    if (input_size == 0) return;
    console_interrupt();
  }
  console_interrupt();
}

// ---- Events and time -------------------------------------------------------------------------

static bool came(uint32_t events, uint32_t source) {
  return (events >> port_of[source] & 1) != 0;
}

void external_interrupt(void) {
  uint32_t events = __atomic_exchange_n((uint32_t*)shared_word(SHARED_PENDING), 0, __ATOMIC_RELAXED);
  if (came(events, HV_SOURCE_CONSOLE) || came(events, HV_SOURCE_SELF)) take_input();
  if (came(events, HV_SOURCE_BLOCK)) disk_interrupt();
  if (came(events, HV_SOURCE_TIMER)) tick();
}

void wait_for_interrupt(void) {
  console_flush();
  pv_must(hypercall(HV_BLOCK, 0, 0, 0));
}

static void set_compare(uint64_t time) {
  pv_must(hypercall(HV_SET_TIMER, (uint32_t)time, (uint32_t)(time >> 32), 0));
}

void timer_start(uint32_t interval) {
  set_compare(time_now() + time_of_interval(interval));
}

void timer_stop(void) {
  set_compare(UINT64_MAX);
}

void power_off(uint32_t code) {
  if (code > LARGEST_EXIT_CODE) code = LARGEST_EXIT_CODE;
  console_flush();
  for (;;) hypercall(HV_SHUTDOWN, code, 0, 0);
}
