// From power-on to the first process. The machine's own start (arch: start.S, machine.c) has left
// us on a stack, with interrupts and paging off.
#include "kernel.h"

struct options options;

void kernel_main(const struct machine* machine) {
  trap_init();
  options_read(machine->command_line, machine->frequency_khz);
  frame_init(machine->free_begin, machine->free_end);
  page_tables_init(machine, options.levels);
  print("zos: %u MiB of RAM, paging z%u\n", machine->ram_size >> 20, options.levels);
  interrupt_sources_on();
  process_create_first();
  timer_start(options.tick);
  scheduler();
}
