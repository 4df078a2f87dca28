// What of the ELF format exec needs (32-bit, little-endian).
#ifndef ZOS_ELF_H
#define ZOS_ELF_H

#include <stdint.h>

#define ELF_MAGIC 0x464c457f  // 0x7f "ELF"
#define ELF_LOAD 1            // segment types: to be loaded
#define ELF_EXECUTE 1         // segment flags
#define ELF_WRITE 2
#define ELF_MAX_SEGMENTS 8

struct elf_header {
  uint32_t magic;
  uint8_t identification[12];
  uint16_t type;
  uint16_t machine;
  uint32_t version;
  uint32_t entry;
  uint32_t segments_offset;
  uint32_t sections_offset;
  uint32_t flags;
  uint16_t header_size;
  uint16_t segment_size;
  uint16_t segments;
  uint16_t section_size;
  uint16_t sections;
  uint16_t section_names;
};

struct elf_segment {
  uint32_t type;
  uint32_t offset;   // in the file
  uint32_t address;  // virtual
  uint32_t physical_address;
  uint32_t file_size;
  uint32_t memory_size;
  uint32_t flags;
  uint32_t alignment;
};

#endif
