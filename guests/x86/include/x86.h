// The x86 subset and its PC for guests, in C and in assembly: flags, control registers, vectors,
// page-table bits, ports, what a multiboot loader hands over.
// SDM is Intel's "Software Developer's Manual"; its volume and section stand beside what is taken
// from it.
#ifndef RINGSIDE_X86_H
#define RINGSIDE_X86_H

// ---- EFLAGS (SDM 1, 3.4.3) -------------------------------------------------------------------
#define EFLAGS_CF 0x001
#define EFLAGS_FIXED 0x002  // always 1
#define EFLAGS_ZF 0x040
#define EFLAGS_TF 0x100
#define EFLAGS_IF 0x200
#define EFLAGS_DF 0x400
#define EFLAGS_OF 0x800
#define EFLAGS_IOPL 0x3000
#define EFLAGS_NT 0x4000
#define EFLAGS_RF 0x10000

// ---- Control registers (SDM 3, 2.5) ----------------------------------------------------------
#define CR0_PE 0x00000001
#define CR0_TS 0x00000008
#define CR0_WP 0x00010000  // read-only pages bind the kernel as well
#define CR0_PG 0x80000000
#define CR4_PSE 0x00000010  // pages of 4 MiB

// ---- Vectors (SDM 3, 6.3.1) and the bits of the #PF error code (SDM 3, 4.7) ------------------
#define VECTOR_DE 0
#define VECTOR_DB 1
#define VECTOR_BP 3
#define VECTOR_OF 4
#define VECTOR_BR 5
#define VECTOR_UD 6
#define VECTOR_NM 7
#define VECTOR_DF 8
#define VECTOR_TS 10
#define VECTOR_NP 11
#define VECTOR_SS 12
#define VECTOR_GP 13
#define VECTOR_PF 14

#define PF_PRESENT 1  // the page is there, its rights forbid the access
#define PF_WRITE 2
#define PF_USER 4

// ---- Paging (SDM 3, 4.3) ---------------------------------------------------------------------
#define PAGE_SIZE 4096
#define PTE_P 0x001
#define PTE_W 0x002
#define PTE_U 0x004
#define PTE_PCD 0x010  // not cached: for devices
#define PTE_A 0x020
#define PTE_D 0x040
#define PTE_PS 0x080  // in a directory: a page of 4 MiB

// ---- Ports -----------------------------------------------------------------------------------
#define PIC1 0x20  // the first 8259; its data port is one higher
#define PIC2 0xa0
#define PIT_CHANNEL0 0x40  // 8254
#define PIT_COMMAND 0x43
#define PIT_HZ 1193182
#define CMOS_INDEX 0x70
#define CMOS_DATA 0x71
#define DEBUG_EXIT 0xf4  // isa-debug-exit: QEMU ends with 2 * value + 1
#define COM1 0x3f8
#define UART_DATA 0
#define UART_IER 1
#define UART_IIR 2  // when read
#define UART_FCR 2  // when written
#define UART_LCR 3
#define UART_MCR 4
#define UART_LSR 5
#define UART_LSR_READY 0x01  // a byte waits
#define UART_LSR_EMPTY 0x20  // a byte can be sent
#define IDE 0x1f0            // first controller: the registers of ATA
#define IDE_CONTROL 0x3f6

#define IRQ_TIMER 0
#define IRQ_COM1 4
#define IRQ_IDE 14

// ---- Multiboot 1 (its specification, 3.1 and 3.3) --------------------------------------------
#define MULTIBOOT_MAGIC 0x1badb002   // in the kernel's header
#define MULTIBOOT_LOADED 0x2badb002  // in EAX at its entry
#define MULTIBOOT_ALIGN 1
#define MULTIBOOT_MEMORY 2

// The note by which a guest says what it is built for, X86_NOTE("x86") (docs/zisa.md, section 7).
// An ELF note is three sizes and types, a name, and the text itself.
// clang-format off
#ifdef __ASSEMBLER__
#define X86_NOTE(text)                                                                 \
  .pushsection .note.ringside, "a", @note; .balign 4; .long 9, 9002f - 9001f, 1;       \
  .asciz "Ringside"; .balign 4; 9001: .asciz text; 9002: .balign 4; .popsection
// The header by which a loader knows a kernel. Once, near the beginning of the file.
#define MULTIBOOT_HEADER                                                               \
  .pushsection .multiboot, "a"; .balign 4;                                             \
  .long MULTIBOOT_MAGIC, MULTIBOOT_ALIGN | MULTIBOOT_MEMORY;                           \
  .long -(MULTIBOOT_MAGIC + (MULTIBOOT_ALIGN | MULTIBOOT_MEMORY)); .popsection
#endif
// clang-format on

#ifndef __ASSEMBLER__
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// What EBX points to at the entry, as far as our guests read it.
struct multiboot_info {
  uint32_t flags;  // bit 0: the memory sizes count, bit 2: the command line does
  uint32_t memory_lower, memory_upper;  // KiB, from 0 and from 1 MiB on
  uint32_t boot_device;
  uint32_t command_line;  // physical address of a text; its first word is the kernel's name
  uint32_t modules_count, modules;  // if bit 3 of the flags is set; physical address of the first
};
struct multiboot_module {
  uint32_t begin, end;  // physical
  uint32_t text;        // physical address of what was said of it
  uint32_t reserved;
};

// ---- Instructions that C has no words for ----------------------------------------------------
static inline uint8_t in8(uint16_t port) {
  uint8_t value;
  __asm__ volatile("inb %1, %0" : "=a"(value) : "Nd"(port));
  return value;
}
static inline void out8(uint16_t port, uint8_t value) {
  __asm__ volatile("outb %0, %1" : : "a"(value), "Nd"(port));
}
// REP INSL and OUTSL: `count` words of 32 bits.
static inline void in_words(uint16_t port, void* to, uint32_t count) {
  __asm__ volatile("cld; rep insl" : "+D"(to), "+c"(count) : "d"(port) : "memory");
}
static inline void out_words(uint16_t port, const void* from, uint32_t count) {
  __asm__ volatile("cld; rep outsl" : "+S"(from), "+c"(count) : "d"(port) : "memory");
}

static inline uint32_t read_eflags(void) {
  uint32_t flags;
  __asm__ volatile("pushfl; popl %0" : "=r"(flags));
  return flags;
}
static inline void write_eflags(uint32_t flags) {
  __asm__ volatile("pushl %0; popfl" : : "r"(flags) : "cc", "memory");
}
static inline void cli(void) {
  __asm__ volatile("cli" : : : "memory");
}
static inline void sti(void) {
  __asm__ volatile("sti" : : : "memory");
}
// STI's shadow covers HLT: an interrupt that waits is taken in HLT, never before it.
static inline void sti_hlt(void) {
  __asm__ volatile("sti; hlt" : : : "memory");
}

#define CONTROL_REGISTER(name)                                       \
  static inline uint32_t read_##name(void) {                         \
    uint32_t value;                                                  \
    __asm__ volatile("movl %%" #name ", %0" : "=r"(value));          \
    return value;                                                    \
  }                                                                  \
  static inline void write_##name(uint32_t value) {                  \
    __asm__ volatile("movl %0, %%" #name : : "r"(value) : "memory"); \
  }
CONTROL_REGISTER(cr0)
CONTROL_REGISTER(cr2)
CONTROL_REGISTER(cr3)
CONTROL_REGISTER(cr4)
#undef CONTROL_REGISTER

static inline void invlpg(uint32_t address) {
  __asm__ volatile("invlpg (%0)" : : "r"(address) : "memory");
}
static inline uint64_t rdtsc(void) {
  uint64_t time;
  __asm__ volatile("rdtsc" : "=A"(time));
  return time;
}

// A descriptor-table register as LGDT, LIDT, SGDT and SIDT have it in memory (SDM 3, 3.5.1).
struct table_register {
  uint16_t limit;
  uint32_t base;
} __attribute__((packed));

// A descriptor of a segment (SDM 3, 3.4.5): access is the byte with P, DPL and type.
static inline uint64_t segment_descriptor(uint32_t base, uint32_t limit, uint8_t access,
                                          uint8_t flags) {
  uint32_t low = (limit & 0xffff) | base << 16;
  uint32_t high = (base >> 16 & 0xff) | (uint32_t)access << 8 | (limit & 0xf0000) |
                  (uint32_t)flags << 20 | (base & 0xff000000);
  return (uint64_t)high << 32 | low;
}
// A gate (SDM 3, 6.11).
static inline uint64_t gate_descriptor(uint16_t selector, uint32_t offset, uint8_t access) {
  uint32_t low = (uint32_t)selector << 16 | (offset & 0xffff);
  uint32_t high = (offset & 0xffff0000) | (uint32_t)access << 8;
  return (uint64_t)high << 32 | low;
}

#define SEGMENT_4K 0xc     // flags: 32 bits, limit in pages
#define SEGMENT_BYTES 0x4  // 32 bits, limit in bytes
#define ACCESS_CODE 0x9a   // present, DPL 0, read and execute
#define ACCESS_DATA 0x92   // present, DPL 0, read and write
#define ACCESS_TSS 0x89
#define ACCESS_LDT 0x82
#define ACCESS_CALL_GATE 0x8c
#define ACCESS_INTERRUPT_GATE 0x8e
#define ACCESS_TRAP_GATE 0x8f
#define ACCESS_USER 0x60  // or'ed: DPL 3

// The 32-bit task-state segment (SDM 3, 7.2.1).
struct tss {
  uint32_t link, esp0, ss0, esp1, ss1, esp2, ss2, cr3, eip, eflags;
  uint32_t eax, ecx, edx, ebx, esp, ebp, esi, edi, es, cs, ss, ds, fs, gs, ldt;
  uint16_t debug, io_map;
};
#endif

#endif
