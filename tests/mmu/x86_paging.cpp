// 32-bit paging: rights, error codes, accessed and dirty bits, large and global pages (Intel SDM
// volume 3, chapter 4).
#include "mmu/x86/mmu.hpp"

#include "catch.hpp"
#include "cost/model.hpp"

using namespace ringside;
using namespace ringside::x86;
using namespace ringside::x86::pte;

namespace {

constexpr u32 kDirectory = 0x1000, kTable = 0x2000, kLinear = 0x00405678;

/// kLinear lies behind entry 1 of the directory, entry 5 of kTable, and maps to frame 7.
struct TestMachine {
  Translation go(Access access, bool user = false, u32 linear = kLinear) {
    PagingContext asked = context;
    asked.user = user;
    return mmu.translate(asked, linear, access);
  }
  void map(u32 directory_flags, u32 leaf_flags) {
    set(kDirectory + 4, kTable | directory_flags);
    set(kTable + 4 * 5, 0x7000 | leaf_flags);
    mmu.tlb.drop_all();
  }
  void set(u32 at, u32 value) { memory.write<u32>({at}, value); }
  u32 entry(u32 at) const { return memory.read<u32>({at}); }
  u64 references() const {
    return ledger.count(cost::Account::kPageWalk, cost::Param::kWalkReference);
  }

  cost::Ledger ledger{*cost::preset("textbook")};
  mmu::Memory memory{{0}, 1u << 20};
  Mmu mmu{memory, ledger};
  PagingContext context{kDirectory, true, false, false, false, false};
};

// Table 4-... of the manual's section 4.6 in words: what an access to a present page may do.
bool may(u32 directory, u32 leaf, bool user, bool write, bool write_protect) {
  const bool user_page = (directory & kUs) && (leaf & kUs);
  const bool writable = (directory & kRw) && (leaf & kRw);
  if (user) return user_page && (writable || !write);
  return !write || writable || !write_protect;
}

}  // namespace

TEST_CASE("x86 paging: rights of both levels, by privilege and CR0.WP") {
  const auto bits = [](unsigned n) {
    return (n & 1 ? kP : 0) | (n & 2 ? kRw : 0) | (n & 4 ? kUs : 0);
  };
  for (unsigned n = 0; n < 8 * 8 * 8; ++n) {
    const u32 directory = bits(n & 7), leaf = bits(n >> 3 & 7);
    const bool user = n & 64, write = n & 128, wp = n & 256;
    TestMachine m;
    m.context.write_protect = wp;
    m.map(directory, leaf);
    const bool present = directory & kP && leaf & kP;
    const bool fault = !present || !may(directory, leaf, user, write, wp);
    const auto found = m.go(write ? Access::kStore : Access::kLoad, user);
    CAPTURE(directory, leaf, user, write, wp);
    REQUIRE(found.fault == fault);
    if (fault) {
      REQUIRE(found.code == (u32{present} | u32{write} << 1 | u32{user} << 2));
      REQUIRE(m.entry(kTable + 20) == (0x7000 | leaf));
    } else {
      REQUIRE(found.hpa.v == 0x7678);
      REQUIRE(m.entry(kDirectory + 4) == (kTable | directory | kA));
      REQUIRE(m.entry(kTable + 20) == (0x7000 | leaf | kA | (write ? kD : 0)));
    }
  }
}

TEST_CASE("x86 paging: supervisor executes user pages, user does not execute supervisor's") {
  TestMachine m;
  m.map(kP | kUs, kP | kUs);
  CHECK_FALSE(m.go(Access::kFetch).fault);
  m.map(kP | kUs, kP);
  CHECK(m.go(Access::kFetch, true).code == (page_fault::kPresent | page_fault::kUser));
}

TEST_CASE("x86 paging: a walk reads two entries, then the TLB has it") {
  TestMachine m;
  m.map(kP | kRw, kP | kRw);
  m.go(Access::kLoad);
  m.go(Access::kLoad, false, kLinear + 4);
  CHECK(m.references() == 2);
  CHECK(m.mmu.tlb.counts == mmu::TlbCounts{1, 1});
  m.go(Access::kStore);  // D is not set yet
  CHECK(m.references() == 4);
  CHECK(m.entry(kTable + 20) == (0x7000 | kP | kRw | kA | kD));
}

TEST_CASE(
    "x86 paging: a translation stays until it is invalidated, a forbidden access walks anew") {
  TestMachine m;
  m.map(kP | kRw, kP | kRw);
  m.go(Access::kStore);
  m.set(kTable + 20, 0);
  CHECK(m.go(Access::kStore).hpa.v == 0x7678);
  CHECK(m.go(Access::kLoad, true).code == page_fault::kUser);
  m.mmu.tlb.drop({kLinear});
  CHECK(m.go(Access::kStore).code == page_fault::kWrite);
}

TEST_CASE("x86 paging: a large page has one entry, whose reserved bits fault") {
  TestMachine m;
  m.context.large_pages = true;
  m.set(kDirectory + 4, 0x00800000 | kP | kPs | kRw);
  CHECK(m.go(Access::kStore).hpa.v == 0x00805678);
  CHECK(m.references() == 1);
  CHECK(m.entry(kDirectory + 4) == (0x00800000 | kP | kPs | kRw | kA | kD));
  for (unsigned position = 13; position <= 21; ++position) {
    m.set(kDirectory + 4, kP | kPs | 1u << position);
    m.mmu.tlb.drop_all();
    CHECK(m.go(Access::kLoad).code == (page_fault::kPresent | page_fault::kReserved));
  }
}

TEST_CASE("x86 paging: without CR4.PSE the PS bit means nothing") {
  TestMachine m;
  m.map(kP | kPs, kP);
  CHECK(m.go(Access::kLoad).hpa.v == 0x7678);
}

TEST_CASE("x86 paging: global pages survive a change of the root if CR4.PGE is set") {
  for (const bool enabled : {false, true}) {
    TestMachine m;
    m.context.global_pages = enabled;
    m.map(kP, kP | kG);
    m.go(Access::kLoad);
    m.mmu.tlb.drop_local();
    m.set(kTable + 20, 0);
    CHECK(m.go(Access::kLoad).fault == !enabled);
  }
}

TEST_CASE("x86 paging: tables outside of RAM read as ones") {
  TestMachine m;
  m.context.cr3 = 0xfffff000;
  const auto found = m.go(Access::kStore, true);
  CHECK_FALSE(found.fault);
  CHECK(found.hpa.v == 0xfffff678);
}

TEST_CASE("x86 paging: without paging addresses are physical, without line 20 they wrap") {
  TestMachine m;
  m.context.paging = false;
  CHECK(m.go(Access::kStore, true, 0xfee00010).hpa.v == 0xfee00010);
  CHECK(m.mmu.tlb.counts == mmu::TlbCounts{});
  m.mmu.set_a20(false);
  CHECK(m.go(Access::kLoad, false, 0x00312345).hpa.v == 0x00212345);
}
