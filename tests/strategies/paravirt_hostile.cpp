// A paravirtual guest that makes random hypercalls on random memory: each gets an answer, nothing crashes, and what
// the hardware can reach stays the guest's own.
#include <cstdlib>

#include "catch.hpp"
#include "support/dice.hpp"
#include "support/paravirt.hpp"

using namespace ringside;
using namespace ringside::test;

namespace {

constexpr u32 kFrames = 256;

u32 calls() { return std::getenv("RINGSIDE_FULL") ? 1'000'000 : 30'000; }

u32 random_page(Dice& dice) { return kRam + dice.below(kFrames) * kPageSize; }

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

// A space that has a chance to be pinned.
void build(PvGuest& guest, Dice& dice) {
  const u32 at = kRam + (64 + 3 * dice.below(60)) * kPageSize;
  for (u32 i = 0; i < 3; ++i)
    if (guest.pages().is_table({at + i * kPageSize})) return;
  guest.build_space(at);
  guest.call(6, at >> kPageShift, (at >> kPageShift) + 1, 2);
  if (dice.chance(50)) guest.call(9, at >> kPageShift);
}

}  // namespace

TEST_CASE("random hypercalls reach nothing but the guest") {
  u32 pinned = 0, updated = 0, refused = 0;
  Dice dice(20);
  auto guest = std::make_unique<PvGuest>();
  for (u32 i = 0; i < calls(); ++i) {
    if (guest->machine->ending() || dice.chance(1)) guest = std::make_unique<PvGuest>();
    if (dice.chance(20)) scribble(*guest, dice);
    if (dice.chance(3)) build(*guest, dice);
    u32 number = dice.chance(40) ? 8 : dice.below(23);
    if (number == 21 && !dice.chance(5)) number = 6;  // few switch the machine off
    u32 a[3] = {argument(dice), dice.chance(60) ? dice.below(5) : argument(dice), dice.chance(50) ? 2 : argument(dice)};
    if (number == 8 && dice.chance(70)) {
      a[0] = kRam + 0x800;
      guest->set(a[0], random_page(dice) + 4 * dice.below(1024));
      guest->set(a[0] + 4, random_entry(*guest, dice));
      a[1] = 1;
    }
    const i32 answer = guest->call(number, a[0], a[1], a[2]);
    pinned += number == 6 && answer == 0;
    updated += number == 8 && answer == 0 && a[1] != 0;
    refused += answer < 0 && answer >= -7;
    if (i % 16 == 0) {
      const std::string found = audit(*guest);
      INFO("call " << i << ": " << number << "\n" << found);
      REQUIRE(found.empty());
    }
  }
  INFO(pinned << " pinned, " << updated << " updated, " << refused << " refused");
  CHECK(updated > calls() / 1000);
  CHECK(refused > calls() / 10);
}
