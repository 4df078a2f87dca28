// The APICs, as kernels set them up (xv6's lapicinit and ioapicinit) and serve them.
#include "catch.hpp"
#include "devices/pc.hpp"

using namespace pc;
using L = LocalApic;

namespace {

constexpr u32 kPeriodic = 0x20000, kMasked = 0x10000;

/// Enabled, the timer at vector 32 every `count` ns, LINT0 masked.
void initialise(Pc& pc, u32 count) {
  pc.lapic(L::kSpurious, 0x100 | 63);
  pc.lapic(L::kDivide, 0xb);
  pc.lapic(L::kLvtTimer, kPeriodic | 32);
  pc.lapic(L::kInitialCount, count);
  pc.lapic(L::kLvtLint0, kMasked);
  pc.lapic(L::kLvtError, 51);
  pc.lapic(L::kErrorStatus, 0), pc.lapic(L::kErrorStatus, 0);
  pc.lapic(L::kEoi, 0);
  pc.lapic(L::kIcrHigh, 0), pc.lapic(L::kIcrLow, 0x88500);  // INIT level de-assert to all
  pc.lapic(L::kTaskPriority, 0);
}

void route(Pc& pc, u32 irq, u32 low, u32 cpu = 0) {
  pc.ioapic(0x11 + 2 * irq, cpu << 24);
  pc.ioapic(0x10 + 2 * irq, low);
}

void self_ipi(Pc& pc, u8 vector) {
  pc.lapic(L::kIcrLow, 0x40000u | vector);
}

}  // namespace

TEST_CASE("the local APIC's timer is periodic, exact, and can be read") {
  Pc pc;
  pc.initialise_pics(0);
  initialise(pc, 10'000'000);
  CHECK(pc.lapic(L::kVersion) == 0x50014);
  CHECK((pc.lapic(L::kIcrLow) & 0x1000) == 0);
  pc.wait(4'000'000);
  CHECK(pc.lapic(L::kCurrentCount) == 6'000'000);
  unsigned ticks = 0;
  for (int i = 0; i < 10; ++i)
    ticks += pc.serve(1'000 * kMillisecond, [&](u8 vector) {
      REQUIRE(vector == 32);
      pc.lapic(L::kEoi, 0);
    });
  CHECK(ticks == 1000);
}

TEST_CASE("a one-shot timer counts divided ticks down to 0 and stops") {
  Pc pc;
  initialise(pc, 0);
  pc.lapic(L::kLvtTimer, 40);
  pc.lapic(L::kDivide, 0x3);  // by 16
  pc.lapic(L::kInitialCount, 1000);
  pc.wait(8'000);
  CHECK(pc.lapic(L::kCurrentCount) == 500);
  pc.lapic(L::kDivide, 0xb);
  CHECK(pc.lapic(L::kCurrentCount) == 500);
  pc.wait(499);
  CHECK(!pc.platform.pending());
  pc.wait(1);
  CHECK(pc.platform.pending() == 40);
  CHECK(pc.platform.acknowledge() == 40);
  CHECK(pc.lapic(L::kCurrentCount) == 0);
  pc.lapic(L::kEoi, 0);
  CHECK(pc.serve(kMillisecond, [](u8) {}) == 0);
}

TEST_CASE("a masked timer goes on without interrupts or events") {
  Pc pc;
  pc.initialise_pics(0);
  initialise(pc, 1000);
  pc.lapic(L::kLvtTimer, kPeriodic | kMasked | 32);
  pc.wait(10'400);
  CHECK(pc.lapic(L::kCurrentCount) == 600);
  CHECK(!pc.platform.pending());
  pc.lapic(L::kLvtTimer, kPeriodic | 32);
  CHECK(!pc.platform.pending());
  pc.wait(600);
  CHECK(pc.platform.pending() == 32);
}

TEST_CASE("local APIC interrupts nest by the vector's upper half") {
  Pc pc;
  initialise(pc, 0);
  self_ipi(pc, 0x45);
  CHECK(pc.platform.pending() == 0x45);
  CHECK((pc.lapic(L::kRequest + 0x20) & 1u << 5) != 0);
  CHECK(pc.platform.acknowledge() == 0x45);
  CHECK(pc.lapic(L::kProcessorPriority) == 0x40);
  self_ipi(pc, 0x4f);
  CHECK(!pc.platform.pending());  // the same class
  self_ipi(pc, 0x51);
  CHECK(pc.platform.acknowledge() == 0x51);
  pc.lapic(L::kEoi, 0);
  CHECK(!pc.platform.pending());
  CHECK((pc.lapic(L::kInService + 0x20) & 1u << 5) != 0);
  pc.lapic(L::kEoi, 0);
  CHECK(pc.platform.pending() == 0x4f);
  pc.lapic(L::kTaskPriority, 0x40);
  CHECK(!pc.platform.pending());
  CHECK(pc.platform.acknowledge() == 63);  // spurious
  pc.lapic(L::kTaskPriority, 0x3f);
  CHECK(pc.platform.pending() == 0x4f);
}

TEST_CASE("interprocessor interrupts go where the ICR says") {
  PcPlatform::Config config;
  config.cpus = 2;
  Pc pc(config);
  const auto accept = [&](u32 offset, u32 value, unsigned cpu) {
    pc.platform.write(Gpa{L::kDefaultBase + offset}, value, 4, pc.now, cpu);
  };
  pc.initialise_pics(0);
  pc.lapic(L::kIcrHigh, 1u << 24);
  pc.lapic(L::kIcrLow, 0xc500);  // INIT
  pc.lapic(L::kIcrLow, 0x8500);  // its end
  pc.lapic(L::kIcrLow, 0x4607);  // SIPI at 7000h
  CHECK(pc.platform.apic(1).take_init());
  CHECK(!pc.platform.apic(1).take_init());
  CHECK(pc.platform.apic(1).take_startup() == 0x07);
  CHECK(!pc.platform.apic(0).take_init());

  pc.lapic(L::kIcrLow, 0x00c4'0041 & 0xfffff);  // shorthand: self
  pc.lapic(L::kIcrLow, 0xc0042);                // all others
  CHECK(pc.platform.pending(0) == 0x41);
  CHECK(pc.platform.pending(1) == 0x42);
  pc.lapic(L::kIcrHigh, 5u << 24);
  pc.lapic(L::kIcrLow, 0x43);  // Nobody has that ID.
  CHECK(pc.platform.pending(1) == 0x42);

  pc.lapic(L::kLogicalDestination, 1u << 24);
  accept(L::kLogicalDestination, 2u << 24, 1);
  pc.lapic(L::kIcrHigh, 2u << 24);
  pc.lapic(L::kIcrLow, 0x0844);
  CHECK(pc.platform.pending(1) == 0x44);
  CHECK(pc.platform.pending(0) == 0x41);
  pc.lapic(L::kIcrLow, 0x0c00);  // NMI
  CHECK(pc.platform.apic(1).take_nmi());
}

TEST_CASE("an illegal vector is an error that interrupts, and ESR shows it after a write") {
  Pc pc;
  initialise(pc, 0);
  pc.lapic(L::kIcrLow, 0x4000f);
  CHECK(pc.platform.pending() == 51);
  CHECK(pc.lapic(L::kErrorStatus) == 0);
  pc.lapic(L::kErrorStatus, 0);
  CHECK(pc.lapic(L::kErrorStatus) == 0x20);
  pc.lapic(L::kErrorStatus, 0);
  CHECK(pc.lapic(L::kErrorStatus) == 0);
}

TEST_CASE("the I/O APIC sends an edge once, at the pin of the bus interrupt") {
  Pc pc;
  pc.initialise_pics(0);
  initialise(pc, 0);
  CHECK(pc.ioapic(1) == 0x170011);
  CHECK(pc.ioapic(0) == 0);
  CHECK((pc.ioapic(0x10) & kMasked) != 0);
  route(pc, 2, 32 + 0);  // the timer
  pc.start_pit(2, 1193);
  unsigned ticks = pc.serve(1'000 * kMillisecond, [&](u8 vector) {
    REQUIRE(vector == 32);
    pc.lapic(L::kEoi, 0);
  });
  CHECK((ticks == 1000 || ticks == 1001));
  route(pc, 2, kMasked | 32);
  CHECK(pc.serve(10 * kMillisecond, [](u8) {}) == 0);
}

TEST_CASE("a level at the I/O APIC comes again after the EOI while it is up") {
  Pc pc;
  pc.initialise_pics(0);
  initialise(pc, 0);
  route(pc, 4, 0x8000 | 36);
  pc.out(0x3F9, 0x02);  // The empty transmitter interrupts.
  CHECK(pc.platform.pending() == 36);
  CHECK((pc.ioapic(0x18) & 0x4000) != 0);
  CHECK(pc.platform.acknowledge() == 36);
  CHECK((pc.lapic(L::kTriggerMode + 0x10) & 1u << 4) != 0);
  pc.lapic(L::kEoi, 0);
  CHECK(pc.platform.pending() == 36);
  CHECK(pc.platform.acknowledge() == 36);
  CHECK(pc.in(0x3FA) == 0x02);  // Reading the IIR takes it back.
  pc.lapic(L::kEoi, 0);
  CHECK(!pc.platform.pending());
  CHECK((pc.ioapic(0x18) & 0x4000) == 0);
}

TEST_CASE("the 8259s come through LINT0 as ExtINT, and past a local APIC that is off") {
  Pc pc;
  pc.initialise_pics(0x0001);
  pc.start_pit(2, 1193);
  pc.wait(2 * kMillisecond);
  CHECK(pc.platform.pending() == 0x20);  // as firmware leaves it
  pc.lapic(L::kLvtLint0, kMasked);
  CHECK(!pc.platform.pending());
  pc.lapic(L::kLvtLint0, 0x700);
  CHECK(pc.platform.pending() == 0x20);
  self_ipi(pc, 0x31);
  CHECK(pc.platform.pending() == 0x31);
  pc.lapic(L::kSpurious, 0xff);
  CHECK((pc.lapic(L::kLvtLint0) & kMasked) != 0);
  CHECK(pc.platform.pending() == 0x20);
  pc.platform.set_apic_base(L::kDefaultBase);
  CHECK(pc.platform.pending() == 0x20);
  CHECK(!pc.platform.is_device(Gpa{L::kDefaultBase}));
  CHECK(pc.platform.is_device(Gpa{IoApic::kBase}));
}

TEST_CASE("the local APIC moves with its base MSR") {
  Pc pc;
  CHECK(pc.platform.apic_base() == 0xFEE00900);
  pc.platform.set_apic_base(0xFE000800);
  CHECK(pc.platform.apic_base() == 0xFE000900);
  CHECK(!pc.platform.is_device(Gpa{L::kDefaultBase}));
  CHECK(pc.platform.is_device(Gpa{0xFE000FFF}));
  CHECK(pc.platform.read(Gpa{0xFE000030}, 4, 0) == 0x50014);
  CHECK(pc.platform.read(Gpa{0xFE000032}, 1, 0) == 0x05);
}
