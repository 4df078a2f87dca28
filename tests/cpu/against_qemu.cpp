// Random RV32IMA programs at user level against qemu-riscv32, an outside judge: all registers after
// each program and the memory that they work on.
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "catch.hpp"
#include "isa/zisa/decode.hpp"
#include "support/dice.hpp"
#include "support/machines.hpp"

using namespace ringside;
using namespace ringside::test;

namespace {

constexpr u32 kPrograms = 50, kDump = 128, kData = 4096;
constexpr u8 kBase = 29, kCounter = 30,
             kAddress = 28;  ///< registers with a purpose; x31 points to the dump

/// Makes the words of one program, in segments that are left at their end only; some are loops.
/// Jumps go forwards within a segment, to the beginning of a unit: what takes its address first is
/// one.
class Writer {
 public:
  explicit Writer(Dice& dice) : dice_(dice) {}

  std::vector<u32> program() {
    for (u32 segment = dice_.between(3, 8); segment-- > 0;) {
      const bool loop = dice_.chance(40);
      if (loop) add("addi", {.rd = kCounter, .imm = static_cast<i32>(dice_.between(1, 12))});
      const i32 start = size();
      for (u32 unit = dice_.between(4, 20); unit-- > 0;) {
        starts_.push_back(size());
        instruction();
      }
      starts_.push_back(size());
      place_jumps();
      if (!loop) continue;
      add("addi", {.rd = kCounter, .rs1 = kCounter, .imm = -1});
      add("bne", {.rs1 = kCounter, .imm = 4 * (start - size())});
    }
    return words_;
  }

 private:
  struct Jump {
    i32 from, at;  ///< what the distance counts from; the word that holds it
    const char* name;
    zisa::Operands operands;
  };

  i32 size() const { return static_cast<i32>(words_.size()); }
  void add(const char* name, const zisa::Operands& o) { words_.push_back(word(name, o)); }
  void jump(i32 from, const char* name, const zisa::Operands& o) {
    jumps_.push_back({from, size(), name, o});
    words_.push_back(0);
  }
  u8 any() { return static_cast<u8>(dice_.below(kAddress)); }
  i32 imm() { return sign_extend(dice_.word(), dice_.between(2, 12)); }
  i32 offset() { return static_cast<i32>(dice_.below(4092)) - 2048; }

  void place_jumps() {
    for (Jump& each : jumps_) {
      const auto behind = std::upper_bound(starts_.begin(), starts_.end(), each.at);
      const auto choice = dice_.below(static_cast<u32>(starts_.end() - behind));
      each.operands.imm += 4 * (behind[choice] - each.from);
      words_[static_cast<std::size_t>(each.at)] = word(each.name, each.operands);
    }
    jumps_.clear();
    starts_.clear();
  }

  void instruction() {
    const u32 d = dice_.below(100);
    if (d < 30) {
      add(dice_.pick({"add", "sub", "sll", "slt", "sltu", "xor", "srl", "sra", "or", "and"}),
          {.rd = any(), .rs1 = any(), .rs2 = any()});
    } else if (d < 45) {
      add(dice_.pick({"addi", "slti", "sltiu", "xori", "ori", "andi"}),
          {.rd = any(), .rs1 = any(), .imm = imm()});
    } else if (d < 52) {
      add(dice_.pick({"slli", "srli", "srai"}),
          {.rd = any(), .rs1 = any(), .imm = static_cast<i32>(dice_.below(32))});
    } else if (d < 56) {
      add(dice_.pick({"lui", "auipc"}),
          {.rd = any(), .imm = static_cast<i32>(dice_.word() & 0xfffff000)});
    } else if (d < 68) {
      add(dice_.pick({"mul", "mulh", "mulhsu", "mulhu", "div", "divu", "rem", "remu"}),
          {.rd = any(), .rs1 = any(), .rs2 = any()});
    } else if (d < 78) {
      add(dice_.pick({"lb", "lh", "lw", "lbu", "lhu"}),
          {.rd = any(), .rs1 = kBase, .imm = offset()});
    } else if (d < 87) {
      add(dice_.pick({"sb", "sh", "sw"}), {.rs1 = kBase, .rs2 = any(), .imm = offset()});
    } else if (d < 92) {
      jump(size(), dice_.pick({"beq", "bne", "blt", "bge", "bltu", "bgeu"}),
           {.rs1 = any(), .rs2 = any()});
    } else if (d < 94) {
      jump(size(), "jal", {.rd = any()});
    } else if (d < 95) {
      add("fence", {});
    } else {
      with_address();
    }
  }

  void with_address() {
    if (dice_.chance(25)) {
      add("auipc", {.rd = kAddress});
      return jump(size() - 1, "jalr", {.rd = any(), .rs1 = kAddress, .imm = dice_.chance(30)});
    }
    add("addi", {.rd = kAddress, .rs1 = kBase, .imm = offset() & ~3});
    if (dice_.chance(30)) {
      add("lr.w", {.rd = any(), .rs1 = kAddress});
      return add("sc.w", {.rd = any(), .rs1 = kAddress, .rs2 = any()});
    }
    add(dice_.pick({"amoswap.w", "amoadd.w", "amoxor.w", "amoand.w", "amoor.w", "amomin.w",
                    "amomax.w", "amominu.w", "amomaxu.w", "sc.w"}),
        {.rd = any(), .rs1 = kAddress, .rs2 = any()});
  }

  Dice& dice_;
  std::vector<u32> words_;
  std::vector<i32> starts_;  ///< of units, and the end of the segment
  std::vector<Jump> jumps_;
};

u32 random_value(Dice& dice) {
  return dice.chance(20) ? dice.pick<u32>({0, 1, 2, 0x7fffffff, 0x80000000, 0xffffffff})
                         : dice.word() >> dice.below(32);
}

/// Programs one after the other; each dumps its registers. At `end` all is done; Linux then writes
/// it out.
std::string source(Dice& dice, std::vector<std::vector<u32>>& bodies) {
  std::string text = ".globl _start\n.text\n_start:\n  la x31, area\n";
  for (u32 i = 0; i < kPrograms; ++i) {
    for (u32 x = 1; x < 31; ++x)
      text += x == kBase ? "  la x29, data + 2048\n"
                         : fmt::format("  li x{}, {:#x}\n", x, random_value(dice));
    bodies.push_back(Writer(dice).program());
    for (const u32 each : bodies.back()) text += fmt::format("  .word {:#x}\n", each);
    for (u32 x = 1; x < 31; ++x) text += fmt::format("  sw x{}, {}(x31)\n", x, 4 * x);
    text += fmt::format("  addi x31, x31, {}\n", kDump);
  }
  text += fmt::format(
      "end:\n  li a0, 1\n  la a1, area\n  li a2, {}\n  li a7, 64\n  ecall\n  li a0, 0\n  li a7, "
      "93\n  ecall\n",
      kPrograms * kDump + kData);
  text += fmt::format(".data\narea: .zero {}\ndata:\n", kPrograms * kDump);
  for (u32 i = 0; i < kData / 4; ++i) text += fmt::format("  .word {:#x}\n", random_value(dice));
  return text;
}

std::vector<u8> run_qemu(const zisa::Assembly& assembly, u64 seed) {
  namespace fs = std::filesystem;
  const fs::path folder = fs::path(RINGSIDE_BUILD_DIR) / "scratch";
  fs::create_directories(folder);
  const std::string file = (folder / fmt::format("against-qemu-{}", seed)).string();
  const std::vector<u8> elf = assembly.elf();
  std::ofstream(file, std::ios::binary)
      .write(reinterpret_cast<const char*>(elf.data()), static_cast<std::streamsize>(elf.size()));
  fs::permissions(file, fs::perms::owner_all);
  INFO("qemu-riscv32 comes with the package qemu-user");
  REQUIRE(std::system(fmt::format("qemu-riscv32 '{0}' > '{0}.out'", file).c_str()) == 0);
  std::ifstream in(file + ".out", std::ios::binary);
  std::vector<u8> out{std::istreambuf_iterator<char>(in), {}};
  for (const auto* suffix : {"", ".out"}) fs::remove(file + suffix);
  return out;
}

struct Way {
  const char* strategy;
  bool only_step;
};

std::vector<u8> run_here(const zisa::Assembly& assembly, const Way& way) {
  Setup setup;
  setup.strategy = way.strategy;
  const auto m = machine(setup, assembly);
  m->only_step(way.only_step);
  m->set_breakpoints({symbol(assembly, "end")});
  m->run({.instructions = 10'000'000});
  REQUIRE_FALSE(m->ending());
  std::vector<u8> area(kPrograms * kDump + kData);
  REQUIRE(m->vm().copy_out({symbol(assembly, "area")}, area));
  return area;
}

// Which program, and what it was.
std::string blame(const std::vector<u8>& ours, const std::vector<u8>& theirs,
                  const std::vector<std::vector<u32>>& bodies) {
  std::size_t at = 0;
  while (at < ours.size() && ours[at] == theirs[at]) ++at;
  if (at == ours.size()) return "";
  if (at >= kPrograms * kDump) return fmt::format("data + {:#x}", at - kPrograms * kDump);
  std::string text = fmt::format("program {} register x{}: {:#x}, qemu has {:#x}\n", at / kDump,
                                 at % kDump / 4, load_le<u32>(&ours[at & ~std::size_t{3}]),
                                 load_le<u32>(&theirs[at & ~std::size_t{3}]));
  for (const u32 each : bodies[at / kDump]) text += "  " + zisa::disassemble(each, 0) + "\n";
  return text;
}

}  // namespace

TEST_CASE("random programs come out as under qemu-riscv32") {
  const u64 batches = std::getenv("RINGSIDE_FULL") ? 60 : 10;
  for (u64 seed = 1; seed <= batches; ++seed) {
    Dice dice(seed);
    std::vector<std::vector<u32>> bodies;
    const zisa::Assembly assembly = program(source(dice, bodies));
    const std::vector<u8> theirs = run_qemu(assembly, seed);
    REQUIRE(theirs.size() == kPrograms * kDump + kData);
    for (const Way& way : {Way{"bare", true}, {"bare", false}, {"trap-emulate", false}}) {
      const std::string difference = blame(run_here(assembly, way), theirs, bodies);
      INFO("batch " << seed << " under " << way.strategy << (way.only_step ? ", stepping: " : ": ")
                    << difference);
      REQUIRE(difference.empty());
    }
  }
}
