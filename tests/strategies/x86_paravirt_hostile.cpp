// A paravirtual guest of x86 that makes random hypercalls on random memory (compare paravirt_hostile.cpp): each gets an answer,
// nothing crashes, and what the hardware can reach stays the guest's own: pages, segments, rings.
#include "catch.hpp"
#include "hostile_calls.hpp"
#include "support/dice.hpp"
#include "support/x86_paravirt.hpp"

using namespace ringside;
using namespace ringside::test;

namespace {

constexpr u32 kFrames = PvPc::kRamBytes >> kPageShift, kCalls = 500'000;
constexpr u32 kShared = 3 * kPageSize, kRing = 4 * kPageSize, kTraps = 5 * kPageSize, kList = 7 * kPageSize;

constexpr HostilePlaces kPlaces{
    .ram = 0, .frames = kFrames, .code = PvPc::kCode, .ring = kRing, .space_bytes = 2 * kPageSize, .calls = kCalls};

u32 random_entry(PvPc& guest, Dice& dice) {
  using namespace x86::pte;
  if (dice.chance(10)) return dice.word();
  const u64 frame = dice.chance(90) ? guest.vm().host_frame({kPlaces.random_page(dice)})
                                    : guest.vm().frame_tables().p2m - 4 + dice.below(8);
  const u32 flags = dice.pick({kP, kP | kUs, kP | kRw | kUs | kD, kP | kRw, kP | kPs, kP | kRw | kG, 0u});
  return static_cast<u32>(frame << kPageShift) | flags;
}

// A word of a descriptor's high half, with a type that may pass.
u32 random_rights(Dice& dice) {
  const u32 access = dice.chance(70) ? dice.pick({0xbbu, 0xb3u, 0xfbu, 0xf3u, 0x33u}) : dice.below(256);
  return (dice.chance(80) ? 0xcf0000 : dice.word() & 0xff0f00ff) | access << 8;
}

/// Beside what is counted on all ISAs: segments set, and returns to ring 3.
struct Tally : HostileTally {
  u32 segments = 0, user = 0;
};

// A space that has a chance to be pinned, or the end of one.
void build(PvPc& guest, Dice& dice, Tally& tally) {
  const u32 at = kPlaces.space(dice.below(kPlaces.kSpaces)), frame = at >> kPageShift;
  if (dice.chance(30)) {
    tally.unpinned += guest.call(7, frame) == 0;
    return;
  }
  if (!guest.pages().is_table({at}) && !guest.pages().is_table({at + kPageSize})) {
    guest.build_space(at);
    tally.pinned += guest.call(6, frame, 0, 2) == 0;
  }
  if (dice.chance(50)) tally.switched += guest.call(9, frame) == 0;
}

// All that a kernel has before it runs programs: a guest without it dies of its first trap.
void equip(PvPc& guest) {
  for (u32 i = 0; i <= 256; ++i) {
    guest.set(kTraps + 8 * i, i | (i == 0x80 ? 0x80000000 : 0));
    guest.set(kTraps + 8 * i + 4, PvPc::kCode);
  }
  guest.call(1, kShared >> kPageShift);
  guest.call(2, kTraps, 257);
  guest.call(16, kRing >> kPageShift);
  guest.call(23, kList + 0xf00);
  for (u32 source = 0; source < 4; ++source) guest.call(18, source);
  guest.set(kShared + 0x804, ~0u);
}

// Makes a table of a page that the TLB may still let it write to.
void keep_stale(PvPc& guest, Dice& dice) {
  const u32 at = kPlaces.space(dice.below(kPlaces.kSpaces)), number = dice.between(8, 60), page = number * kPageSize;
  if (guest.pages().is_table({page}) || guest.pages().is_table({kList})) return;
  guest.touch(page, true, 0);
  guest.set(kList, at + kPageSize + 4 * number);
  guest.set(kList + 4, guest.entry(page, x86::pte::kP));
  guest.set(kList + 8, at + 4 * dice.below(1024));
  guest.set(kList + 12, guest.entry(page, x86::pte::kP));
  guest.call(8, kList, 2);
}

// Descriptors, a few of them good.
void segments(PvPc& guest, Dice& dice, Tally& tally) {
  if (guest.pages().is_table({kList})) return;
  const u32 count = dice.between(5, 9);
  const u32 flat[] = {0, 0xbb, 0xb3, 0xfb, 0xf3};
  for (u32 i = 0; i < count; ++i) {
    const bool plain = i < 5 && dice.chance(97);
    guest.set(kList + 8 * i, plain ? (i == 0 ? 0 : 0xffff) : dice.word());
    guest.set(kList + 8 * i + 4, plain ? (i == 0 ? 0 : 0xcf0000 | flat[i] << 8) : random_rights(dice));
  }
  const u32 code = dice.chance(90) ? 0x09 : dice.below(80), stack = dice.chance(90) ? 0x11 : dice.below(80);
  tally.segments += guest.call(22, kList, count, code, stack) == 0;
}

// Where trap_return goes to.
void return_somewhere(PvPc& guest, Dice& dice, Tally& tally) {
  if (guest.pages().is_table({kShared})) return;
  const bool user = dice.chance(50);
  guest.set(kShared + 0x80c, dice.chance(80) ? 0x202 : dice.word());
  guest.set(kShared + 0x810, dice.chance(80) ? PvPc::kCode : dice.word());
  guest.set(kShared + 0x820, dice.chance(90) ? (user ? 0x1b : 0x09) : dice.chance(80) ? dice.below(80) : dice.word());
  guest.set(kShared + 0x824, kPlaces.argument(dice));
  guest.set(kShared + 0x828, dice.chance(90) ? (user ? 0x23 : 0x11) : dice.chance(80) ? dice.below(80) : dice.word());
  guest.call(3);
  tally.user += guest.machine->cpu().state.cpl == 3;
}

// What the guest does between its calls, in a mode and a space that the last call left it in.
void live(PvPc& guest, Dice& dice, Tally& tally) {
  if (dice.chance(20)) scribble(kPlaces, guest, dice, random_entry);
  if (dice.chance(6)) build(guest, dice, tally);
  if (dice.chance(5)) request(kPlaces, guest, dice);
  if (dice.chance(20)) guest.touch(kPlaces.random_page(dice) + 4 * dice.below(1024), dice.chance(50), random_entry(guest, dice));
  if (dice.chance(2)) keep_stale(guest, dice);
  if (dice.chance(2)) segments(guest, dice, tally);
  if (dice.chance(3)) return_somewhere(guest, dice, tally);
  guest.write_code();
}

struct Call {
  u32 number, a[4];
};

Call random_call(PvPc& guest, Dice& dice) {
  Call call{dice.chance(40) ? 8 : dice.below(25),
            {kPlaces.argument(dice), dice.chance(60) ? dice.below(5) : kPlaces.argument(dice), dice.chance(50) ? 2 : kPlaces.argument(dice), kPlaces.argument(dice)}};
  if (call.number == 21 && !dice.chance(5)) call.number = 6;   // few switch the machine off
  if (call.number == 13 && !dice.chance(5)) call.number = 20;  // or wait for what never comes
  if (call.number == 6 && dice.chance(70)) call.a[1] = 0;
  if (call.number == 8 && dice.chance(70) && !guest.pages().is_table({kList})) {
    call.a[0] = kList;
    call.a[1] = 1;
    guest.set(kList, kPlaces.random_page(dice) + 4 * dice.below(1024));
    guest.set(kList + 4, random_entry(guest, dice));
  }
  return call;
}

std::unique_ptr<PvPc> fresh_guest(Dice& dice) {
  auto guest = std::make_unique<PvPc>();
  if (dice.chance(80)) equip(*guest);
  return guest;
}

}  // namespace

TEST_CASE("half a million random hypercalls of x86 reach nothing but the guest") {
  Dice dice(86);
  Tally tally;
  make_hostile_calls(kPlaces, dice, tally, fresh_guest, [&](PvPc& guest, Dice& d) { live(guest, d, tally); },
                     [](PvPc& guest, Dice& d) {
                       const auto [number, a] = random_call(guest, d);
                       return std::tuple(number, a[1], guest.call(number, a[0], a[1], a[2], a[3]));
                     });
  check_tally(kPlaces, tally);
  CHECK(tally.segments > kCalls / 500);
  CHECK(tally.user > kCalls / 5000);
}
