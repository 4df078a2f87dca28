// The hypercalls on x86, where they differ from those on Z-ISA (paravirt_calls.cpp): entries of its page tables, descriptors, traps.
#include "catch.hpp"
#include "support/x86_paravirt.hpp"

using namespace ringside;
using namespace ringside::test;

namespace {

constexpr i32 kNoCall = -1, kInvalid = -2, kFault = -3, kType = -4, kState = -5, kLimit = -6, kEntry = -7;
constexpr u32 kFrames = PvPc::kRamBytes >> kPageShift;
constexpr u32 kSpace = 64 * kPageSize, kTable = kSpace + kPageSize, kSpaceFrame = kSpace >> kPageShift;
constexpr u32 kList = 8 * kPageSize, kShared = 3 * kPageSize, kHandler = 0x2000, kUserCode = 0x4100, kStack = 0x6000;
constexpr u32 kLeaf = x86::pte::kP;

struct Bad {
  u32 number;
  std::vector<u32> a;
  i32 error;
};

i32 update(PvPc& guest, u32 entry, u32 value) {
  guest.set(kList, entry);
  guest.set(kList + 4, value);
  return guest.call(8, kList, 1);
}

void pin(PvPc& guest) {
  guest.build_space(kSpace);
  REQUIRE(guest.call(6, kSpaceFrame, 0, 2) == 0);
}

// A descriptor at the end of the start's table, put there with the others.
i32 set_segment(PvPc& guest, u32 access, u32 code = 0x09, u32 stack = 0x11) {
  for (const u32 word : {0u, 0u}) guest.set(kList, word), guest.set(kList + 4, word);
  const u32 flat[] = {0xbb, 0xb3, 0xfb, 0xf3, access};
  for (u32 i = 0; i < 5; ++i) guest.set(kList + 8 + 8 * i, 0xffff), guest.set(kList + 12 + 8 * i, 0xcf0000 | flat[i] << 8);
  return guest.call(22, kList, 6, code, stack);
}

// A kernel with handlers for all vectors, events, a space in which a page is the user's, and a stack.
void equip(PvPc& guest) {
  guest.build_space(kSpace);
  const u32 user = x86::pte::kP | x86::pte::kRw | x86::pte::kUs;
  guest.set(kTable + 4 * (kUserCode >> kPageShift), guest.entry(kUserCode & ~0xfffu, user));
  for (u32 i = 0; i <= 256; ++i) guest.set(kList + 8 * i, i | (i == 0x80 ? 0x80000000 : 0)), guest.set(kList + 8 * i + 4, kHandler);
  REQUIRE(guest.call(1, kShared >> kPageShift) == 0);
  REQUIRE(guest.call(2, kList, 257) == 0);
  REQUIRE(guest.call(6, kSpaceFrame, 0, 2) == 0);
  REQUIRE(guest.call(9, kSpaceFrame) == 0);
  REQUIRE(guest.call(23, kStack) == 0);
}

// The words of the shared page that trap_return reads.
void return_to(PvPc& guest, u32 eip, u32 cs, u32 ss, u32 flags = 0x202) {
  guest.set(kShared + 0x80c, flags);
  guest.set(kShared + 0x810, eip);
  guest.set(kShared + 0x81c, 0x1234);
  guest.set(kShared + 0x820, cs);
  guest.set(kShared + 0x824, kUserCode + 0x800);
  guest.set(kShared + 0x828, ss);
}

void put_code(PvPc& guest, u32 at, const std::vector<u8>& bytes) { REQUIRE(guest.vm().copy_in({at}, bytes)); }

u32 saved(const PvPc& guest, u32 offset) { return guest.get(kShared + offset); }

}  // namespace

TEST_CASE("a hypercall of x86 with bad arguments is refused") {
  PvPc guest;
  const std::vector<Bad> bad = {
      {24, {}, kNoCall},           {0xffffffff, {}, kNoCall},     {0, {12}, kInvalid},       {1, {kFrames}, kFault},
      {1, {0xffffffff}, kFault},   {2, {kList + 1, 1}, kInvalid}, {2, {kList, 258}, kLimit}, {2, {0xfff00000, 1}, kFault},
      {3, {}, kState},             {5, {1}, kInvalid},            {6, {9, 10, 2}, kInvalid}, {6, {9, 0, 3}, kInvalid},
      {6, {kFrames, 0, 2}, kFault}, {7, {9}, kState},             {8, {kList + 2, 1}, kInvalid}, {8, {kList, 513}, kLimit},
      {8, {0xfffffff8, 4}, kFault}, {9, {9}, kState},             {10, {0, 2}, kInvalid},    {13, {}, kState},
      {14, {PvPc::kRamBytes - 1, 2}, kFault}, {14, {0, 4097}, kLimit}, {15, {PvPc::kRamBytes, 1}, kFault}, {16, {kFrames}, kFault},
      {17, {}, kState},            {18, {4}, kInvalid},           {19, {0}, kInvalid},       {20, {0}, kInvalid},
      {21, {0x10000}, kInvalid},   {22, {kList, 0}, kInvalid},    {22, {kList + 2, 1}, kInvalid}, {22, {kList, 8193}, kLimit},
      {22, {0xfffffff0, 8}, kFault},
  };
  for (const Bad& each : bad) {
    std::vector<u32> a = each.a;
    a.resize(4);
    INFO("call " << each.number << " " << a[0] << " " << a[1] << " " << a[2]);
    CHECK(guest.call(each.number, a[0], a[1], a[2]) == each.error);
    CHECK(!guest.machine->ending());
  }
  guest.set(kList, 257), guest.set(kList + 4, kHandler);
  CHECK(guest.call(2, kList, 1) == kInvalid);
  guest.set(kList, 0x80000100);
  CHECK(guest.call(2, kList, 1) == kInvalid);
  CHECK(audit(guest).empty());
}

TEST_CASE("queries of x86 tell of frames, drives and the timer") {
  PvPc guest;
  CHECK(guest.call(0, 0) == 1);
  CHECK(guest.call(0, 2) == kFrames);
  CHECK(guest.call(0, 3) == 0);
  CHECK(static_cast<u32>(guest.call(0, 4)) == guest.vm().host_frame({0}));
  CHECK(guest.call(0, 9) == 16);
  CHECK(guest.call(0, 10) == 0);
  CHECK(guest.call(0, 11) > 0);
  // The windows of the start map.
  guest.touch(0xf0000000 + 4 * 7, false);
  CHECK(guest.reg(x86::kEbp) == guest.vm().host_frame({7 * kPageSize}));
  guest.touch(0xf0400000 + 4 * 7, false);
  CHECK(guest.reg(x86::kEbp) == 7);
  CHECK(audit(guest).empty());
}

TEST_CASE("on x86 a page is never a table and writable at once") {
  PvPc guest;
  pin(guest);
  CHECK(guest.pages().is_table({kSpace}));
  CHECK(guest.pages().is_table({kTable}));
  CHECK(update(guest, kTable, guest.entry(kTable, kLeaf | x86::pte::kRw)) == kType);
  CHECK(guest.call(1, kSpaceFrame) == kType);
  CHECK(guest.call(15, kTable, 4) == kType);
  CHECK(update(guest, kSpace + 4, guest.entry(kList, kLeaf)) == kType);
  CHECK(update(guest, kSpace + 4, guest.entry(kSpace, kLeaf)) == kType);  // a root is no table of pages
  const std::string found = audit(guest);
  INFO(found);
  CHECK(found.empty());
}

TEST_CASE("on x86 entries that no guest may have are refused") {
  PvPc guest;
  pin(guest);
  using namespace x86::pte;
  CHECK(update(guest, kSpace + 4, guest.entry(0, kP | kPs)) == kEntry);
  CHECK(update(guest, kTable, guest.entry(0, kP | kG)) == kEntry);
  const u64 first = guest.vm().frame_tables().first_host_frame;
  const auto host = [](u64 frame, u32 flags) { return static_cast<u32>(frame << kPageShift) | flags; };
  CHECK(update(guest, kTable, host(first + kFrames, kP)) == kFault);                        // behind our RAM
  CHECK(update(guest, kTable, host(guest.vm().frame_tables().p2m - 1, kP)) == kFault);      // the VMM's
  CHECK(update(guest, kTable, host(first - 1, kP | kRw)) == kFault);
  CHECK(update(guest, kTable, host(first - 1, kP)) == 0);                                   // m2p, read-only
  CHECK(update(guest, kList, 0) == kType);                                                  // not in a table
  CHECK(guest.reg(x86::kEcx) == 0);
  CHECK(update(guest, kTable, guest.entry(0, kP)) == 0);
  CHECK(guest.reg(x86::kEcx) == 1);
  CHECK(audit(guest).empty());
}

TEST_CASE("what the TLB of x86 holds of a page is gone when it becomes a table") {
  PvPc guest;
  pin(guest);
  REQUIRE(guest.call(9, kSpaceFrame) == 0);
  const u32 page = 40 * kPageSize;
  guest.touch(page, true, 0);
  CHECK(guest.get(page) == 0);
  CHECK(update(guest, kTable + 4 * 40, guest.entry(page, kLeaf)) == 0);
  CHECK(update(guest, kSpace + 4, guest.entry(page, kLeaf)) == 0);
  CHECK(guest.pages().is_table({page}));
  CHECK(audit(guest).empty());
  guest.call(1, kShared >> kPageShift);
  guest.touch(page, true, ~0u);
  CHECK(guest.get(page) == 0);
}

TEST_CASE("descriptors of other rings, gates and tasks are refused") {
  PvPc guest;
  CHECK(set_segment(guest, 0xf3) == 0);
  CHECK(set_segment(guest, 0x93) == kEntry);   // ring 0
  CHECK(set_segment(guest, 0xd3) == kEntry);   // ring 2
  CHECK(set_segment(guest, 0xbf) == kEntry);   // conforming
  CHECK(set_segment(guest, 0x8c) == kEntry);   // a call gate
  CHECK(set_segment(guest, 0xec) == kEntry);
  CHECK(set_segment(guest, 0x89) == kEntry);   // a TSS
  CHECK(set_segment(guest, 0xe2) == kEntry);   // an LDT
  CHECK(set_segment(guest, 0x73) == 0);        // not present
  CHECK(set_segment(guest, 0xf3, 0x1b) == kInvalid);         // handlers in the user's segment
  CHECK(set_segment(guest, 0xf3, 0x08) == kInvalid);         // RPL 0
  CHECK(set_segment(guest, 0xf3, 0x09, 0x09) == kInvalid);   // a stack of code
  CHECK(set_segment(guest, 0xf3, 0x09, 0x31) == kInvalid);   // beyond the table
  CHECK(set_segment(guest, 0xf3, 0x0d) == kInvalid);         // of an LDT
  CHECK(audit(guest).empty());
}

TEST_CASE("user code is entered by trap_return, and its traps come to the kernel's stack") {
  PvPc guest;
  equip(guest);
  put_code(guest, kUserCode, {0xcd, 0x80, 0xcd, 0x21, 0xfa, 0x0f, 0x01, 0xc1});  // int $0x80; int $0x21; cli; vmcall
  const auto run_user = [&](u32 eip) {
    return_to(guest, eip, 0x1b, 0x23);
    guest.call(3);
    REQUIRE(guest.machine->cpu().state.cpl == 3);
    CHECK(guest.reg(x86::kEax) == 0x1234);
    CHECK(saved(guest, 0x808) == 0);
    guest.step_from(eip);
    CHECK(guest.machine->cpu().state.cpl == 1);
    CHECK(guest.machine->cpu().state.eip == kHandler);
    CHECK(guest.reg(x86::kEsp) == kStack);
    CHECK(saved(guest, 0x808) == 1);
    CHECK(saved(guest, 0x820) == 0x1b);
    CHECK(saved(guest, 0x824) == kUserCode + 0x800);
    CHECK((saved(guest, 0x80c) & x86::flag::kIf) != 0);
  };
  run_user(kUserCode);
  CHECK(saved(guest, 0x814) == 0x80);
  CHECK(saved(guest, 0x810) == kUserCode + 2);  // behind INT
  run_user(kUserCode + 2);
  CHECK(saved(guest, 0x814) == x86::kGp);       // INT 21h is not the user's to call
  CHECK(saved(guest, 0x818) == 0x21 * 8 + 2);
  CHECK(saved(guest, 0x810) == kUserCode + 2);
  run_user(kUserCode + 4);
  CHECK(saved(guest, 0x814) == x86::kGp);
  CHECK(saved(guest, 0x818) == 0);
  run_user(kUserCode + 5);
  CHECK(saved(guest, 0x814) == x86::kUd);       // no hypercall from there
  CHECK(audit(guest).empty());
}

TEST_CASE("user code reaches no page of the kernel, and its fault has the address") {
  PvPc guest;
  equip(guest);
  put_code(guest, kUserCode, {0x36, 0xa1, 0x00, 0x00, 0x01, 0x00});  // mov %ss:0x10000, %eax
  return_to(guest, kUserCode, 0x1b, 0x23);
  guest.call(3);
  guest.step_from(kUserCode);
  CHECK(saved(guest, 0x814) == x86::kPf);
  CHECK(saved(guest, 0x818) == 5);
  CHECK(saved(guest, 0x82c) == 0x10000);
  CHECK(!guest.machine->cpu().state.segment(x86::Seg::kDs).usable());  // the kernel's own was not left to it
  CHECK(audit(guest).empty());
}

TEST_CASE("trap_return refuses segments that do not fit") {
  PvPc guest;
  equip(guest);
  for (const auto& [cs, ss] : {std::pair<u32, u32>{0x08, 0x10}, {0x1b, 0x11}, {0x09, 0x23}, {0x23, 0x23}, {0x1b, 0x1b}, {0, 0x23},
                               {0x1b, 0}, {0x18, 0x20}, {0x33, 0x23}, {0x1001b, 0x23}, {0x1f, 0x23}, {0xfffb, 0x23}}) {
    INFO(cs << " " << ss);
    return_to(guest, kUserCode, cs, ss);
    CHECK(guest.call(3) == kInvalid);
    CHECK(guest.machine->cpu().state.cpl == 1);
  }
  return_to(guest, PvPc::kCode, 0x09, 0x11, 0x3202 | x86::flag::kVm);  // IOPL and VM are not the guest's
  guest.call(3);
  CHECK(guest.machine->cpu().state.cpl == 1);
  CHECK(audit(guest).empty());
}

TEST_CASE("an event of x86 waits for the mask, and comes as a trap of its own") {
  PvPc guest;
  equip(guest);
  REQUIRE(guest.call(18, 3) == 0);
  guest.set(kShared + 0x804, 1);
  CHECK(guest.call(20, 0) == 0);
  CHECK(saved(guest, 0x800) == 1);
  guest.set(kShared + 0x808, 0);
  guest.call(4);
  CHECK(guest.machine->cpu().state.eip == kHandler);
  CHECK(saved(guest, 0x814) == 256);
  CHECK(saved(guest, 0x808) == 1);
  CHECK((saved(guest, 0x80c) & x86::flag::kIf) != 0);
}

TEST_CASE("the block ring of x86 writes and reads sectors, and answers what the drive cannot do") {
  constexpr u32 kRing = 0xa000, kFrom = 0xb000, kTo = 0xc000;
  struct Wanted {
    u32 command, drive, sector, count, address;
    i32 answer;
  };
  const std::vector<Wanted> requests = {{2, 0, 3, 2, kFrom, 0}, {1, 0, 3, 2, kTo, 0},         {1, 0, 15, 2, 0xd000, kInvalid},
                                        {1, 1, 0, 1, 0xd000, kInvalid}, {2, 0, 15, 2, kFrom, kInvalid}, {1, 0, 15, 1, kTo + 0x800, 0},
                                        {2, 0, 16, 1, kFrom, kInvalid}, {1, 0, 0, 1, kTo + 0xa00, 0}};
  PvPc guest;
  equip(guest);
  REQUIRE(guest.call(16, kRing >> kPageShift) == 0);
  for (u32 i = 0; i < 1024; i += 4) guest.set(kFrom + i, 0xabcd0000 + i);
  u32 slot = kRing + 64;
  for (const Wanted& each : requests) {
    for (const u32 word : {each.command, each.drive, each.sector, each.count, each.address}) guest.set(slot, word), slot += 4;
    slot += 12;
  }
  guest.set(kRing, static_cast<u32>(requests.size()));
  REQUIRE(guest.call(17) == 0);
  for (int i = 0; i < 10'000 && guest.get(kRing + 4) != requests.size(); ++i) guest.call(4);
  REQUIRE(guest.get(kRing + 4) == requests.size());
  for (u32 i = 0; i < requests.size(); ++i) {
    INFO(i);
    CHECK(static_cast<i32>(guest.get(kRing + 64 + 32 * i)) == requests[i].answer);
  }
  CHECK(guest.get(kTo) == 0xabcd0000);
  CHECK(guest.get(kTo + 1020) == 0xabcd03fc);
  CHECK(guest.get(kTo + 0x800) == 0xabcd0000);  // of the write that failed the first sector was good
  CHECK(guest.get(kTo + 0xa00) == 0x67676767);
  CHECK(audit(guest).empty());
}

TEST_CASE("the timer of x86 comes once, when it is due") {
  PvPc guest;
  equip(guest);
  REQUIRE(guest.call(18, 0) == 0);
  const u64 then = guest.machine->clock().now() + 10'000;
  CHECK(guest.call(11, static_cast<u32>(then), static_cast<u32>(then >> 32)) == 0);
  while (saved(guest, 0x800) == 0 && guest.machine->clock().now() < then + 10'000) guest.call(4);
  CHECK(saved(guest, 0x800) == 1);
  CHECK(guest.machine->clock().now() >= then);
  guest.set(kShared + 0x800, 0);
  for (int i = 0; i < 100; ++i) guest.call(4);
  CHECK(saved(guest, 0x800) == 0);
}

TEST_CASE("what is sensitive tells the truth to a port's kernel") {
  PvPc guest;
  equip(guest);
  // pushf; pop %ebp; mov %cs, %ebp; mov %eax, %ds with its own selector; lar; smsw
  put_code(guest, 0x3000 + 0x1000, {0x9c, 0x5d, 0x8c, 0xcd, 0x1e, 0x1f, 0x0f, 0x02, 0xe9, 0x0f, 0x01, 0xe5, 0x0f, 0x01, 0x44, 0x24, 0xf0});
  guest.machine->cpu().state.r[x86::kEsp] = kStack;
  guest.machine->cpu().state.r[x86::kEcx] = 0x10;
  u32 at = 0x4000;
  for (int i = 0; i < 8; ++i, at = guest.machine->cpu().state.eip) guest.step_from(at);
  CHECK(at == 0x4000 + 17);
  for (const auto& [row, hole] : guest.vm().internals().holes) {
    INFO(x86::kRows[row].name << " got " << hole.got << ", bare " << hole.bare_metal);
    CHECK(hole.count == 0);
  }
}

TEST_CASE("a trap at the first instruction of its handler ends the guest") {
  PvPc guest;
  equip(guest);
  put_code(guest, kHandler, {0x0f, 0x0b});  // ud2
  guest.step_from(kHandler);
  guest.step_from(kHandler);
  REQUIRE(guest.machine->ending());
  CHECK(guest.machine->ending()->reason.find("the trap handler itself traps") != std::string::npos);
}
