// The base instruction set, pseudo-instructions and directives against clang and ld.lld.
#include <fmt/format.h>

#include <fstream>

#include "isa/zisa/decode.hpp"
#include "support.hpp"

using namespace ringside;
using namespace ringside::test;
using namespace ringside::zisa;

namespace {

void same_as_clang(const std::string& name, std::string_view source) {
  compare_with_clang(name, source, assembled(source));
}

// A source that the fuzz target of the assembler starts from as well.
std::string from_corpus(const std::string& name) {
  std::ifstream file(RINGSIDE_SOURCE_DIR "/tests/fuzz/corpus/assembler/" + name);
  REQUIRE(file);
  return {std::istreambuf_iterator<char>(file), {}};
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
  same_as_clang("pseudo", from_corpus("pseudo.s"));
}

TEST_CASE("directives as clang takes them") {
  same_as_clang("directives", from_corpus("directives.s"));
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
