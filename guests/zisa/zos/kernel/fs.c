// The read-only file system: a directory of names and the files behind it (layout: abi.h).
#include "kernel.h"

static const struct fs_entry* directory;  // one frame, read at the first use
static uint32_t files;

static struct sleep_lock lock;  // held by who reads the directory

static bool read_superblock(paddr_t frame) {
  if (!disk_read(0, 1, frame)) return false;
  const struct fs_superblock* superblock = frame_pointer(frame);
  if (superblock->magic != FS_MAGIC || superblock->files > FS_MAX_FILES) return false;
  files = superblock->files;
  return true;
}

static bool load_directory(void) {
  if (directory != NULL) return true;
  paddr_t frame = frame_alloc();
  if (frame == 0) return false;
  if (read_superblock(frame) && disk_read(FS_DIRECTORY_SECTOR, FS_DIRECTORY_SECTORS, frame)) {
    directory = frame_pointer(frame);
    return true;
  }
  print("zos: drive 0 holds no file system\n");
  frame_put(frame);
  return false;
}

static bool directory_ready(void) {
  sleep_lock_acquire(&lock);
  bool ready = load_directory();
  sleep_lock_release(&lock);
  return ready;
}

bool fs_find(const char* name, struct file* file) {
  if (!directory_ready()) return false;
  for (uint32_t i = 0; i < files; i++) {
    if (!text_equal(directory[i].name, name)) continue;
    *file = (struct file){directory[i].sector, directory[i].size};
    return true;
  }
  return false;
}

bool fs_read_page(const struct file* file, uint32_t offset, paddr_t frame) {
  if (offset % SECTOR_SIZE != 0 || offset >= file->size) return false;
  uint32_t rest = file->size - offset;
  if (rest > PAGE_SIZE) rest = PAGE_SIZE;
  uint32_t sectors = (rest + SECTOR_SIZE - 1) / SECTOR_SIZE;
  return disk_read(file->sector + offset / SECTOR_SIZE, sectors, frame);
}
