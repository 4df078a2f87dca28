// Between the kernel and the memory of the running process. A system call hands over addresses that
// cannot be trusted: they may lie in the kernel, or nowhere, or in pages that have yet to come into
// being. Each page is checked before it is touched, so that the kernel itself never faults.
#include "kernel.h"

// Is [address, address + size) in the user's part? (The sum may wrap.)
static bool is_user_range(uint32_t address, uint32_t size) {
  return address >= USER_BASE && address < USER_TOP && size <= USER_TOP - address;
}

static bool usable(uint32_t address, enum access access) {
  return access == ACCESS_WRITE ? can_write(address) : can_read(address);
}

// Makes the page of `address` usable. The machine's own answer is quickest; only when that is no
// does the kernel do what a page fault would have done.
static bool page_ready(uint32_t address, enum access access) {
  if (usable(address, access)) return true;
  if (!space_fault(&current->space, address, access)) return false;
  KASSERT(usable(address, access), "a page that was made ready cannot be used");
  return true;
}

// How much of `size` bytes lies in the page of `address`.
static uint32_t part_in_page(uint32_t address, uint32_t size) {
  uint32_t rest = PAGE_SIZE - address % PAGE_SIZE;
  return size < rest ? size : rest;
}

bool copy_from_user(void* to, uint32_t from, uint32_t size) {
  if (!is_user_range(from, size)) return false;
  char* at = to;
  while (size > 0) {
    uint32_t part = part_in_page(from, size);
    if (!page_ready(from, ACCESS_READ)) return false;
    memcpy(at, (const void*)(uintptr_t)from, part);
    at += part, from += part, size -= part;
  }
  return true;
}

bool copy_to_user(uint32_t to, const void* from, uint32_t size) {
  if (!is_user_range(to, size)) return false;
  const char* at = from;
  while (size > 0) {
    uint32_t part = part_in_page(to, size);
    if (!page_ready(to, ACCESS_WRITE)) return false;
    memcpy((void*)(uintptr_t)to, at, part);
    at += part, to += part, size -= part;
  }
  return true;
}

bool copy_text_from_user(char* to, uint32_t from, uint32_t size) {
  for (uint32_t i = 0; i < size; i++) {
    if (!copy_from_user(&to[i], from + i, 1)) return false;
    if (to[i] == '\0') return true;
  }
  return false;  // too long
}
