// A paravirtual guest that makes random hypercalls on random memory: what is the same on all ISAs. Guest is PvGuest or PvPc.
#pragma once

#include <algorithm>
#include <memory>

#include "catch.hpp"
#include "support/dice.hpp"

namespace ringside::test {

/// Where things lie. Spaces are built at few places, so that much of what happens by chance happens to them.
struct HostilePlaces {
  u32 ram, frames;      ///< where RAM begins, and how many pages of it there are
  u32 code;             ///< a page that is left alone
  u32 ring;             ///< of block requests
  u32 space_bytes;      ///< of a space
  u32 calls;            ///< how many are made
  static constexpr u32 kFirstSpace = 64, kSpaces = 8;

  u32 space(u32 number) const { return ram + kFirstSpace * kPageSize + number * space_bytes; }
  u32 random_page(Dice& dice) const {
    if (dice.chance(40)) return space(0) + dice.below(3 * kSpaces) * kPageSize;
    return ram + dice.below(frames) * kPageSize;
  }
  /// An argument: often one that makes sense.
  u32 argument(Dice& dice) const {
    switch (dice.below(6)) {
      case 0: return dice.below(40);
      case 1: return random_page(dice) + (dice.chance(80) ? 4 * dice.below(1024) : dice.below(kPageSize));
      case 2:
      case 3: return random_page(dice) >> kPageShift;
      case 4: return dice.pick({0u, 1u, 2u, 0xffffffffu, 0x80000000u, 0x7fffffffu});
      default: return dice.word();
    }
  }
};

/// What came of it.
struct HostileTally {
  u32 calls = 0, guests = 0, dead = 0, pinned = 0, unpinned = 0, switched = 0, updated = 0, refused = 0;
  u64 answered = 0;  ///< requests of the ring
};

/// Stores to a page that is not a table, as the guest could; entry(guest, dice) draws a page-table entry.
template <class Guest, class F>
void scribble(const HostilePlaces& places, Guest& guest, Dice& dice, F entry) {
  const u32 page = places.random_page(dice);
  if (page == places.code || guest.pages().is_table({page})) return;
  const u32 count = dice.chance(30) ? 64 : 4;
  for (u32 i = 0; i < count; ++i) {
    const u32 at = page + 4 * (dice.chance(50) ? i : dice.below(1024));
    guest.set(at, dice.chance(60) ? entry(guest, dice) : places.argument(dice));
  }
}

/// A request in the ring; most are good, their pages are anything.
template <class Guest>
void request(const HostilePlaces& places, Guest& guest, Dice& dice) {
  const u32 ring = places.ring;
  if (guest.pages().is_table({ring})) return;
  const u32 number = guest.get(ring), slot = ring + 64 + number % 32 * 32;
  const auto mostly = [&](auto good) { return dice.chance(90) ? good() : places.argument(dice); };
  guest.set(slot, 1 + dice.below(dice.chance(90) ? 2 : 4));
  guest.set(slot + 4, mostly([] { return 0u; }));
  guest.set(slot + 8, mostly([&] { return dice.below(16); }));
  guest.set(slot + 12, mostly([&] { return dice.between(1, 8); }));
  guest.set(slot + 16, mostly([&] { return places.random_page(dice); }));
  guest.set(ring, number + (dice.chance(95) ? 1 : dice.below(40)));
  guest.call(17);
}

/// Makes the calls, with new guests for those that died and now and then so: fresh(dice) makes one, live(guest, dice) is what it
/// does between two calls, make_call(guest, dice) makes one and gives number, second argument and answer.
template <class Fresh, class Live, class Make>
void make_hostile_calls(const HostilePlaces& places, Dice& dice, HostileTally& tally, Fresh fresh, Live live, Make make_call) {
  auto guest = fresh(dice);
  for (; tally.calls < places.calls; ++tally.calls) {
    if (guest->machine->ending() || dice.below(300) == 0) {
      tally.dead += guest->machine->ending().has_value();
      tally.answered += std::min(guest->get(places.ring + 4), places.calls);
      guest = fresh(dice), ++tally.guests;
    }
    live(*guest, dice);
    if (guest->machine->ending()) continue;
    const auto [number, second, answer] = make_call(*guest, dice);
    tally.updated += number == 8 && answer == 0 && second != 0;
    tally.refused += answer < 0 && answer >= -7;
    if (guest->auditor->breach() || tally.calls % 32 == 0) {
      const std::string found = audit(*guest);
      INFO("call " << tally.calls << ": " << number << "\n" << found);
      REQUIRE(found.empty());
    }
  }
}

/// What of it makes the test one.
inline void check_tally(const HostilePlaces& places, const HostileTally& tally) {
  CAPTURE(tally.guests, tally.dead, tally.pinned, tally.unpinned, tally.switched, tally.updated, tally.refused, tally.answered);
  CHECK(tally.pinned > places.calls / 200);
  CHECK(tally.unpinned > places.calls / 1000);
  CHECK(tally.switched > places.calls / 200);
  CHECK(tally.updated > places.calls / 100);
  CHECK(tally.refused > places.calls / 4);
  CHECK(tally.answered > places.calls / 1000);
}

}  // namespace ringside::test
