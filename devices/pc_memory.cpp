// The APICs in memory, and the messages between them.
#include "devices/pc_platform.hpp"

namespace ringside::devices {
namespace {

constexpr u64 page(u64 address) {
  return address & ~u64{kPageMask};
}

/// The bytes of a 32-bit register that a narrower read asks for.
constexpr u32 part(u32 value, u32 offset, unsigned bytes) {
  const u32 moved = value >> (8 * (offset & 3));
  return bytes >= 4 ? moved : moved & ((u32{1} << 8 * bytes) - 1);
}

}  // namespace

bool PcPlatform::is_device(Gpa gpa, unsigned cpu) const {
  const u64 base = page(gpa.v);
  const LocalApic& apic = apics_[cpu];
  return (apic.enabled() && base == page(apic.base_msr())) || base == IoApic::kBase;
}

/// Registers stand at multiples of 16 bytes.
u32 PcPlatform::read(Gpa gpa, unsigned bytes, u64 now, unsigned cpu) {
  settle(now);
  const u32 offset = gpa.offset();
  if (offset & 0xc) return 0;
  LocalApic& apic = apics_[cpu];
  const bool local = apic.enabled() && page(gpa.v) == page(apic.base_msr());
  const u32 reg = offset & ~3u;
  return part(local ? apic.read(reg, apic_clock_.ticks(now)) : io_apic_.read(reg), offset, bytes);
}

void PcPlatform::write(Gpa gpa, u32 value, unsigned bytes, u64 now, unsigned cpu) {
  settle(now);
  const u32 offset = gpa.offset();
  if (bytes != 4 || offset % 16 != 0) return;
  const LocalApic& apic = apics_[cpu];
  if (apic.enabled() && page(gpa.v) == page(apic.base_msr()))
    return write_apic(cpu, offset, value, now);
  io_apic_.write(offset, value);
  serve_io_apic();
}

/// EOI and ICR act outside; of the rest only the timer's registers look at the time.
void PcPlatform::write_apic(unsigned cpu, u32 offset, u32 value, u64 now) {
  LocalApic& apic = apics_[cpu];
  if (offset == LocalApic::kEoi) {
    if (const auto vector = apic.end_of_interrupt()) {
      io_apic_.end_of_interrupt(*vector);
      serve_io_apic();
    }
    return;
  }
  if (offset == LocalApic::kTaskPriority) return apic.set_task_priority(value);
  apic.write(offset, value, apic_clock_.ticks(now));
  if (offset == LocalApic::kIcrLow) {
    if (const auto message = apic.message()) send(*message, cpu);
  } else if (offset >= LocalApic::kSpurious) {
    schedule_timers(now);
  }
}

void PcPlatform::serve_io_apic() {
  while (const auto message = io_apic_.take()) deliver(*message);
}

/// An interprocessor interrupt, with the shorthands of its destination.
void PcPlatform::send(const InterruptMessage& message, unsigned from) {
  using To = InterruptMessage::To;
  if (message.to == To::kDestination) return deliver(message);
  for (unsigned i = 0; i < apics_.size(); ++i)
    if (message.to == To::kAll || (i == from) == (message.to == To::kSelf))
      apics_[i].accept(message);
}

/// To all CPUs that the destination names; a lowest-priority interrupt to one of them.
void PcPlatform::deliver(const InterruptMessage& message) {
  if (message.delivery == InterruptMessage::kLowestPriority) {
    if (LocalApic* apic = lowest_priority(message)) apic->accept(message);
    return;
  }
  for (LocalApic& apic : apics_)
    if (apic.matches(message)) apic.accept(message);
}

LocalApic* PcPlatform::lowest_priority(const InterruptMessage& message) {
  LocalApic* lowest = nullptr;
  for (LocalApic& apic : apics_)
    if (apic.matches(message) &&
        (!lowest || apic.processor_priority() < lowest->processor_priority()))
      lowest = &apic;
  return lowest;
}

}  // namespace ringside::devices
