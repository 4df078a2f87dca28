#include "session/random_guest.hpp"

namespace ringside::session {

// Data at x31 = 0x80001000: registers of the interrupted code (0 to 127), state of a random
// generator (128), traps left (132), tick (136, and 140: mask of the random part), start: EPC
// (144), SR (148), whether user code may run with paging off, where it can jump into the kernel's
// sensitive instructions (152); at 0x100 PTBRs to choose from (8), at 0x140 page-table entries that may be
// changed, with the addresses they map (16 pairs), at 0x1c0 flags that they may be given (16).
const char* const kRandomKernel = R"(
.macro draw to, scratch
  lw \to, 128(x31)
  li \scratch, 1103515245
  mul \to, \to, \scratch
  li \scratch, 12345
  add \to, \to, \scratch
  sw \to, 128(x31)
  srli \to, \to, 12
.endm
.macro timer a, b, c
  draw \a, \b
  lw \b, 140(x31)
  and \a, \a, \b
  lw \b, 136(x31)
  add \a, \a, \b
  rdcyc \b
  add \a, \a, \b
  sltu \b, \a, \b
  rdcych \c
  add \b, \b, \c
  write_cr timecmph, \b
  write_cr timecmp, \a
.endm

.globl _start
_start:
  lui x31, 0x80001
  la x1, trap
  write_cr tvec, x1
  li x1, 0x222
  write_cr ienable, x1
  lui x1, 0x0c000
  li x2, 0xc00                 # lines of console and disk
  sw x2, 0x100(x1)
  lui x1, 0x10000
  li x2, 1
  sb x2, 1(x1)                 # the console interrupts
  timer x1, x2, x3
  lw x1, 0x100(x31)
  write_cr ptbr, x1
  lw x1, 144(x31)
  write_cr epc, x1
  lw x1, 148(x31)
  write_sr x1

resume:
  lw x1, 4(x31)
  lw x2, 8(x31)
  lw x3, 12(x31)
  lw x4, 16(x31)
  lw x5, 20(x31)
  lw x6, 24(x31)
  lw x7, 28(x31)
  lw x8, 32(x31)
  lw x9, 36(x31)
  lw x10, 40(x31)
  lw x11, 44(x31)
  lw x12, 48(x31)
  lw x13, 52(x31)
  lw x14, 56(x31)
  lw x15, 60(x31)
  lw x16, 64(x31)
  lw x17, 68(x31)
  lw x18, 72(x31)
  lw x19, 76(x31)
  lw x20, 80(x31)
  lw x21, 84(x31)
  lw x22, 88(x31)
  lw x23, 92(x31)
  lw x24, 96(x31)
  lw x25, 100(x31)
  lw x26, 104(x31)
  lw x27, 108(x31)
  lw x28, 112(x31)
  lw x29, 116(x31)
  lw x30, 120(x31)
  lw x31, 124(x31)
  tret

trap:
  write_cr scratch, x31
  lui x31, 0x80001
  sw x1, 4(x31)
  sw x2, 8(x31)
  sw x3, 12(x31)
  sw x4, 16(x31)
  sw x5, 20(x31)
  sw x6, 24(x31)
  sw x7, 28(x31)
  sw x8, 32(x31)
  sw x9, 36(x31)
  sw x10, 40(x31)
  sw x11, 44(x31)
  sw x12, 48(x31)
  sw x13, 52(x31)
  sw x14, 56(x31)
  sw x15, 60(x31)
  sw x16, 64(x31)
  sw x17, 68(x31)
  sw x18, 72(x31)
  sw x19, 76(x31)
  sw x20, 80(x31)
  sw x21, 84(x31)
  sw x22, 88(x31)
  sw x23, 92(x31)
  sw x24, 96(x31)
  sw x25, 100(x31)
  sw x26, 104(x31)
  sw x27, 108(x31)
  sw x28, 112(x31)
  sw x29, 116(x31)
  sw x30, 120(x31)
  read_cr x1, scratch
  sw x1, 124(x31)
  lw x1, 132(x31)
  addi x1, x1, -1
  sw x1, 132(x31)
  bnez x1, 1f
  lui x1, 0x100
  li x2, 0x5555
  sw x2, 0(x1)
1: read_cr x5, cause
  read_cr x6, epc
  bltz x5, interrupt
  li x7, 8
  beq x5, x7, service
  li x7, 9
  beq x5, x7, service
  li x7, 1
  beq x5, x7, lost
  li x7, 12
  beq x5, x7, lost
  addi x6, x6, 4
  write_cr epc, x6
  j resume

# There is no code: go on somewhere where there is.
lost:
  draw x6, x7
  li x7, 0x3ffc
  and x6, x6, x7
  li x7, 0x2000
  add x6, x6, x7
  write_cr epc, x6
# The PC to go on at: user code under paging is at 0x4000xxxx, all other at 0x8000xxxx.
set_pc:
  read_cr x6, epc
  slli x6, x6, 16
  srli x6, x6, 16
  lui x7, 0x80000
  read_sr x8
  andi x9, x8, 4
  bnez x9, 1f
  andi x9, x8, 16
  bnez x9, 2f
  lw x9, 152(x31)
  bnez x9, 1f
  ori x8, x8, 4
  write_sr x8
  j 1f
2: lui x7, 0x40000
1: add x6, x6, x7
  write_cr epc, x6
  j resume

interrupt:
  andi x5, x5, 15
  li x7, 5
  beq x5, x7, 2f
  li x7, 1
  beq x5, x7, 1f
  lui x1, 0x0c000              # external: the console's or the disk's
  lw x2, 0x104(x1)
  li x3, 10
  beq x2, x3, 3f
  lui x1, 0x10010
  sw x0, 0x18(x1)
  j resume
3: lui x1, 0x10000
  lbu x2, 0(x1)
  j resume
1: lui x1, 0x0c000             # software
  li x2, 1
  sw x2, 12(x1)
  j resume
# What was interrupted may be a loop, which calls for nothing by itself: one time in four it goes
# on elsewhere, two times in four something happens to it.
2: timer x1, x2, x3
  draw x1, x2
  andi x2, x1, 3
  beqz x2, resume
  li x3, 1
  beq x2, x3, lost
  j serve

service:
  addi x6, x6, 4
  write_cr epc, x6
serve:
  draw x1, x2
  andi x1, x1, 15
  slli x1, x1, 2
  la x2, services
  add x1, x1, x2
  jr x1
services:
  j mode
  j mode
  j entry
  j entry
  j entry
  j entry
  j space
  j flags
  j set_timer
  j paging
  j look
  j wait
  j flush
  j disk
  j software
  j rewrite

mode:
  read_sr x1
  xori x1, x1, 4
  write_sr x1
  j set_pc
entry:                         # change an entry and say so
  draw x1, x2
  andi x2, x1, 15
  slli x2, x2, 3
  add x2, x2, x31
  lw x3, 0x140(x2)
  lw x4, 0x144(x2)
  srli x1, x1, 4
  andi x1, x1, 15
  slli x1, x1, 2
  add x1, x1, x31
  lw x5, 0x1c0(x1)
  lw x6, 0(x3)
  srli x6, x6, 10
  slli x6, x6, 10
  or x6, x6, x5
  sw x6, 0(x3)
  tlbinv x4
  j resume
space:
  draw x1, x2
  andi x1, x1, 7
  slli x1, x1, 2
  add x1, x1, x31
  lw x1, 0x100(x1)
  write_cr ptbr, x1
  j resume
flags:
  draw x1, x2
  li x2, 0xf20
  and x1, x1, x2
  read_sr x3
  not x2, x2
  and x3, x3, x2
  or x3, x3, x1
  write_sr x3
  j resume
set_timer:
  timer x1, x2, x3
  j resume
paging:
  read_sr x1
  xori x1, x1, 16
  write_sr x1
  j set_pc
look:
  read_sr x1
  sw x1, 80(x31)
  read_cr x1, ipend
  sw x1, 84(x31)
  read_cr x1, ptbr
  sw x1, 88(x31)
  lui x2, 0x40010
  probe x1, x2
  sw x1, 92(x31)
  read_cr x1, cause
  sw x1, 96(x31)
  lw x1, 36(x31)
  probe x1, x1
  sw x1, 100(x31)
  rdcyc x1
  sw x1, 104(x31)
  j resume
wait:
  timer x1, x2, x3
  wfi
  j resume
flush:
  tlbinv_all
  j resume
disk:                          # a sector to somewhere in the data pages
  draw x1, x2
  lui x3, 0x10010
  andi x2, x1, 7
  sw x2, 4(x3)
  li x2, 1
  sw x2, 8(x3)
  andi x2, x1, 0x7e0
  slli x2, x2, 4
  lui x4, 0x80010
  add x2, x2, x4
  sw x2, 12(x3)
  srli x2, x1, 10
  andi x2, x2, 1
  addi x2, x2, 1
  sw x2, 16(x3)
  j resume
software:
  lui x1, 0x0c000
  li x2, 1
  sw x2, 8(x1)
  j resume
rewrite:                       # copy one instruction over another, near the one to go on at
  draw x1, x2
  li x4, 0x3ffc
  and x2, x1, x4
  draw x1, x3
  andi x1, x1, 0x7c
  read_cr x3, epc
  add x3, x3, x1
  addi x3, x3, -64
  and x3, x3, x4
  lui x4, 0x80002
  add x2, x2, x4
  add x3, x3, x4
  lw x5, 0(x2)
  sw x5, 0(x3)
  j resume
)";

}  // namespace ringside::session
