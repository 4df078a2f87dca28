// What the loader handed over beside the kernel: each module's text, size and sum of bytes.
#include "bare.h"

int main(const struct multiboot_info* boot) {
  const uint32_t count = boot->flags & 8 ? boot->modules_count : 0;
  const struct multiboot_module* modules = (const struct multiboot_module*)boot->modules;
  for (uint32_t i = 0; i < count; i++) {
    uint32_t sum = 0;
    for (uint32_t at = modules[i].begin; at < modules[i].end; at++) sum += *(const uint8_t*)at;
    print((const char*)modules[i].text);
    print(": ");
    print_number(modules[i].end - modules[i].begin);
    print(" bytes, sum ");
    print_number(sum);
    print("\n");
  }
  print_number(count);
  print(" modules\n");
  return 0;
}
