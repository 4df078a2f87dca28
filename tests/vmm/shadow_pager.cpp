// Shadow paging: what a guest does to its page tables, and what the VMM makes of it.
#include "vmm/shadow_pager.hpp"

#include <map>

#include "catch.hpp"
#include "support/equivalence.hpp"
#include "support/machines.hpp"
#include "support/shadow_audit.hpp"

using namespace ringside;
using namespace ringside::test;

namespace {

// Root at 0x80010000 (Z2): RAM as a superpage for the kernel, and a table at 0x80011000 for the
// first 4 MiB, of which page 256 is the exit register. Traps go to `trap`, if a program has one.
constexpr std::string_view kStart = R"(
.equ V, 1
.equ RW, 0x7
.equ ROOT, 0x80010000
.equ TABLE, 0x80011000
.macro page number, frame, flags      # in the table
  li x2, (\frame << 10) | \flags
  li x3, TABLE + 4 * \number
  sw x2, 0(x3)
.endm
.macro paging
  li x2, ROOT >> 12
  write_cr ptbr, x2
  li x2, 0x11
  write_sr x2
.endm
.macro stop code
  li x30, 0x00100000
  li x31, (\code << 16) | 0x3333
  sw x31, 0(x30)
  j .
.endm
_start:
  la x2, trap
  write_cr tvec, x2
  li x1, ROOT
  li x2, (0x80000 << 10) | 0xf
  addi x1, x1, 0x7fc
  sw x2, 4(x1)
  addi x1, x1, -0x7fc
  li x2, (0x80011 << 10) | V
  sw x2, 0(x1)
  page 256, 0x100, RW
)";

struct Outcome {
  std::unique_ptr<vmm::Machine> machine;
  std::map<std::string, u64> exits;
  u32 reg(u32 number) const { return machine->vm().guest_state().x[number]; }
};

// Under trap-and-emulate, after it was seen to be the same as on the bare machine.
Outcome run(std::string source, Setup setup = {}) {
  if (source.find("\ntrap:") == std::string::npos) source += "\ntrap:\n  stop 99\n";
  source = std::string(kStart) + source;
  const zisa::Assembly code = program(source);
  setup.virtual_time = true;
  const auto bare = machine(setup, code);
  setup.strategy = "trap-emulate";
  const auto compared = machine(setup, code);
  const std::string how = compare_runs(*bare, *compared, {.ticks = 200'000, .memory_every = 16});
  INFO(how);
  REQUIRE(how.empty());
  Outcome out{machine(setup, code), {}};
  out.machine->run({.instructions = 200'000});
  REQUIRE(out.machine->ending());
  INFO(describe(*out.machine));
  CHECK(out.machine->ending()->outcome == vmm::Ending::Outcome::kExited);
  CHECK(out.machine->ending()->exit_code == 0);
  for (const auto& [kind, seen] : out.machine->vm().internals().exits)
    out.exits[vmm::exit_name(kind)] = seen.count;
  const std::string fault = audit_shadow(*out.machine).fault;
  CHECK(fault == "");
  return out;
}

}  // namespace

TEST_CASE("a page that the guest maps is a hidden fault once, and then none") {
  const Outcome out = run(R"(
  page 1, 0x80020, RW
  paging
  lui x5, 1
  li x6, 77
  sw x6, 4(x5)
  lw x7, 4(x5)
  lw x7, 4(x5)
  stop 0
)");
  CHECK(out.reg(7) == 77);
  CHECK(word_at(*out.machine, 0x80020004) == 77);
  // The code's page, before paging and after, the tables' pages before, the page itself; stack
  // none.
  CHECK(out.exits.at("PAGE_FAULT device") == 1);
  CHECK(out.exits.count("PAGE_FAULT true") == 0);
  CHECK(out.exits.count("PAGE_FAULT traced write") == 0);
}

TEST_CASE("D is set by the first store, not by a load") {
  const Outcome out = run(R"(
  page 1, 0x80020, RW
  paging
  lui x5, 1
  lw x7, 4(x5)
  li x8, TABLE
  lw x9, 4(x8)           # A, not D
  sw x7, 4(x5)
  lw x10, 4(x8)          # both
  stop 0
)");
  CHECK((out.reg(9) & 0xff) == 0x47);
  CHECK((out.reg(10) & 0xff) == 0xc7);
}

TEST_CASE("faults of the guest's own are its own") {
  const Outcome out = run(R"(
  page 1, 0x80020, 3     # to read
  page 2, 0x70000, RW    # nothing there
  paging
  lui x5, 1
  sw x6, 8(x5)           # store page fault
  lui x5, 2
  lw x6, 0(x5)           # load access fault
  lui x5, 3
  lw x6, 4(x5)           # load page fault
  lui x5, 1
  jalr x1, 0(x5)         # fetch page fault
back:
  stop 0
trap:
  read_cr x20, cause
  slli x21, x21, 4
  or x21, x21, x20
  read_cr x22, epc
  addi x22, x22, 4
  li x23, 12
  bne x20, x23, 1f
  la x22, back
1: write_cr epc, x22
  read_sr x24
  tret
)");
  CHECK(out.reg(21) == 0xf5dc);
  CHECK(out.exits.at("PAGE_FAULT true") == 4);
}

TEST_CASE("a write to a page table in use is traced, and what it said is dropped") {
  const Outcome out = run(R"(
  page 1, 0x80020, RW
  paging
  li x5, 0x80021000
  li x6, 55
  sw x6, 0(x5)
  lui x5, 1
  lw x7, 0(x5)           # through the old entry
  page 1, 0x80021, RW
  tlbinv x5
  lw x8, 0(x5)           # and the new one
  page 1, 0, 0
  tlbinv x5
  stop 0
)");
  CHECK(out.reg(7) == 0);
  CHECK(out.reg(8) == 55);
  CHECK(out.exits.at("PAGE_FAULT traced write") == 2);
}

TEST_CASE("a root entry that is rewritten takes all below it along") {
  const Outcome out = run(R"(
  page 1, 0x80020, RW
  paging
  lui x5, 1
  lw x7, 0(x5)
  li x6, 9
  li x8, 0x80021000
  sw x6, 0(x8)
  li x8, 0x80012000      # another table, with another page
  li x9, (0x80021 << 10) | RW
  sw x9, 4(x8)
  li x9, (0x100 << 10) | RW
  sw x9, 0x400(x8)
  li x9, (0x80012 << 10) | V
  li x10, ROOT
  sw x9, 0(x10)
  tlbinv_all
  lw x7, 0(x5)
  stop 0
)");
  CHECK(out.reg(7) == 9);
}

TEST_CASE("a page maps its own page table, and is written through it") {
  const Outcome out = run(R"(
  page 1, 0x80011, RW    # the table itself, at 0x1000
  page 2, 0x80020, RW
  paging
  lui x5, 1
  lw x6, 8(x5)           # entry 2
  li x7, (0x80021 << 10) | RW
  sw x7, 8(x5)           # by its own mapping
  lui x8, 2
  tlbinv x8
  li x9, 31
  sw x9, 0(x8)
  li x10, 0x80021000
  lw x11, 0(x10)
  sw x0, 4(x5)           # unmaps itself
  tlbinv x5
  lw x12, 4(x5)          # a fault
  stop 1
trap:
  read_cr x20, cause
  stop 0
)");
  CHECK(out.reg(11) == 31);
  CHECK(out.reg(20) == 13);
}

TEST_CASE("a root is its own table") {
  // By way of entry 1023 the root is the table of the last level as well: entry 0x200 maps the
  // first page of RAM there; entry 0, which points to a table, is no leaf.
  const Outcome out = run(R"(
  li x1, ROOT + 0x7fc
  li x2, (0x80010 << 10) | V
  li x3, ROOT + 0xffc
  sw x2, 0(x3)
  paging
  li x5, 0xffe00000
  lw x6, 0(x5)
  sw x6, 0x7fc(x5)
  li x5, 0xffc00000
  lw x7, 0(x5)
  stop 1
trap:
  read_cr x20, cause
  stop 0
)");
  CHECK(out.reg(6) == word_at(*out.machine, kRam));
  CHECK(out.reg(20) == 13);
}

TEST_CASE("a page table that becomes a data page is traced no more") {
  const Outcome out = run(R"(
  page 1, 0x80020, RW
  paging
  lui x5, 1
  lw x6, 0(x5)
  li x7, 0x80012000      # the tables anew, elsewhere
  li x8, (0x80013 << 10) | V
  sw x8, 0(x7)
  li x8, (0x80000 << 10) | 0xf
  li x9, 0x80012800
  sw x8, 0(x9)
  li x9, 0x80013400
  li x8, (0x100 << 10) | RW
  sw x8, 0(x9)
  li x8, 0x80012
  write_cr ptbr, x8
  li x7, TABLE           # the old ones are cleared and used for data
  li x8, 1024
clear:
  sw x0, 0(x7)
  addi x7, x7, 4
  addi x8, x8, -1
  bnez x8, clear
  li x7, TABLE
  li x8, 2000
use:
  sw x8, 0x120(x7)
  addi x8, x8, -1
  bnez x8, use
  stop 0
)");
  // The trace ends after a few words; else there were 3000 exits.
  CHECK(out.exits.at("PAGE_FAULT traced write") < 20);
}

TEST_CASE("more address spaces than the pool has room for") {
  // Each page of 120 is a root of its own, with a superpage of RAM and the shared table.
  Setup setup;
  setup.ram = 2u << 20;
  const Outcome out = run(R"(
  li x5, 0x80040
  li x6, 250
  paging
space:
  slli x7, x5, 12
  li x8, (0x80011 << 10) | V
  sw x8, 0(x7)
  li x8, (0x80000 << 10) | 0xf
  li x9, 0x800
  add x9, x9, x7
  sw x8, 0(x9)
  page 1, 0x80020, RW
  write_cr ptbr, x5
  lui x10, 1
  lw x11, 0(x10)
  addi x11, x11, 1
  sw x11, 0(x10)
  addi x5, x5, 1
  addi x6, x6, -1
  bnez x6, space
  lw x11, 0(x10)
  stop 0
)",
                          setup);
  CHECK(out.reg(11) == 250);
  // Two roots at least for each space, of tables of which the pool holds 512.
  CHECK(out.machine->vm().internals().shadow.roots() < 250);
}

TEST_CASE("a page table that is read from the disk") {
  // The sector is a table whose entry 1 maps frame 0x80021; it is read over the table that is in
  // use.
  Setup setup;
  setup.drive.resize(512 * 4);
  store_le(&setup.drive[4 * 1], (0x80021u << 10) | 0xc7);
  store_le(&setup.drive[4 * 5], (0x10010u << 10) | 0xc7);  // the disk must stay where it is
  const Outcome out = run(R"(
  page 1, 0x80020, RW
  page 5, 0x10010, RW    # the disk
  li x5, 0x80021000
  li x6, 66
  sw x6, 0(x5)
  paging
  lui x5, 1
  lw x7, 0(x5)           # 0, by frame 0x80020
  lui x8, 5
  li x9, 1
  sw x9, 8(x8)
  li x10, TABLE
  sw x10, 12(x8)
  sw x9, 16(x8)
wait:
  lw x11, 20(x8)
  andi x11, x11, 1
  bnez x11, wait
  tlbinv_all
  lw x12, 0(x5)
  stop 0
)",
                          setup);
  CHECK(out.reg(7) == 0);
  CHECK(out.reg(12) == 66);
}

TEST_CASE("kernel pages stay out of reach of the guest's user code") {
  const Outcome out = run(R"(
  page 1, 0x80020, RW           # the kernel's
  page 2, 0x80021, 0x17         # the user's: code is copied there
  page 3, 0x80021, 0x1f
  li x5, 0x80021000
  la x6, user
  li x7, 8
copy:
  lw x8, 0(x6)
  sw x8, 0(x5)
  addi x5, x5, 4
  addi x6, x6, 4
  addi x7, x7, -1
  bnez x7, copy
  paging
  lui x5, 1
  sw x5, 0(x5)                  # the kernel's shadow has it, writable
  li x6, 0x3000
  write_cr epc, x6
  read_sr x6
  andi x6, x6, -5
  write_sr x6
  tret
trap:
  read_cr x20, cause
  read_cr x22, epc
  slli x21, x21, 4
  or x21, x21, x20
  addi x22, x22, 4
  write_cr epc, x22
  li x23, 8
  beq x20, x23, over
  tret
over:
  lui x5, 2
  lw x24, 0(x5)                 # the kernel may read the user's pages,
  lui x5, 3
  stop 0
user:
  lui x5, 1
  lw x6, 0(x5)
  sw x6, 0(x5)
  li x7, -0x80000000
  lw x6, 0(x7)
  lui x5, 2
  sw x6, 0x100(x5)
  ecall
)");
  CHECK(out.reg(21) == 0xdfd8);
}
