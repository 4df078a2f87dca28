#include "vectors.hpp"

namespace ringside::test {

namespace {

// Page tables of shape Z2 at 0x80010000: a superpage for RAM where it lies, and the page that a
// vector adds.
#define TABLES "ptbr=0x80010 [0x80010800]=0x200000cf "

// clang-format off
constexpr std::string_view kVectors[] = {
    // The holes. In U they run on zisa and trap on zisa-v.
    "read_sr x3 | sr=0xf03 | x3=0xf03 | insn system_register",
    "read_sr x3 | sr=0x50e isa=zisa | x3=0x50e | insn system_register",
    "read_sr x3 | sr=0x50e | trap=24 tval=word | trap_fault",
    "write_sr x1 | sr=1 x1=0xffffffef | sr=0xf2f | insn system_register",
    "write_sr x1 | sr=0xf0f x1=0 | sr=0 | insn system_register",
    "write_sr x1 | sr=0x20e x1=0xffffffff isa=zisa | sr=0xf0e | insn system_register",
    "write_sr x1 | sr=0x20e x1=0x501 | trap=24 tval=word | trap_fault",
    "read_ptbr x3 | ptbr=0xa0000123 | x3=0xa0000123 | insn system_register",
    "read_ptbr x3 | sr=0 ptbr=0x123 isa=zisa | x3=0x123 | insn system_register",
    "read_ptbr x3 | sr=0 ptbr=0x123 | trap=24 tval=word | trap_fault",
    "probe x3, x1 | x1=0x1234 | x3=7 | insn",
    "probe x3, x1 | sr=0x11 " TABLES "x1=0x80001000 | x3=7 | insn walk_reference",
    "probe x3, x1 | sr=0 isa=zisa | x3=7 | insn",
    "probe x3, x1 | sr=0 | trap=24 tval=word | trap_fault",
    // Control transfer
    "tret | epc=0x80000200 sr=0x105 reserved=0x80001000 | pc=0x80000200 sr=0x109 reserved=none | insn trap_return",
    "tret | epc=0x80000203 sr=0xd | pc=0x80000200 sr=0xb | insn trap_return",
    "tret | epc=0x80000200 sr=0x1 | pc=0x80000200 sr=0x8 | insn trap_return",
    "tret | sr=0 | trap=24 tval=word | trap_fault",
    "wfi | sr=1 | waiting=1 | insn",
    "wfi | sr=0 | trap=24 tval=word | trap_fault",
    // The TLB
    "tlbinv x1 | x1=0x1000 | | insn tlb_invalidate",
    "tlbinv x1 | sr=0 | trap=24 tval=word | trap_fault",
    "tlbinv_all | | | insn tlb_invalidate",
    "tlbinv_all | sr=0x11 " TABLES "| | insn tlb_invalidate walk_reference",
    "tlbinv_all | sr=0 | trap=24 tval=word | trap_fault",
    // Time, here virtual.
    "rdcyc x3 | time=77 | x3=77 | insn system_register",
    "rdcyc x3 | sr=0 time=0x100000005 | x3=5 | insn system_register",
    "rdcyc x3 | sr=0x20 | trap=24 tval=word | trap_fault",
    "rdcyc x3 | sr=0x21 time=77 | x3=77 | insn system_register",
    "rdcych x3 | time=0x300000005 | x3=3 | insn system_register",
    "rdcych x3 | sr=0x20 | trap=24 tval=word | trap_fault",
    // Control registers
    "read_cr x3, tvec | | x3=0x80000800 | insn system_register",
    "read_cr x3, epc | epc=0x123 | x3=0x123 | insn system_register",
    "read_cr x3, cause | cause=0x80000005 | x3=0x80000005 | insn system_register",
    "read_cr x3, scratch | scratch=7 | x3=7 | insn system_register",
    "read_cr x3, ipend | ipend=0x20 | x3=0x20 | insn system_register",
    "read_cr x3, timecmp | | x3=-1 | insn system_register",
    "read_cr x3, cpuid | x3=4 | x3=0 | insn system_register",
    "read_cr x0, scratch | scratch=7 | | insn system_register",
    ".word 0x00b0118b | | trap=2 tval=word | trap_fault",  // read_cr x3, 11
    "read_cr x3, scratch | sr=0 | trap=24 tval=word | trap_fault",
    "write_cr tvec, x1 | x1=0x80000403 | tvec=0x80000400 | insn system_register",
    "write_cr epc, x1 | x1=0x403 | epc=0x403 | insn system_register",
    "write_cr cause, x1 | x1=-1 | cause=-1 | insn system_register",
    "write_cr tval, x1 | x1=5 | tval=5 | insn system_register",
    "write_cr scratch, x1 | x1=5 | scratch=5 | insn system_register",
    "write_cr ptbr, x1 | x1=0xbfffffff | ptbr=0xa03fffff | insn system_register tlb_invalidate",
    "write_cr ptbr, x1 | x1=0xc0000000 ptbr=7 | trap=2 tval=word | trap_fault",
    "write_cr ipend, x1 | x1=0x20 | trap=2 tval=word | trap_fault",
    "write_cr ienable, x1 | x1=-1 | ienable=0x222 | insn system_register",
    "write_cr timecmp, x1 | x1=5 | timecmp=5 | insn system_register",
    "write_cr timecmph, x1 | x1=5 | timecmph=5 | insn system_register",
    "write_cr cpuid, x1 | x1=5 | trap=2 tval=word | trap_fault",
    "write_cr scratch, x1 | sr=0 | trap=24 tval=word | trap_fault",
    // A number that does not exist is privileged first, and illegal only then.
    ".word 0x00b0118b | sr=0 | trap=24 tval=word | trap_fault",
    // Interrupts come before the instruction, in this order.
    "addi x3, x3, 1 | sr=3 ipend=0x222 ienable=0x222 | trap=0x80000009 | trap_interrupt",
    "addi x3, x3, 1 | sr=3 ipend=0x222 ienable=0x022 | trap=0x80000001 | trap_interrupt",
    "addi x3, x3, 1 | sr=3 ipend=0x022 ienable=0x220 | trap=0x80000005 | trap_interrupt",
    "addi x3, x3, 1 | sr=0 ipend=0x020 ienable=0x020 | trap=0x80000005 | trap_interrupt",
    "addi x3, x3, 1 | sr=1 ipend=0x020 ienable=0x020 | x3=1 | insn",
    "addi x3, x3, 1 | sr=3 ipend=0x020 ienable=0x200 | x3=1 | insn",
    // Fetches
    "addi x3, x3, 1 | sr=0x10 " TABLES "| trap=12 tval=0x80000100 | trap_fault walk_reference",
    "addi x3, x3, 1 | sr=0x11 ptbr=0x80010 [0x80010800]=0x200000df | trap=12 tval=0x80000100 | trap_fault walk_reference",
    "addi x3, x3, 1 | sr=0x10 ptbr=0x80010 [0x80010800]=0x200000df | x3=1 | insn",
    "addi x3, x3, 1 | sr=0x11 ptbr=0x90010 | trap=1 tval=0x80000100 | trap_fault",
};
// clang-format on
}  // namespace

std::span<const std::string_view> system_vectors() {
  return kVectors;
}

}  // namespace ringside::test
