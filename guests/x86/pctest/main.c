// pctest: does this PC behave as Intel's manual and the data sheets say? One line per check on
// COM1; the exit value is the number of checks that failed.
#include "check.h"
#include "interrupts.h"
#include "memory.h"

uint32_t memory_upper;

static const char* command_line(const struct multiboot_info* info) {
  return info->flags & 4 ? (const char*)info->command_line : "";
}

struct group {
  const char* name;
  void (*run)(void);
};

static const struct group groups[] = {
    {"cpu", check_cpu},        {"seg", check_descriptors}, {"fault", check_faults},
    {"ring", check_rings},     {"gate", check_gates},      {"insn", check_instructions},
    {"string", check_strings}, {"page", check_paging},     {"platform", check_platform},
    {"irq", check_interrupts}, {"dev", check_devices},     {"ide", check_ide},
};

static bool has_word(const char* text, const char* word) {
  while (*text != '\0' && !text_begins(text, word)) text++;
  return *text != '\0';
}

// The multiboot information lies in low memory, which is shown at 0 until memory_init.
void kernel_main(uint32_t magic, const struct multiboot_info* info) {
  console_init();
  check_select(command_line(info));
  bool strict = has_word(command_line(info), " strict");
  check("boot.magic", magic, MULTIBOOT_LOADED);
  check("boot.memory", (info->flags & 1) && info->memory_upper >= 15 * 1024, true);
  memory_upper = info->memory_upper;
  memory_init();
  traps_init();
  interrupts_init();  // no device may come before it is asked
  for (size_t i = 0; i < sizeof groups / sizeof groups[0]; i++)
    if (group_selected(groups[i].name)) groups[i].run();
  if (strict) check_strict();
  print("%u checks failed\n", failures);
  leave(failures);
}
