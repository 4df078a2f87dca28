// When instruction fetch consults the TLB (docs/zisa.md, section 5): counted on the stepping
// engine, and the fast engine counts the same.
#include "bench.hpp"
#include "catch.hpp"
#include "support/machines.hpp"

using namespace ringside;
using namespace ringside::test;

namespace {

/// Paging on: RAM is where it is, as a superpage (a TLB entry for each page of it), for S.
struct Fetches : Bench {
  Fetches() {
    memory.write<u32>({kBase + 0x10800}, 0x200000cf);
    cpu.state.control(cpu::Cr::kPtbr) = 0x80010;
    cpu.state.control(cpu::Cr::kTvec) = kBase + 0x3000;
    cpu.state.sr = zisa::sr::kMode | zisa::sr::kPg;
    cpu.state.pc = kBase;
  }
  void code(u64 offset, std::string_view source) {
    const zisa::Assembly made = program(source);
    const auto& bytes = made.sections.front().bytes;
    for (u32 i = 0; i < bytes.size(); i += 4)
      memory.write<u32>({kBase + offset + i}, load_le<u32>(&bytes[i]));
  }
  /// Lookups of the next so many steps; none of them may access data.
  u64 lookups(int steps) {
    const auto before = cpu.mmu().tlb.counts;
    for (int i = 0; i < steps; ++i) cpu.step();
    const auto& after = cpu.mmu().tlb.counts;
    return after.hits + after.misses - before.hits - before.misses;
  }
};

}  // namespace

TEST_CASE("fetches look a page up once, as long as nothing changes") {
  Fetches m;
  m.code(0, "nop\nnop\nj .+8\nnop\nnop\nj .-4\n");
  CHECK(m.lookups(1) == 1);
  CHECK(m.lookups(20) == 0);
}

TEST_CASE("fetches look up when the page of the PC changes, and when it changes back") {
  Fetches m;
  m.code(0xff8, "nop\nnop\nnop\nj .-4\n");
  m.cpu.state.pc = Bench::kBase + 0xff8;
  CHECK(m.lookups(2) == 1);
  CHECK(m.lookups(1) == 1);  // over the boundary
  CHECK(m.lookups(5) == 0);
  m.code(0x1000, "j .-8\n");
  m.cpu.state.pc = Bench::kBase + 0x1000;
  CHECK(m.lookups(1) == 0);
  CHECK(m.lookups(1) == 1);  // and back
}

TEST_CASE("fetches look up after a trap and a return, in the same page too") {
  Fetches m;
  m.cpu.state.control(cpu::Cr::kTvec) = static_cast<u32>(Bench::kBase) + 8;
  m.code(0, "nop\necall\ntret\n");
  CHECK(m.lookups(1) == 1);
  CHECK(m.lookups(1) == 0);  // ECALL itself
  CHECK(m.lookups(1) == 1);  // the handler
  m.cpu.state.control(cpu::Cr::kEpc) = static_cast<u32>(Bench::kBase);
  m.cpu.state.sr |= zisa::sr::kPmode;
  m.cpu.state.pc = static_cast<u32>(Bench::kBase) + 8;
  m.lookups(1);
  CHECK(m.cpu.state.pc == Bench::kBase);
  CHECK(m.lookups(1) == 1);
}

TEST_CASE("fetches look up after an invalidation and after PTBR was written") {
  Fetches m;
  m.cpu.state.x[1] = 0x80010;
  m.code(
      0,
      "nop\ntlbinv x2\nnop\nwrite_cr ptbr, x1\nnop\ntlbinv_all\nnop\nwrite_cr scratch, x1\nnop\n");
  CHECK(m.lookups(2) == 1);
  CHECK(m.lookups(2) == 1);
  CHECK(m.lookups(2) == 1);
  CHECK(m.lookups(1) == 1);
  CHECK(m.lookups(2) == 0);
}

TEST_CASE("fetches look up when mode or PG changes, and not for the other bits of SR") {
  Fetches m;
  m.cpu.state.x[1] = zisa::sr::kMode | zisa::sr::kPg | zisa::sr::kIe | zisa::sr::kFlags;
  m.cpu.state.x[2] = zisa::sr::kMode;
  m.cpu.state.x[3] = zisa::sr::kMode | zisa::sr::kPg;
  m.code(0, "nop\nwrite_sr x1\nnop\nwrite_sr x2\nnop\nwrite_sr x3\nnop\n");
  CHECK(m.lookups(3) == 1);
  CHECK(m.lookups(3) == 0);  // PG off: nothing is counted
  CHECK(m.lookups(1) == 1);  // and on again, with all dropped
}

TEST_CASE("fetches that fault are looked up each time") {
  Fetches m;
  m.cpu.state.pc = 0x1000;
  m.cpu.step();
  CHECK(m.cpu.state.control(cpu::Cr::kCause) == 12);
  CHECK(m.cpu.mmu().tlb.counts == mmu::TlbCounts{0, 1});
  m.cpu.state.pc = 0x1000;
  m.cpu.step();
  CHECK(m.cpu.mmu().tlb.counts == mmu::TlbCounts{0, 2});
}
