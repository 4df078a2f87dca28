// Z-ISA for guests, in C and in assembly: the system instructions, the numbers of the registers
// and causes, the devices of the platform, what the machine tells at the start.
// The numbers are those of docs/zisa.md; sections named below are sections of that manual.
//
// clang's assembler knows no Z instruction. It knows `.insn`, which builds a word from its fields:
//   .insn r OPCODE, FUNCT3, FUNCT7, rd, rs1, rs2      all system instructions but two
//   .insn i OPCODE, FUNCT3, rd, rs1, number           read_cr and write_cr
// So a header is all it takes to teach a RISC-V compiler the machine.
#ifndef RINGSIDE_ZISA_H
#define RINGSIDE_ZISA_H

// ---- Status register (section 2) -------------------------------------------------------------
#define SR_MODE 0x001   // 1 = supervisor, 0 = user
#define SR_IE 0x002     // interrupts enabled (while in S; in U they always are)
#define SR_PMODE 0x004  // MODE before the last trap
#define SR_PIE 0x008    // IE before the last trap
#define SR_PG 0x010     // paging on
#define SR_TSD 0x020    // RDCYC and RDCYCH trap in U mode
#define SR_FLAGS 0xf00  // F0 to F3: the user's own

// ---- Control registers (section 3) -----------------------------------------------------------
#define CR_TVEC 0      // where traps go
#define CR_EPC 1       // where the last trap came from
#define CR_CAUSE 2     // why it happened
#define CR_TVAL 3      // address or instruction word that goes with the cause
#define CR_SCRATCH 4   // one word for the kernel
#define CR_PTBR 5      // root page number and shape of the page tables
#define CR_IPEND 6     // interrupts that wait (read-only)
#define CR_IENABLE 7   // interrupts that may come
#define CR_TIMECMP 8   // the timer's interrupt is pending while time >= TIMECMP
#define CR_TIMECMPH 9  // its high half
#define CR_CPUID 10    // number of this CPU (read-only)

#define PTBR_SHAPE_SHIFT 29  // bits 29-31: number of levels; bits 0-21: root page number

// ---- Causes (section 4) ----------------------------------------------------------------------
#define CAUSE_MISALIGNED_JUMP 0
#define CAUSE_FETCH_ACCESS 1
#define CAUSE_ILLEGAL 2
#define CAUSE_EBREAK 3
#define CAUSE_LOAD_MISALIGNED 4
#define CAUSE_LOAD_ACCESS 5
#define CAUSE_STORE_MISALIGNED 6
#define CAUSE_STORE_ACCESS 7
#define CAUSE_ECALL_U 8
#define CAUSE_ECALL_S 9
#define CAUSE_FETCH_PAGE 12
#define CAUSE_LOAD_PAGE 13
#define CAUSE_STORE_PAGE 15
#define CAUSE_PRIVILEGED 24
#define CAUSE_HCALL 25
#define CAUSE_INTERRUPT 0x80000000  // or'ed to the numbers below

#define INTERRUPT_SOFTWARE 1  // also the bit in IPEND and IENABLE
#define INTERRUPT_TIMER 5
#define INTERRUPT_EXTERNAL 9

// ---- Paging (section 5) ----------------------------------------------------------------------
#define PAGE_SIZE 4096
#define PAGE_SHIFT 12
#define PTE_V 0x001         // valid
#define PTE_R 0x002         // may be read
#define PTE_W 0x004         // may be written (not without R)
#define PTE_X 0x008         // may be executed
#define PTE_U 0x010         // belongs to user mode
#define PTE_G 0x020         // global: survives a write to PTBR
#define PTE_A 0x040         // was used; set by the hardware
#define PTE_D 0x080         // was written; set by the hardware
#define PTE_SOFTWARE 0x300  // bits 8 and 9: free for the kernel
#define PTE_PAGE_SHIFT 10   // the page number starts here
#define PROBE_READ 1        // bits of PROBE's answer
#define PROBE_WRITE 2
#define PROBE_EXECUTE 4

// ---- Platform (section 6) --------------------------------------------------------------------
#define EXIT_REGISTER 0x00100000
#define EXIT_OK 0x5555    // ends the run with code 0
#define EXIT_CODE 0x3333  // or'ed to code << 16: ends the run with that code

#define INTC_BASE 0x0c000000
#define INTC_PENDING 0x00                // r: levels of the lines
#define INTC_IPI_SET 0x08                // w: mask of CPUs
#define INTC_IPI_CLEAR 0x0c              // w: mask of CPUs
#define INTC_CPU(n) (0x100 * ((n) + 1))  // registers of CPU n start here:
#define INTC_ENABLE 0x0                  // rw: mask of lines
#define INTC_CLAIM 0x4                   // r: lowest enabled line that is up, 0 if none
#define LINE_CONSOLE 10
#define LINE_DISK 11

#define CONSOLE_BASE 0x10000000  // a 16550: byte registers
#define CONSOLE_RBR 0            // r: received byte
#define CONSOLE_THR 0            // w: byte to send
#define CONSOLE_IER 1            // rw: bit 0 = interrupt when a byte has come
#define CONSOLE_LSR 5            // r: line status
#define CONSOLE_LSR_READY 0x01   // a byte waits in RBR
#define CONSOLE_LSR_EMPTY 0x20   // THR takes a byte

#define DISK_BASE 0x10010000  // 32-bit registers
#define DISK_DRIVE 0x00       // rw: 0 or 1
#define DISK_SECTOR 0x04      // rw: first sector
#define DISK_COUNT 0x08       // rw: 1 to 256 sectors
#define DISK_ADDRESS 0x0c     // rw: guest-physical
#define DISK_COMMAND 0x10     // w: DISK_READ or DISK_WRITE
#define DISK_STATUS 0x14      // r
#define DISK_ACK 0x18         // w: any value clears done and error and lowers the line
#define DISK_SIZE 0x1c        // r: sectors of the drive
#define DISK_READ 1
#define DISK_WRITE 2
#define DISK_STATUS_BUSY 1
#define DISK_STATUS_DONE 2
#define DISK_STATUS_ERROR 4
#define DISK_STATUS_PRESENT 8
#define SECTOR_SIZE 512

#define RAM_BASE 0x80000000

// ---- Start (section 7) -----------------------------------------------------------------------
#define BOOT_MAGIC 0x49425a52  // "RZBI"

// The note by which a guest says for which variant it is built: ZISA_NOTE("zisa"), and
// ZISA_NOTE("zisa pv") for a paravirtual one (docs/zisa.md tells what may follow). Once in a guest, at the top level of a C or
// assembly file. An ELF note is three sizes and types, a name, and the text itself.
// clang-format off
#ifdef __ASSEMBLER__
#define ZISA_NOTE(text)                                                                \
  .pushsection .note.ringside, "a", @note; .balign 4; .word 9, 9002f - 9001f, 1;       \
  .asciz "Ringside"; .balign 4; 9001: .asciz text; 9002: .balign 4; .popsection
#else
#define ZISA_NOTE(text)                                                                \
  __asm__(".pushsection .note.ringside, \"a\", @note\n.balign 4\n"                     \
          ".word 9, 9002f - 9001f, 1\n.asciz \"Ringside\"\n.balign 4\n"                \
          "9001: .asciz \"" text "\"\n9002: .balign 4\n.popsection")
#endif

#ifdef __ASSEMBLER__
// ---- The instructions in assembly: the manual's own names --------------------------------------
.macro read_sr rd
    .insn r 0x0b, 0, 0, \rd, x0, x0
.endm
.macro write_sr rs1
    .insn r 0x0b, 0, 1, x0, \rs1, x0
.endm
.macro read_ptbr rd
    .insn r 0x0b, 0, 2, \rd, x0, x0
.endm
.macro probe rd, rs1
    .insn r 0x0b, 0, 3, \rd, \rs1, x0
.endm
.macro tret
    .insn r 0x0b, 0, 4, x0, x0, x0
.endm
.macro tlbinv rs1
    .insn r 0x0b, 0, 5, x0, \rs1, x0
.endm
.macro tlbinv_all
    .insn r 0x0b, 0, 6, x0, x0, x0
.endm
.macro wfi  // takes the place of RISC-V's own wfi, whose encoding is another
    .insn r 0x0b, 0, 7, x0, x0, x0
.endm
.macro rdcyc rd
    .insn r 0x0b, 0, 8, \rd, x0, x0
.endm
.macro rdcych rd
    .insn r 0x0b, 0, 9, \rd, x0, x0
.endm
.macro hcall
    .insn r 0x0b, 0, 10, x0, x0, x0
.endm
.macro read_cr rd, cr
    .insn i 0x0b, 1, \rd, x0, \cr
.endm
.macro write_cr cr, rs1
    .insn i 0x0b, 2, x0, \rs1, \cr
.endm

// clang-format on
#else
// ---- The instructions in C ---------------------------------------------------------------------
// Each is one instruction. Those that change what memory means, or that may be followed by an
// interrupt, say so to the compiler ("memory"), which else might move loads and stores across.
#include <stdint.h>

struct boot_info {
  uint32_t magic;  // BOOT_MAGIC
  uint32_t ram_base;
  uint32_t ram_size;      // bytes, the page of this block included
  uint32_t command_line;  // guest-physical address of a NUL-terminated text, empty if none
  uint32_t image_begin;   // first byte of the loaded image
  uint32_t image_end;     // byte after it
  uint32_t frequency_khz;
  uint32_t cpus;
};

static inline uint32_t read_sr(void) {
  uint32_t value;
  __asm__ volatile(".insn r 0x0b, 0, 0, %0, x0, x0" : "=r"(value) : : "memory");
  return value;
}

static inline void write_sr(uint32_t value) {
  __asm__ volatile(".insn r 0x0b, 0, 1, x0, %0, x0" : : "r"(value) : "memory");
}

static inline uint32_t read_ptbr(void) {
  uint32_t value;
  __asm__ volatile(".insn r 0x0b, 0, 2, %0, x0, x0" : "=r"(value));
  return value;
}

// What the current mode may do at `address`: bits PROBE_READ, PROBE_WRITE, PROBE_EXECUTE.
static inline uint32_t probe(uint32_t address) {
  uint32_t rights;
  __asm__ volatile(".insn r 0x0b, 0, 3, %0, %1, x0" : "=r"(rights) : "r"(address) : "memory");
  return rights;
}

static inline void tlbinv(uint32_t address) {
  __asm__ volatile(".insn r 0x0b, 0, 5, x0, %0, x0" : : "r"(address) : "memory");
}

static inline void tlbinv_all(void) {
  __asm__ volatile(".insn r 0x0b, 0, 6, x0, x0, x0" : : : "memory");
}

static inline void wfi(void) {
  __asm__ volatile(".insn r 0x0b, 0, 7, x0, x0, x0" : : : "memory");
}

static inline uint32_t rdcyc(void) {
  uint32_t value;
  __asm__ volatile(".insn r 0x0b, 0, 8, %0, x0, x0" : "=r"(value));
  return value;
}

static inline uint32_t rdcych(void) {
  uint32_t value;
  __asm__ volatile(".insn r 0x0b, 0, 9, %0, x0, x0" : "=r"(value));
  return value;
}

// The number of a control register is part of the instruction word, hence macros.
#define read_cr(cr)                                                           \
  ({                                                                          \
    uint32_t value_;                                                          \
    __asm__ volatile(".insn i 0x0b, 1, %0, x0, %1" : "=r"(value_) : "i"(cr)); \
    value_;                                                                   \
  })

#define write_cr(cr, value) \
  __asm__ volatile(".insn i 0x0b, 2, x0, %0, %1" : : "r"(value), "i"(cr) : "memory")

// ---- Devices in C ------------------------------------------------------------------------------
static inline uint32_t read32(uint32_t address) {
  return *(volatile uint32_t*)address;
}
static inline void write32(uint32_t address, uint32_t value) {
  *(volatile uint32_t*)address = value;
}
static inline uint8_t read8(uint32_t address) {
  return *(volatile uint8_t*)address;
}
static inline void write8(uint32_t address, uint8_t value) {
  *(volatile uint8_t*)address = value;
}

#endif  // __ASSEMBLER__
#endif  // RINGSIDE_ZISA_H
