// Whether a CPU that waits can be woken: held against what comes if it waits.
#include "catch.hpp"
#include "pc.hpp"
#include "support/dice.hpp"

using namespace ringside;
using devices::LocalApic;
using pc::Pc;

namespace {

constexpr u64 kSecond = 1000 * pc::kMillisecond;

bool woken(const Pc& machine) {
  LocalApic apic = Pc(machine).platform.apic();
  return machine.platform.pending().has_value() || apic.nmi_pending();
}

// Event by event, longer than the slowest timer set up here takes.
bool wakes_in_time(Pc machine) {
  const u64 until = machine.now + 2 * kSecond;
  while (!woken(machine)) {
    const auto next = machine.platform.next_event();
    if (!next || *next > until) return false;
    machine.now = *next;
    machine.platform.advance(machine.now);
  }
  return true;
}

void draw_pics(Pc& machine, test::Dice& dice) {
  const u16 masks[] = {0xffff, 0xfffe, 0xfffb, 0xfefb, 0xffef, 0xfffd, 0x0000};
  machine.initialise_pics(static_cast<u16>(~masks[dice.below(7)]));
}

void draw_timers(Pc& machine, test::Dice& dice) {
  if (dice.chance(50)) machine.start_pit(dice.chance(50) ? 2 : 0, static_cast<u16>(10'000 + dice.below(50'000)));
  if (dice.chance(50)) machine.out(0x43, 0x30);  // counter 0 without a count: it stands still
  if (dice.chance(50)) machine.out(0x70, 0x0b), machine.out(0x71, 0x42);  // the clock's periodic interrupt
  if (!dice.chance(50)) return;
  machine.lapic(LocalApic::kLvtTimer, (dice.chance(50) ? 1u << 16 : 0) | (dice.chance(50) ? 1u << 17 : 0) | 0x40);
  machine.lapic(LocalApic::kInitialCount, dice.chance(20) ? 0 : 1'000'000);
}

void draw_apics(Pc& machine, test::Dice& dice) {
  if (dice.chance(40)) machine.lapic(LocalApic::kLvtLint0, 1u << 16);
  if (dice.chance(20)) machine.lapic(LocalApic::kTaskPriority, 0x50);
  if (dice.chance(10)) machine.lapic(LocalApic::kSpurious, 0xff);
  for (const u32 pin : {2u, 4u, 8u}) {
    if (dice.chance(70)) continue;
    const u32 delivery = dice.chance(20) ? 4u << 8 : 0;  // NMI
    machine.ioapic(0x10 + 2 * pin, (dice.chance(30) ? 1u << 16 : 0) | delivery | (0x30 + pin));
  }
}

Pc drawn(test::Dice& dice) {
  Pc machine;
  draw_pics(machine, dice);
  draw_timers(machine, dice);
  draw_apics(machine, dice);
  if (dice.chance(30)) machine.out(0x3f9, 1);
  if (dice.chance(30)) machine.platform.type("x", machine.now);
  // A handler that forgets to tell the controller.
  if (dice.chance(50) && wakes_in_time(machine)) {
    machine.wait(2 * kSecond);
    machine.platform.apic().take_nmi();
    if (machine.platform.pending()) machine.platform.acknowledge();
  }
  return machine;
}

}  // namespace

TEST_CASE("a CPU of which it is said that nothing can wake it is not woken, and the others are") {
  test::Dice dice(11);
  unsigned silent = 0, loud = 0, too_careful = 0;
  for (int i = 0; i < 3000; ++i) {
    const Pc machine = drawn(dice);
    const bool comes = wakes_in_time(machine), said = machine.platform.can_wake(true);
    if (comes) CHECK(said);
    ++(comes ? loud : silent);
    too_careful += said && !comes;
  }
  CHECK(silent > 500);
  CHECK(loud > 500);
  CHECK(too_careful < silent / 20);
}

TEST_CASE("with interrupts off an NMI alone wakes") {
  Pc machine;
  machine.initialise_pics(1);
  machine.start_pit(2, 10'000);
  CHECK(machine.platform.can_wake(true));
  CHECK_FALSE(machine.platform.can_wake(false));
  machine.ioapic(0x10 + 2 * 2, 4u << 8);
  CHECK(machine.platform.can_wake(false));
}

TEST_CASE("typing wakes where the serial port's interrupt is on and gets through") {
  for (const bool enabled : {false, true})
    for (const bool open : {false, true}) {
      Pc machine;
      machine.initialise_pics(open ? 1u << 4 : 0);
      machine.start_pit(2, 10'000);  // comes before the byte has arrived
      if (enabled) machine.out(0x3f9, 1);
      CHECK_FALSE(machine.platform.can_wake(true));
      CHECK(machine.platform.typing_wakes(true, machine.now) == (enabled && open));
      CHECK_FALSE(machine.platform.typing_wakes(false, machine.now));
    }
}

TEST_CASE("what keeps interrupts away is named") {
  Pc machine;
  machine.initialise_pics(1);
  CHECK(machine.platform.interrupt_masks() == "8259 masks 0xfe and 0xff, LVT timer 0x10000");
  machine.start_pit(2, 10'000);
  REQUIRE(wakes_in_time(machine));
  machine.wait(kSecond);
  machine.platform.acknowledge();
  CHECK(machine.platform.interrupt_masks().find("still in service there 0x01 and 0x00") != std::string::npos);
}
