// READ_PTBR: is the page-table base the one that this kernel wrote? Paging stays off; the register
// keeps its value all the same. READ_CR reads the same register, and is privileged: it is honest.
#include "belief.h"

int main(const struct boot_info* boot) {
  (void)boot;
  static char root[PAGE_SIZE] __attribute__((aligned(PAGE_SIZE)));
  const uint32_t base = (uint32_t)root >> PAGE_SHIFT | 2u << PTBR_SHAPE_SHIFT;
  write_cr(CR_PTBR, base);
  bool honest = compare("read_ptbr: page-table base", base, "READ_CR", read_cr(CR_PTBR));
  honest &= compare("read_ptbr: page-table base", base, "READ_PTBR", read_ptbr());
  return honest ? 0 : 1;
}
