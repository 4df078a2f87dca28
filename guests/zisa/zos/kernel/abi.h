// What kernel and programs agree on: the numbers of the system calls, the file system's layout.
#ifndef ZOS_ABI_H
#define ZOS_ABI_H

// A system call: its number in a7, arguments in a0 to a2, ECALL; the result comes back in a0, -1
// for "it could not be done". (Registers as on Z-ISA; kernel code uses the accessors of arch.h.)
#define SYS_FORK 1     // () -> 0 in the child, the child's number in the parent
#define SYS_EXEC 2     // (name, argv) -> does not return when it works
#define SYS_WAIT 3     // (&status) -> number of a child that ended; -1 if there are no children
#define SYS_EXIT 4     // (status) -> does not return
#define SYS_READ 5     // (0, buffer, size) -> bytes of one line; 0 at the end of input
#define SYS_WRITE 6    // (1 or 2, buffer, size) -> size
#define SYS_SBRK 7     // (change) -> the old end of the heap
#define SYS_SLEEP 8    // (ticks) -> 0
#define SYS_YIELD 9    // () -> 0
#define SYS_GETPID 10  // () -> number of this process

#define STATUS_KILLED 139  // exit status of a process that the kernel ended for a fault

// The file system, read-only and made by mkfs.cpp: sector 0 holds the superblock, sectors 1 to 8
// the directory, the files follow, each in sectors of its own, without gaps inside a file.
#define FS_MAGIC 0x73666f7a  // "zofs"
#define FS_DIRECTORY_SECTOR 1
#define FS_DIRECTORY_SECTORS 8
#define FS_NAME_SIZE 24
#define FS_MAX_FILES 128  // 8 sectors of 512 bytes hold 128 entries of 32 bytes

#ifndef __ASSEMBLER__
#include <stdint.h>

struct fs_superblock {
  uint32_t magic;
  uint32_t files;
};

struct fs_entry {
  char name[FS_NAME_SIZE];  // filled up with NULs; the last byte is always NUL
  uint32_t sector;          // where the file begins
  uint32_t size;            // in bytes
};
#endif

#endif
