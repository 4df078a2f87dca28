// A paravirtual guest that makes random hypercalls on random memory: each gets an answer, nothing crashes, and what
// the hardware can reach stays the guest's own.
#include "catch.hpp"
#include "hostile_calls.hpp"
#include "support/dice.hpp"
#include "support/paravirt.hpp"

using namespace ringside;
using namespace ringside::test;

namespace {

constexpr u32 kFrames = 256, kCalls = 1'000'000;
constexpr u32 kFrame = kRam >> kPageShift, kShared = kRam + 3 * kPageSize, kRing = kRam + 4 * kPageSize,
              kTraps = kRam + 5 * kPageSize;

constexpr HostilePlaces kPlaces{
    .ram = kRam, .frames = kFrames, .code = kRam, .ring = kRing, .space_bytes = 3 * kPageSize, .calls = kCalls};

u32 random_entry(PvGuest& guest, Dice& dice) {
  using namespace mmu::pte;
  if (dice.chance(10)) return dice.word();
  const u64 frame = dice.chance(90) ? guest.vm().host_frame({kPlaces.random_page(dice)})
                                    : guest.vm().frame_tables().p2m - 4 + dice.below(8);
  const u32 flags = dice.pick({kV, kV | kR | kU, kV | kR | kW | kU | kD, kV | kR | kX | kU, kV | kX, kV | kR | kG, 0u});
  return make(frame, flags);
}

// A space that has a chance to be pinned, or the end of one.
void build(PvGuest& guest, Dice& dice, HostileTally& tally) {
  const u32 at = kPlaces.space(dice.below(kPlaces.kSpaces)), frame = at >> kPageShift;
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

// Makes a table of a page that the TLB may still let it write to.
void keep_stale(PvGuest& guest, Dice& dice) {
  using namespace mmu::pte;
  const u32 at = kPlaces.space(dice.below(kPlaces.kSpaces)), number = dice.between(8, 60), page = kRam + number * kPageSize;
  if (guest.pages().is_table({page}) || guest.pages().is_table({kTraps})) return;
  guest.touch(page, true, 0);
  guest.set(kTraps, at + 2 * kPageSize + 4 * number);
  guest.set(kTraps + 4, guest.entry(page, kV | kR | kU));
  guest.set(kTraps + 8, at + 4 * dice.below(1024));
  guest.set(kTraps + 12, guest.entry(page, kV));
  guest.call(8, kTraps, 2);
}

// What the guest does between its calls, in a mode and a space that the last call left it in.
void live(PvGuest& guest, Dice& dice, HostileTally& tally) {
  if (dice.chance(20)) scribble(kPlaces, guest, dice, random_entry);
  if (dice.chance(6)) build(guest, dice, tally);
  if (dice.chance(5)) request(kPlaces, guest, dice);
  if (dice.chance(20)) guest.touch(kPlaces.random_page(dice) + 4 * dice.below(1024), dice.chance(50), random_entry(guest, dice));
  if (dice.chance(2)) keep_stale(guest, dice);
  guest.write_code();
}

struct Call {
  u32 number, a[3];
};

Call random_call(PvGuest& guest, Dice& dice) {
  Call call{dice.chance(40) ? 8 : dice.below(23),
            {kPlaces.argument(dice), dice.chance(60) ? dice.below(5) : kPlaces.argument(dice), dice.chance(50) ? 2 : kPlaces.argument(dice)}};
  if (call.number == 21 && !dice.chance(5)) call.number = 6;   // few switch the machine off
  if (call.number == 13 && !dice.chance(5)) call.number = 20;  // or wait for what never comes
  if (call.number == 8 && dice.chance(70)) {
    call.a[0] = kRam + 0x800;
    call.a[1] = 1;
    if (!guest.pages().is_table({kRam})) {
      guest.set(call.a[0], kPlaces.random_page(dice) + 4 * dice.below(1024));
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
  HostileTally tally;
  make_hostile_calls(kPlaces, dice, tally, fresh_guest, [&](PvGuest& guest, Dice& d) { live(guest, d, tally); },
                     [](PvGuest& guest, Dice& d) {
                       const auto [number, a] = random_call(guest, d);
                       return std::tuple(number, a[1], guest.call(number, a[0], a[1], a[2]));
                     });
  check_tally(kPlaces, tally);
}
