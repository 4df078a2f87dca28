// The base instruction set, pseudo-instructions and directives against clang and ld.lld.
#include <fmt/format.h>

#include "isa/zisa/decode.hpp"
#include "support.hpp"

using namespace ringside;
using namespace ringside::test;
using namespace ringside::zisa;

namespace {

void same_as_clang(const std::string& name, std::string_view source) {
  compare_with_clang(name, source, assembled(source));
}

class Random {
 public:
  u32 next() {
    state_ = state_ * 6364136223846793005u + 1442695040888963407u;
    return static_cast<u32>(state_ >> 32);
  }
  u32 below(u32 limit) { return next() % limit; }

 private:
  u64 state_ = 20;
};

bool clang_knows(const RowInfo& row) {
  return (row.picture.match & 0x7f) != 0x0b && row.form != Form::kFence;
}

constexpr std::string_view kPseudos = R"(
    .text
    .equ SIZE, 24
    .globl _start
_start:
    nop
    li a0, 0
    li a0, 2047
    li a0, -2048
    li a0, 2048
    li a0, 4096
    li a0, 0x12345678
    li a0, 0xffffffff
    li a0, -1
    li a0, 0x7fffffff
    li a0, 0x80000000
    li a0, 0xfffff800
    li t0, 'A'
    li t1, (3 + 4) * 2 - 1
    li t2, SIZE
    la a0, word
    lla a1, table
    lw a2, word
    lb a3, table
    lhu a4, table
    sw a2, word, t0
    sb a2, table, t1
    sh a2, table, t2
    mv a0, a1
    not a0, a1
    neg a0, a1
    seqz a0, a1
    snez a0, a1
    sltz a0, a1
    sgtz a0, a1
    sgt a0, a1, a2
    sgtu a0, a1, a2
    add a0, a1, 5
    and a0, a1, 6
    or a0, a1, 7
    xor a0, a1, 8
    sll a0, a1, 9
    srl a0, a1, 10
    sra a0, a1, 11
    slt a0, a1, 12
    sltu a0, a1, 13
1:  beqz a0, 1b
    bnez a0, 1f
    blez a0, 1b
    bgez a0, 1f
    bltz a0, 1b
    bgtz a0, 1f
    bgt a0, a1, 1b
    ble a0, a1, 1f
    bgtu a0, a1, 1b
    bleu a0, a1, 1f
    beq a0, a1, 1b ; bne a0, a1, 1f
1:  j 1b
    jal 1b
    jal t0, 2f
    jr a0
    jalr a0
    jalr a0, a1
    jalr a0, a1, 4
    jalr a0, 8(a1)
    jr 4(a0)
    ret
2:  call function
    call t0, function
    tail function
    jump function, t3
    fence
    fence r, rw
    fence.tso
    unimp
    ecall
    ebreak
    lui a0, %hi(word)
    addi a0, a0, %lo(word)
    lw a1, %lo(word)(a0)
    sw a1, %lo(word+4)(a0)
    lui a0, %hi(0x12345fff)
    lui a0, 0xfffff
3:  auipc a0, %pcrel_hi(table)
    lw a1, %pcrel_lo(3b)(a0)
    sw a1, %pcrel_lo(3b)(a0)
    addi a0, a0, %pcrel_lo(3b)
    lw a0, (a1)
    lw a0, 24 + 4 * 2(a1)
    lr.w a0, 0(a1)
    .insn r 0x0b, 1, 2, a0, a1, a2
    .insn i 0x0b, 1, a0, a1, -3
    .insn i 0x0b, 1, a0, -3(a1)
    .insn s 0x0b, 1, a0, 4(a1)
    .insn u 0x0b, a0, 0x12345
function:
    ret
    .data
    .balign 4
word:
    .word 1, word, table + 4
    .section .rodata
table:
    .byte 1, 2, 3
    .half 4, -5
end:
)";

constexpr std::string_view kDirectives = R"(
# a comment
    .text
    .p2align 4
_start: nop // another
    .p2align 3
    nop /* over
    lines */ ; nop
    .align 4
    .word . - _start, _start
    .option push
    .option pop
    .type _start, @function
    .size _start, . - _start
    .data
a:  .byte 1, -1, 255, 'x', '\n', 1 + 2 * 3
    .balign 2
    .half 0x1234, -2
    .balign 4, 0xaa
    .word 0xdeadbeef, -1, b - a, a
    .quad 0x123456789abcdef0, -1
    .2byte 7
    .4byte 8
    .ascii "abc", "de\t\"\\"
    .asciz "zero\101\x41"
    .string "s1", "s2"
    .space 5
    .space 3, 0x55
    .skip 2
    .zero 4
    .fill 3
    .fill 2, 2, 0x1234
    .fill 2, 4, 0x12345678
b:  .p2align 3
    .set value, 5
    .word value
    .set value, value + 1
    .word value
    later = 77
    .word later, sum
    .equ sum, later + value
    .word ~5, !0, !7, -(-3), 10 / 3, 10 % 3, 1 << 12, 0x100 >> 4, 6 & 3, 6 | 3, 6 ^ 3
    .word (1 == 1) != 0, (2 < 1) != 0, (2 > 1) && 1, 0 || (3 >= 3)
    .macro pair x, y=9
    .word \x
    .word \y
    .endm
    pair 1, 2
    pair 3
    .macro label name, rest:vararg
\name\()_label:
    .word \rest
    .endm
    label first, 1, 2, 3
    .word first_label
    .rept 3
    .byte 0xee
    .endr
    .irp n, 1, 2, 3
    .byte \n
    .endr
    .irpc c, 123
    .byte \c
    .endr
    .if 1
    .byte 10
    .else
    .byte 11
    .endif
    .if 0
    .byte 12
    .if 1
    .byte 13
    .endif
    .elseif 1
    .byte 14
    .endif
    .ifdef value
    .byte 15
    .endif
    .ifndef nowhere
    .byte 16
    .endif
    .macro countdown n
    .if \n
    .byte \n
    countdown \n - 1
    .endif
    .endm
    countdown 5
    .pushsection .rodata
    .word 1
    .popsection
    .byte 17
    .org b + 400
    .byte 18
    .section .rodata
    .word b
    .bss
room: .space 100
    .balign 16
more: .zero 4
    .text
    la a0, more
    .comm shared, 8, 8
    la a0, shared
    la a0, room
)";

constexpr std::string_view kProgram = R"(
struct Node { int key; const char* name; struct Node* next; };
static struct Node nodes[4] = {{3, "three", &nodes[1]}, {5, "five", &nodes[2]}, {-7, "minus", 0}};
static const short table[] = {1, -2, 3, 400};
int counter;
char buffer[100];
unsigned long long big = 0x123456789abcdef0ull;
void* memcpy(void* to, const void* from, unsigned n) {
  char* t = to; const char* f = from;
  for (unsigned i = 0; i < n; ++i) { t[i] = f[i]; __asm__ volatile("" ::: "memory"); }
  return to;
}
static int hash(const char* s) { unsigned h = 5381; while (*s) h = h * 33 ^ *s++; return h % 1009; }
__attribute__((noinline)) int pick(int n) {
  switch (n) {
    case 0: return hash("zero"); case 1: return counter++; case 2: return table[n];
    case 3: return -n * 17; case 4: return n / 3; case 5: return buffer[n]; case 6: return 6000;
    default: return n > 100 ? (int)(big >> 7) : n % 7;
  }
}
int fib(int n) { return n < 2 ? n : fib(n - 1) + fib(n - 2); }
__attribute__((section(".text.first"))) int _start(void) {
  int sum = 0;
  for (struct Node* n = nodes; n; n = n->next) sum += n->key * hash(n->name) + pick(n->key);
  __atomic_fetch_add(&counter, sum, __ATOMIC_SEQ_CST);
  memcpy(buffer, nodes, sizeof nodes);
  return fib(sum & 15);
}
)";

}  // namespace

TEST_CASE("random instructions as clang encodes them") {
  Random random;
  std::string source;
  for (int i = 0; i < 6000; ++i) {
    const RowInfo& row = kRows[random.below(kRowCount)];
    if (!clang_knows(row)) continue;
    const u32 word = row.picture.match | (random.next() & ~row.picture.mask);
    std::string text = disassemble(word, 0);
    // clang takes the number in a jump for a distance, so that jumps go to a label here.
    if (row.form == Form::kBranch || row.form == Form::kJump)
      text = text.substr(0, text.rfind(' ')) + fmt::format(" .Lplace{}", i);
    if (row.form == Form::kBranch || row.form == Form::kJump)
      text += fmt::format("\n nop\n nop\n.Lplace{}:", i);
    source += text + "\n";
  }
  same_as_clang("random", source);
}

TEST_CASE("pseudo-instructions as clang expands them") {
  same_as_clang("pseudo", kPseudos);
}

TEST_CASE("directives as clang takes them") {
  same_as_clang("directives", kDirectives);
}

TEST_CASE("what clang compiles assembles to the same program") {
  write_file("program.c", kProgram);
  for (const std::string level : {"-O0", "-O1", "-O2", "-Os"}) {
    INFO(level);
    shell(
        fmt::format("clang --target=riscv32-unknown-elf -march=rv32ima -mabi=ilp32 -mno-relax "
                    "-ffreestanding -fno-pic {} -S {} -o {}",
                    level, scratch("program.c"), scratch("program.s")));
    const auto text = read_file("program.s");
    same_as_clang("compiled", std::string(text.begin(), text.end()));
  }
}
