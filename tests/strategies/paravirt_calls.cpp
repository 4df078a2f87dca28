// The hypercalls one by one: what they do, and that each refuses what it should.
#include "catch.hpp"
#include "support/paravirt.hpp"

using namespace ringside;
using namespace ringside::test;

namespace {

constexpr i32 kNoCall = -1, kInvalid = -2, kFault = -3, kType = -4, kState = -5, kLimit = -6, kEntry = -7;
constexpr u32 kFrame = kRam >> kPageShift;  // of the first page of RAM
constexpr u32 kSpace = kRam + 16 * kPageSize, kSpaceFrame = kSpace >> kPageShift;
constexpr u32 kTable = kSpace + 2 * kPageSize;
constexpr u32 kList = kRam + 8 * kPageSize;
constexpr u32 kLeaf = mmu::pte::kV | mmu::pte::kR | mmu::pte::kU;

struct Bad {
  u32 number;
  std::vector<u32> a;
  i32 error;
};

// One update, by the list.
i32 update(PvGuest& guest, u32 entry, u32 value) {
  guest.set(kList, entry);
  guest.set(kList + 4, value);
  return guest.call(8, kList, 1);
}

PvGuest pinned() {
  PvGuest guest;
  guest.build_space(kSpace);
  REQUIRE(guest.call(6, kSpaceFrame, kSpaceFrame + 1, 2) == 0);
  return guest;
}

}  // namespace

TEST_CASE("a hypercall with bad arguments is refused") {
  PvGuest guest;
  const u32 end = kFrame + 256;
  const std::vector<Bad> bad = {
      {22, {}, kNoCall},      {0xffffffff, {}, kNoCall}, {0, {11}, kInvalid},
      {1, {end}, kFault},     {1, {0}, kFault},          {1, {0xffffffff}, kFault},
      {2, {kList + 1, 1}, kInvalid}, {2, {kList, 34}, kLimit}, {2, {0, 1}, kFault},
      {2, {kRam + (1u << 20) - 4, 1}, kFault},           {3, {}, kState},
      {5, {1}, kInvalid},     {6, {kFrame, kFrame, 2}, kInvalid}, {6, {kFrame, kFrame + 1, 1}, kInvalid},
      {6, {kFrame, kFrame + 1, 6}, kInvalid}, {6, {end, kFrame, 2}, kFault}, {6, {kFrame + 9, end, 2}, kFault},
      {7, {kFrame}, kState},  {8, {kList + 2, 1}, kInvalid}, {8, {kList, 513}, kLimit},
      {8, {0xfffffff8, 4}, kFault},  {9, {kFrame}, kState}, {10, {0, 2}, kInvalid},
      {13, {}, kState},       {14, {0, 1}, kFault},      {14, {kRam, 4097}, kLimit},
      {14, {kRam + (1u << 20) - 1, 2}, kFault},          {15, {0, 1}, kFault},
      {15, {kRam, 4097}, kLimit},    {16, {end}, kFault}, {17, {}, kState},
      {18, {4}, kInvalid},    {19, {0}, kInvalid},       {19, {32}, kInvalid},
      {20, {0}, kInvalid},    {21, {0x10000}, kInvalid},
  };
  for (const Bad& each : bad) {
    std::vector<u32> a = each.a;
    a.resize(4);
    INFO("call " << each.number << " " << a[0] << " " << a[1] << " " << a[2]);
    CHECK(guest.call(each.number, a[0], a[1], a[2]) == each.error);
    CHECK(!guest.machine->ending());
  }
  CHECK(audit(guest).empty());
}

TEST_CASE("queries tell where the frames are") {
  PvGuest guest;
  CHECK(guest.call(0, 0) == 1);
  CHECK(guest.call(0, 2) == 256);
  CHECK(static_cast<u32>(guest.call(0, 3)) == kFrame);
  CHECK(static_cast<u32>(guest.call(0, 4)) == guest.vm().host_frame({kRam}));
  const u64 p2m = static_cast<u32>(guest.call(0, 5)), m2p = static_cast<u32>(guest.call(0, 7));
  const auto word_of = [&](u64 frame, u32 i) { return guest.machine->memory().read<u32>(Hpa{(frame << 12) + 4 * i}); };
  CHECK(word_of(p2m, 7) == guest.vm().host_frame({kRam + 7 * kPageSize}));
  CHECK(word_of(m2p, 7) == kFrame + 7);
}

TEST_CASE("a page is never a table and writable at once") {
  PvGuest guest = pinned();
  CHECK(guest.pages().is_table({kSpace}));
  CHECK(guest.pages().is_table({kTable}));
  CHECK(audit(guest).empty());
  // A table cannot be mapped writable, shared with the VMM or read into; a writable page cannot be a table.
  CHECK(update(guest, kTable, guest.entry(kTable, kLeaf | mmu::pte::kW)) == kType);
  CHECK(guest.call(1, kSpaceFrame) == kType);
  CHECK(guest.call(16, kSpaceFrame + 2) == kType);
  CHECK(guest.call(15, kTable, 4) == kType);
  CHECK(update(guest, kSpace, guest.entry(kRam, mmu::pte::kV)) == kType);
  // A root is no last-level table.
  CHECK(update(guest, kSpace, guest.entry(kSpace, mmu::pte::kV)) == kType);
  CHECK(audit(guest).empty());
}

TEST_CASE("entries that no guest may have are refused") {
  PvGuest guest = pinned();
  using namespace mmu::pte;
  CHECK(update(guest, kTable, guest.entry(kRam, kLeaf | kG)) == kEntry);
  CHECK(update(guest, kTable, guest.entry(kRam, kV | kW | kU)) == kEntry);
  CHECK(update(guest, kTable, guest.entry(kRam, kV)) == kEntry);       // a pointer at the last level
  CHECK(update(guest, kSpace, guest.entry(kRam, kLeaf)) == kEntry);    // a superpage
  const u64 first = guest.vm().frame_tables().first_host_frame;
  CHECK(update(guest, kTable, make(first + 256, kLeaf)) == kFault);    // behind our RAM
  CHECK(update(guest, kTable, make(guest.vm().frame_tables().p2m - 1, kLeaf)) == kFault);
  CHECK(update(guest, kTable, make(first - 1, kLeaf | kW)) == kFault);
  CHECK(update(guest, kTable, make(first - 1, kLeaf)) == 0);           // m2p, read-only
  CHECK(update(guest, kRam + 40 * kPageSize, 0) == kType);             // not in a table
  CHECK(update(guest, kTable + 2, 0) == kInvalid);
  CHECK(update(guest, 0, 0) == kFault);
}

TEST_CASE("a batch stops before the update that is refused, and says how many were done") {
  PvGuest guest = pinned();
  for (u32 i = 0; i < 3; ++i) {
    guest.set(kList + 8 * i, kTable + 4 * (60 + i));
    guest.set(kList + 8 * i + 4, i == 2 ? guest.entry(kRam, mmu::pte::kV) : 0);
  }
  const u32 before = guest.get(kTable + 4 * 62);
  CHECK(guest.call(8, kList, 3) == kEntry);
  CHECK(guest.reg(11) == 2);
  CHECK(guest.get(kTable + 4 * 60) == 0);
  CHECK(guest.get(kTable + 4 * 61) == 0);
  CHECK(guest.get(kTable + 4 * 62) == before);
}

TEST_CASE("what is unpinned is plain again, and what failed to be pinned never was anything else") {
  PvGuest guest = pinned();
  CHECK(guest.pages().uses({kRam + 50 * kPageSize}) == 1);
  CHECK(guest.call(6, kSpaceFrame, kSpaceFrame + 1, 2) == kState);
  CHECK(guest.call(7, kSpaceFrame) == 0);
  CHECK(!guest.pages().is_table({kTable}));
  CHECK(guest.pages().uses({kRam + 50 * kPageSize}) == 0);
  guest.set(kTable + 4 * 63, guest.entry(kRam, kLeaf | mmu::pte::kG));
  CHECK(guest.call(6, kSpaceFrame, kSpaceFrame + 1, 2) == kEntry);
  CHECK(!guest.pages().is_table({kSpace}));
  CHECK(guest.pages().uses({kRam + 50 * kPageSize}) == 0);
}

TEST_CASE("a space in use stays pinned") {
  PvGuest guest = pinned();
  CHECK(guest.call(9, kSpaceFrame) == 0);
  CHECK(guest.call(7, kSpaceFrame) == kState);
  CHECK(guest.machine->cpu().state.control(cpu::Cr::kPtbr) ==
        mmu::ptbr::make(guest.vm().host_frame({kSpace}), 2));
  CHECK(audit(guest).empty());
}

TEST_CASE("a translation that is stale cannot be written through once the page is a table") {
  PvGuest guest = pinned();
  REQUIRE(guest.call(9, kSpaceFrame) == 0);
  const u32 page = kRam + 40 * kPageSize;
  // The TLB learns that the page is writable.
  auto& cpu = guest.machine->cpu();
  const auto found = cpu.mmu().translate(cpu.state.context(), {page}, Access::kStore);
  REQUIRE(found.fault == mmu::Fault::kNone);
  CHECK(update(guest, kTable + 4 * 40, guest.entry(page, kLeaf)) == 0);
  CHECK(update(guest, kSpace, guest.entry(page, mmu::pte::kV)) == 0);
  CHECK(guest.pages().is_table({page}));
  CHECK(audit(guest).empty());
}

TEST_CASE("READ_SR lies to a port's kernel, and not to its user code") {
  constexpr u32 kCode = kRam + 0x100, kShared = kRam + 3 * kPageSize;
  PvGuest guest;
  guest.build_space(kSpace);
  guest.set(kSpace + kPageSize + 4 * (kRam >> 22), guest.entry(kTable, mmu::pte::kV));  // the user's root too
  guest.set(kCode, word("read_sr", {.rd = 5}));
  REQUIRE(guest.call(1, kShared >> kPageShift) == 0);
  REQUIRE(guest.call(6, kSpaceFrame, kSpaceFrame + 1, 2) == 0);
  REQUIRE(guest.call(9, kSpaceFrame) == 0);
  const auto lies = [&] {
    u64 count = 0;
    for (const auto& [row, hole] : guest.vm().internals().holes) count += hole.count;
    return count;
  };
  guest.machine->cpu().state.pc = kCode;
  guest.machine->cpu().entered();
  guest.machine->step();
  CHECK(lies() == 1);

  using namespace zisa::sr;
  guest.set(kShared + 0x80c, kPie);
  guest.set(kShared + 0x810, kCode);
  guest.call(3);
  REQUIRE_FALSE(guest.machine->vm().guest_state().supervisor());
  REQUIRE(guest.machine->cpu().state.pc == kCode);
  guest.machine->step();
  CHECK(guest.reg(5) == (kIe | kPie | kPg));
  CHECK(lies() == 1);
}
