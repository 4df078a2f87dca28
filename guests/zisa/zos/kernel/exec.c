// exec: a program from the disk takes the place of the running one. Programs are ELF files whose
// segments begin on page boundaries, so that the disk writes each page straight into its frame.
// A new address space is made beside the old one; only when it is complete is the old one given up.
#include "elf.h"
#include "kernel.h"

struct program {
  struct file file;
  uint32_t entry;
  uint32_t segments;
  struct elf_segment segment[ELF_MAX_SEGMENTS];
};

// ---- The file's headers ----------------------------------------------------------------------

static bool header_valid(const struct elf_header* header) {
  return header->magic == ELF_MAGIC && header->machine == ELF_MACHINE &&
         header->segment_size == sizeof(struct elf_segment) &&
         header->segments <= ELF_MAX_SEGMENTS &&
         header->segments_offset <= SECTOR_SIZE - sizeof(struct elf_segment) * ELF_MAX_SEGMENTS;
}

static bool parse_headers(const char* sector, struct program* program) {
  const struct elf_header* header = (const struct elf_header*)sector;
  if (!header_valid(header)) return false;
  program->entry = header->entry;
  program->segments = header->segments;
  memcpy(program->segment, sector + header->segments_offset,
         header->segments * sizeof(struct elf_segment));
  return true;
}

static bool read_headers(struct program* program) {
  paddr_t frame = frame_alloc_zeroed();
  if (frame == 0) return false;
  bool good =
      fs_read_page(&program->file, 0, frame) && parse_headers(frame_pointer(frame), program);
  frame_put(frame);
  return good;
}

// ---- Loading ---------------------------------------------------------------------------------

static bool segment_valid(const struct elf_segment* segment) {
  return segment->address >= USER_BASE && segment->address < USER_STACK_LOW &&
         segment->address % PAGE_SIZE == 0 && segment->file_size <= segment->memory_size &&
         segment->memory_size <= USER_STACK_LOW - segment->address;
}

static uint32_t segment_rights(const struct elf_segment* segment) {
  uint32_t rights = PAGE_USER | PAGE_READ;
  if (segment->flags & ELF_WRITE) rights |= PAGE_WRITE;
  if (segment->flags & ELF_EXECUTE) rights |= PAGE_EXECUTE;
  return rights;
}

// Fills a frame from the file; what of the page the file does not give is zeros.
static bool read_page(const struct file* file, const struct elf_segment* segment, uint32_t offset,
                      paddr_t frame) {
  uint32_t size = segment->file_size - offset;
  if (size > PAGE_SIZE) size = PAGE_SIZE;
  if (!fs_read_page(file, segment->offset + offset, frame)) return false;
  memset((char*)frame_pointer(frame) + size, 0, PAGE_SIZE - size);
  return true;
}

static bool load_page(struct address_space* space, const struct file* file,
                      const struct elf_segment* segment, uint32_t offset) {
  paddr_t frame = frame_alloc();
  if (frame == 0) return false;
  if (read_page(file, segment, offset, frame) &&
      space_map(space, segment->address + offset, frame, segment_rights(segment))) {
    return true;
  }
  frame_put(frame);
  return false;
}

static bool load_segment(struct address_space* space, const struct file* file,
                         const struct elf_segment* segment) {
  if (!segment_valid(segment)) return false;
  uint32_t file_end = page_up(segment->address + segment->file_size);
  uint32_t memory_end = page_up(segment->address + segment->memory_size);
  if (file_end > space->zero_begin) space->zero_begin = file_end;
  if (memory_end > space->heap_end) space->heap_end = memory_end;
  for (uint32_t offset = 0; offset < segment->file_size; offset += PAGE_SIZE) {
    if (!load_page(space, file, segment, offset)) return false;
  }
  return true;
}

static bool load_segments(struct address_space* space, const struct program* program) {
  for (uint32_t i = 0; i < program->segments; i++) {
    const struct elf_segment* segment = &program->segment[i];
    if (segment->type != ELF_LOAD || segment->memory_size == 0) continue;
    if (!load_segment(space, &program->file, segment)) return false;
  }
  return true;
}

static bool load_program(const char* name, struct program* program, struct address_space* space) {
  if (!fs_find(name, &program->file) || !read_headers(program)) return false;
  if (!space_create(space)) return false;
  if (load_segments(space, program)) return true;
  space_destroy(space);
  return false;
}

// ---- Arguments -------------------------------------------------------------------------------

static uint32_t arguments_size(const char* arguments, uint32_t count) {
  const char* at = arguments;
  while (count-- > 0) at += strlen(at) + 1;
  return (uint32_t)(at - arguments);
}

// On top of the new stack: the texts, below them argv, an array of pointers to them.
// Gives the address of argv, which is also the stack pointer; 0 if it could not be written.
static uint32_t push_arguments(const char* arguments, uint32_t count) {
  uint32_t size = arguments_size(arguments, count);
  uint32_t texts = USER_TOP - size;
  uint32_t pointers[MAX_ARGUMENTS + 1];
  uint32_t at = 0;
  for (uint32_t i = 0; i < count; i++) {
    pointers[i] = texts + at;
    at += (uint32_t)strlen(arguments + at) + 1;
  }
  pointers[count] = 0;
  uint32_t argv = (texts - (uint32_t)sizeof pointers) & ~15u;
  if (!copy_to_user(texts, arguments, size)) return 0;
  if (!copy_to_user(argv, pointers, (count + 1) * sizeof pointers[0])) return 0;
  return argv;
}

static void replace_space(struct address_space* space) {
  struct address_space old = current->space;
  current->space = *space;
  space_activate(space->root);
  space_destroy(&old);
}

// `arguments` holds `count` texts, one behind the other, each ended by NUL. The result is `count`:
// a system call's result becomes the program's first argument, which is main's argc.
int exec(const char* name, const char* arguments, uint32_t count) {
  struct program program;
  struct address_space space;
  if (!load_program(name, &program, &space)) return -1;
  replace_space(&space);
  copy_text(current->name, name, sizeof current->name);
  uint32_t argv = push_arguments(arguments, count);
  if (argv == 0) process_exit(STATUS_KILLED);  // no memory, and no old program to go back to
  frame_start_program(current->frame, program.entry, argv, count, argv);
  return (int)count;
}

// Gathers the texts of a user's argv in a frame. Gives their number, -1 if something is wrong.
static int gather_arguments(uint32_t argv_address, char* to) {
  uint32_t used = 0;
  for (uint32_t i = 0; i <= MAX_ARGUMENTS; i++) {
    uint32_t text;
    if (!copy_from_user(&text, argv_address + i * sizeof text, sizeof text)) return -1;
    if (text == 0) return (int)i;
    if (i == MAX_ARGUMENTS || !copy_text_from_user(to + used, text, PAGE_SIZE - used)) return -1;
    used += (uint32_t)strlen(to + used) + 1;
  }
  return -1;
}

int exec_from_user(uint32_t name_address, uint32_t argv_address) {
  char name[FS_NAME_SIZE];
  if (!copy_text_from_user(name, name_address, sizeof name)) return -1;
  paddr_t frame = frame_alloc();
  if (frame == 0) return -1;
  int count = gather_arguments(argv_address, frame_pointer(frame));
  int result = count < 0 ? -1 : exec(name, frame_pointer(frame), (uint32_t)count);
  frame_put(frame);
  return result;
}
