// String instructions with REP: a fault in the middle leaves ECX, ESI and EDI at the element that
// faulted, and the instruction goes on from there when it is tried again (SDM 2, REP).
#include "check.h"
#include "memory.h"

#define FIRST KERNEL_WINDOW                 // mapped
#define SECOND (KERNEL_WINDOW + PAGE_SIZE)  // mapped by the handler when it is touched
#define NEAR_END (SECOND - 16)

static uint8_t second_page[PAGE_SIZE] __attribute__((aligned(PAGE_SIZE)));
static uint32_t faults, ecx_at_fault, esi_at_fault, edi_at_fault, cr2_at_fault;

static bool map_second(struct trap_frame* frame) {
  if ((read_cr2() & ~(PAGE_SIZE - 1)) != SECOND) return false;
  faults++;
  cr2_at_fault = read_cr2();
  ecx_at_fault = frame->ecx, esi_at_fault = frame->esi, edi_at_fault = frame->edi;
  map_page(SECOND, physical_of(second_page), PTE_P | PTE_W);
  return true;
}

static void unmap_second(void) {
  faults = 0;
  map_page(SECOND, 0, 0);
}

static uint8_t pattern(int i) {
  return (uint8_t)(i * 7 + 1);
}

static void fill(uint8_t* bytes, int count) {
  for (int i = 0; i < count; i++) bytes[i] = pattern(i);
}

static bool filled(const volatile uint8_t* bytes, int count) {
  for (int i = 0; i < count; i++)
    if (bytes[i] != pattern(i)) return false;
  return true;
}

static void check_movs(void) {
  static uint8_t source[32];
  fill(source, 32);
  unmap_second();
  uint32_t count = 32, from = (uint32_t)source, to = NEAR_END;
  __asm__ volatile("rep movsb" : "+c"(count), "+S"(from), "+D"(to) : : "memory");
  check("string.movs.one-fault", faults, 1);
  check("string.movs.ecx", ecx_at_fault, 16);
  check("string.movs.esi", esi_at_fault, (uint32_t)source + 16);
  check("string.movs.edi", edi_at_fault, SECOND);
  check("string.movs.all", filled((uint8_t*)NEAR_END, 32) && count == 0, true);
  check("string.movs.end", to, NEAR_END + 32);
}

// An element that lies on both pages faults as a whole.
static void check_straddle(void) {
  unmap_second();
  uint32_t count = 2, to = SECOND - 6;
  __asm__ volatile("rep stosl" : "+c"(count), "+D"(to) : "a"(0x04030201) : "memory");
  check("string.stos.cr2", cr2_at_fault, SECOND);
  check("string.stos.ecx", ecx_at_fault, 1);
  check("string.stos.edi", edi_at_fault, SECOND - 2);
  check("string.stos.all", read32(SECOND - 2), 0x04030201);
}

static void check_backwards(void) {
  static const uint8_t source[4] = {1, 2, 3, 4};
  uint32_t count = 4, from = (uint32_t)source + 3, to = FIRST + 3;
  __asm__ volatile("std; rep movsb; cld" : "+c"(count), "+S"(from), "+D"(to) : : "memory");
  check("string.movs.down", read32(FIRST), 0x04030201);
  check("string.movs.down-end", to, FIRST - 1);
}

static void check_scas(void) {
  fill((uint8_t*)NEAR_END, 16);
  unmap_second();
  fill(second_page, 16);
  second_page[5] = 0xee;
  uint32_t count = 64, at = NEAR_END;
  __asm__ volatile("repne scasb" : "+c"(count), "+D"(at) : "a"(0xee) : "cc", "memory");
  check("string.scas.fault", ecx_at_fault, 48);
  check("string.scas.found", at, SECOND + 6);
  check("string.scas.ecx", count, 64 - 22);
}

static void check_cmps(void) {
  static uint8_t other[32];
  fill(other, 32);
  fill((uint8_t*)NEAR_END, 16);
  for (int i = 0; i < 16; i++) second_page[i] = pattern(16 + i);
  second_page[9] ^= 1;
  unmap_second();
  uint32_t count = 32, a = (uint32_t)other, b = NEAR_END;
  uint8_t equal;
  __asm__ volatile("repe cmpsb; sete %3"
                   : "+c"(count), "+S"(a), "+D"(b), "=q"(equal)
                   :
                   : "cc", "memory");
  check("string.cmps.fault", faults == 1 && ecx_at_fault == 16, true);
  check("string.cmps.differs", b, SECOND + 10);
  check("string.cmps.zf", equal, false);
}

static void check_zero(void) {
  uint32_t count = 0, to = USER_ABSENT;
  __asm__ volatile("rep stosb" : "+c"(count), "+D"(to) : "a"(0) : "memory");
  check("string.zero-touches-nothing", to, USER_ABSENT);
}

void check_strings(void) {
  map_page(FIRST, physical_of(spare_page), PTE_P | PTE_W);
  on_trap(VECTOR_PF, map_second);
  check_movs();
  check_straddle();
  check_backwards();
  check_scas();
  check_cmps();
  check_zero();
  on_trap(VECTOR_PF, NULL);
  map_page(SECOND, 0, 0);
  map_page(FIRST, 0, 0);
}
