// A paravirtual guest that makes random hypercalls on random memory: each gets an answer, nothing crashes, and what
// the hardware can reach stays the guest's own.
#include "catch.hpp"
#include "support/dice.hpp"
#include "support/paravirt.hpp"

using namespace ringside;
using namespace ringside::test;

namespace {

constexpr u32 kFrames = 256, kCalls = 1'000'000;
constexpr u32 kFrame = kRam >> kPageShift, kShared = kRam + 3 * kPageSize, kRing = kRam + 4 * kPageSize,
              kTraps = kRam + 5 * kPageSize;

// Spaces are built at few places, so that much of what happens by chance happens to them.
constexpr u32 kFirstSpace = 64, kSpaces = 8, kSpaceBytes = 3 * kPageSize;
u32 space_at(u32 number) { return kRam + kFirstSpace * kPageSize + number * kSpaceBytes; }

u32 random_page(Dice& dice) {
  if (dice.chance(40)) return space_at(0) + dice.below(3 * kSpaces) * kPageSize;
  return kRam + dice.below(kFrames) * kPageSize;
}

// An argument: often one that makes sense.
u32 argument(Dice& dice) {
  switch (dice.below(6)) {
    case 0: return dice.below(40);
    case 1: return random_page(dice) + (dice.chance(80) ? 4 * dice.below(1024) : dice.below(kPageSize));
    case 2:
    case 3: return random_page(dice) >> kPageShift;
    case 4: return dice.pick({0u, 1u, 2u, 0xffffffffu, 0x80000000u, 0x7fffffffu});
    default: return dice.word();
  }
}

u32 random_entry(PvGuest& guest, Dice& dice) {
  using namespace mmu::pte;
  if (dice.chance(10)) return dice.word();
  const u64 frame = dice.chance(90) ? guest.vm().host_frame({random_page(dice)})
                                    : guest.vm().frame_tables().p2m - 4 + dice.below(8);
  const u32 flags = dice.pick({kV, kV | kR | kU, kV | kR | kW | kU | kD, kV | kR | kX | kU, kV | kX, kV | kR | kG, 0u});
  return make(frame, flags);
}

// Stores to a page that is not a table, as the guest could.
void scribble(PvGuest& guest, Dice& dice) {
  const u32 page = random_page(dice);
  if (page == kRam || guest.pages().is_table({page})) return;
  const u32 count = dice.chance(30) ? 64 : 4;
  for (u32 i = 0; i < count; ++i) {
    const u32 at = page + 4 * (dice.chance(50) ? i : dice.below(1024));
    guest.set(at, dice.chance(60) ? random_entry(guest, dice) : argument(dice));
  }
}

struct Tally {
  u32 calls = 0, guests = 0, dead = 0, pinned = 0, unpinned = 0, switched = 0, updated = 0, refused = 0;
  u64 answered = 0;  ///< requests of the ring
};

// A space that has a chance to be pinned, or the end of one.
void build(PvGuest& guest, Dice& dice, Tally& tally) {
  const u32 at = space_at(dice.below(kSpaces)), frame = at >> kPageShift;
  if (dice.chance(30)) {
    tally.unpinned += guest.call(7, frame) == 0;
    return;
  }
  bool used = false;
  for (u32 i = 0; i < 3; ++i) used |= guest.pages().is_table({at + i * kPageSize});
  if (!used) {
    guest.build_space(at);
    tally.pinned += guest.call(6, frame, frame + 1, 2) == 0;
  }
  if (dice.chance(50)) tally.switched += guest.call(9, frame) == 0;
}

// All that a kernel has before it runs programs: a guest without it dies of its first trap.
void equip(PvGuest& guest) {
  u32 count = 0;
  for (const u32 cause : {0u, 1u, 2u, 3u, 4u, 5u, 6u, 7u, 8u, 9u, 12u, 13u, 15u, 24u, 25u, 0x80000009u}) {
    guest.set(kTraps + 8 * count, cause);
    guest.set(kTraps + 8 * count++ + 4, kRam);
  }
  guest.call(1, kShared >> kPageShift);
  guest.call(2, kTraps, count);
  guest.call(16, kRing >> kPageShift);
  for (u32 source = 0; source < 4; ++source) guest.call(18, source);
  guest.set(kShared + 0x804, ~0u);
}

u32 answered(const PvGuest& guest) { return std::min(guest.get(kRing + 4), kCalls); }

// A request in the ring; most are good, their pages are anything.
void request(PvGuest& guest, Dice& dice) {
  if (guest.pages().is_table({kRing})) return;
  const u32 number = guest.get(kRing), slot = kRing + 64 + number % 32 * 32;
  guest.set(slot, 1 + dice.below(dice.chance(90) ? 2 : 4));
  guest.set(slot + 4, dice.chance(90) ? 0 : argument(dice));
  guest.set(slot + 8, dice.chance(90) ? dice.below(16) : argument(dice));
  guest.set(slot + 12, dice.chance(90) ? dice.between(1, 8) : argument(dice));
  guest.set(slot + 16, dice.chance(90) ? random_page(dice) : argument(dice));
  guest.set(kRing, number + (dice.chance(95) ? 1 : dice.below(40)));
  guest.call(17);
}

// Makes a table of a page that the TLB may still let it write to.
void keep_stale(PvGuest& guest, Dice& dice) {
  using namespace mmu::pte;
  const u32 at = space_at(dice.below(kSpaces)), number = dice.between(8, 60), page = kRam + number * kPageSize;
  if (guest.pages().is_table({page}) || guest.pages().is_table({kTraps})) return;
  guest.touch(page, true, 0);
  guest.set(kTraps, at + 2 * kPageSize + 4 * number);
  guest.set(kTraps + 4, guest.entry(page, kV | kR | kU));
  guest.set(kTraps + 8, at + 4 * dice.below(1024));
  guest.set(kTraps + 12, guest.entry(page, kV));
  guest.call(8, kTraps, 2);
}

// What the guest does between its calls, in a mode and a space that the last call left it in.
void live(PvGuest& guest, Dice& dice, Tally& tally) {
  if (dice.chance(20)) scribble(guest, dice);
  if (dice.chance(6)) build(guest, dice, tally);
  if (dice.chance(5)) request(guest, dice);
  if (dice.chance(20)) guest.touch(random_page(dice) + 4 * dice.below(1024), dice.chance(50), random_entry(guest, dice));
  if (dice.chance(2)) keep_stale(guest, dice);
  guest.write_code();
}

struct Call {
  u32 number, a[3];
};

Call random_call(PvGuest& guest, Dice& dice) {
  Call call{dice.chance(40) ? 8 : dice.below(23),
            {argument(dice), dice.chance(60) ? dice.below(5) : argument(dice), dice.chance(50) ? 2 : argument(dice)}};
  if (call.number == 21 && !dice.chance(5)) call.number = 6;   // few switch the machine off
  if (call.number == 13 && !dice.chance(5)) call.number = 20;  // or wait for what never comes
  if (call.number == 8 && dice.chance(70)) {
    call.a[0] = kRam + 0x800;
    call.a[1] = 1;
    if (!guest.pages().is_table({kRam})) {
      guest.set(call.a[0], random_page(dice) + 4 * dice.below(1024));
      guest.set(call.a[0] + 4, random_entry(guest, dice));
    }
  }
  return call;
}

std::unique_ptr<PvGuest> fresh_guest(Dice& dice) {
  auto guest = std::make_unique<PvGuest>();
  if (dice.chance(80)) equip(*guest);
  return guest;
}

}  // namespace

TEST_CASE("a million random hypercalls reach nothing but the guest") {
  Dice dice(20);
  Tally tally;
  auto guest = fresh_guest(dice);
  for (; tally.calls < kCalls; ++tally.calls) {
    if (guest->machine->ending() || dice.below(300) == 0) {
      tally.dead += guest->machine->ending().has_value();
      tally.answered += answered(*guest);
      guest = fresh_guest(dice), ++tally.guests;
    }
    live(*guest, dice, tally);
    if (guest->machine->ending()) continue;
    const auto [number, a] = random_call(*guest, dice);
    const i32 answer = guest->call(number, a[0], a[1], a[2]);
    tally.updated += number == 8 && answer == 0 && a[1] != 0;
    tally.refused += answer < 0 && answer >= -7;
    if (guest->auditor->breach() || tally.calls % 32 == 0) {
      const std::string found = audit(*guest);
      INFO("call " << tally.calls << ": " << number << "\n" << found);
      REQUIRE(found.empty());
    }
  }
  CAPTURE(tally.guests, tally.dead, tally.pinned, tally.unpinned, tally.switched, tally.updated, tally.refused, tally.answered);
  CHECK(tally.pinned > kCalls / 200);
  CHECK(tally.unpinned > kCalls / 1000);
  CHECK(tally.switched > kCalls / 200);
  CHECK(tally.updated > kCalls / 100);
  CHECK(tally.refused > kCalls / 4);
  CHECK(tally.answered > kCalls / 1000);
}
