// The local APIC of a CPU (Intel SDM volume 3, chapter 10), in xAPIC mode.
#pragma once

#include <array>
#include <optional>

#include "devices/pc/apic_timer.hpp"
#include "devices/pc/interrupt_message.hpp"
#include "devices/pc/vector_set.hpp"

namespace ringside::devices {

/// Registers are 32 bits wide at multiples of 16. It starts as the PC's firmware leaves it:
/// enabled, LINT0 passing on the 8259s' INTR (ExtINT), LINT1 the NMI.
class LocalApic {
 public:
  static constexpr u64 kDefaultBase = 0xFEE0'0000;
  static constexpr u64 kEnable = 1 << 11, kBootstrap = 1 << 8;  ///< in the base MSR

  /// Offsets in the page.
  enum Register : u32 {
    kId = 0x020,
    kVersion = 0x030,
    kTaskPriority = 0x080,
    kProcessorPriority = 0x0A0,
    kEoi = 0x0B0,
    kLogicalDestination = 0x0D0,
    kDestinationFormat = 0x0E0,
    kSpurious = 0x0F0,
    kInService = 0x100,
    kTriggerMode = 0x180,
    kRequest = 0x200,
    kErrorStatus = 0x280,
    kIcrLow = 0x300,
    kIcrHigh = 0x310,
    kLvtTimer = 0x320,
    kLvtLint0 = 0x350,
    kLvtError = 0x370,
    kInitialCount = 0x380,
    kCurrentCount = 0x390,
    kDivide = 0x3E0,
  };

  explicit LocalApic(u8 id);

  /// IA32_APIC_BASE (SDM volume 3, section 10.4.4). Disabling it forgets all it was doing.
  u64 base_msr() const { return base_; }
  void set_base_msr(u64 value);
  bool enabled() const { return base_ & kEnable; }

  /// A 32-bit access to the register at `offset`; `tick` counts ApicTimer::kHz. EOI and ICR have
  /// effects outside, so whoever owns the bus calls end_of_interrupt() and message() as well.
  u32 read(u32 offset, u64 tick);
  void write(u32 offset, u32 value, u64 tick);

  /// TPR, the register written most often, without the way through write().
  void set_task_priority(u32 value) { task_priority_ = static_cast<u8>(value); }

  /// A write to EOI: the vector to broadcast, if it was level-triggered.
  std::optional<u8> end_of_interrupt();

  /// What the ICR says now; nothing for a fixed interrupt with a vector below 16, which is an
  /// error, and for the INIT de-assertion, which has no effect.
  std::optional<InterruptMessage> message();

  /// Whether a message is for this APIC, by its destination alone.
  bool matches(const InterruptMessage& message) const;

  /// Takes a fixed or lowest-priority interrupt, an NMI, INIT or SIPI.
  void accept(const InterruptMessage& message);

  /// The vector that it would deliver now.
  std::optional<u8> pending() const;
  /// Delivers it; the spurious vector if there is none.
  u8 acknowledge();

  /// Whether the 8259s' INTR passes through LINT0. A disabled APIC leaves the pin to INTR itself.
  bool passes_intr() const;

  /// When the timer interrupts next; nothing while it is masked.
  std::optional<u64> timer_due() const {
    return lvt_[kTimer] & kMasked ? std::nullopt : timer_.due();
  }
  void advance(u64 tick);

  u8 processor_priority() const;
  u8 id() const { return id_; }

  /// What waits for the CPU, given once each: an NMI, INIT, the vector of a SIPI.
  bool take_nmi();
  bool take_init();
  std::optional<u8> take_startup();
  bool nmi_pending() const { return nmi_; }

  u64 hash() const;

 private:
  static constexpr u32 kSoftwareEnable = 0x100, kMasked = 1u << 16, kPeriodic = 1u << 17;
  enum Lvt : unsigned { kTimer, kThermal, kPerformance, kLint0, kLint1, kError, kLvts };

  bool software_enabled() const { return spurious_ & kSoftwareEnable; }
  void write_lvt(unsigned n, u32 value);
  void write_spurious(u32 value);
  void write_timer(u32 offset, u32 value, u64 tick);
  void raise(Lvt source);  ///< timer or error, whose interrupts are always fixed
  void error(u32 bit);

  u64 base_;
  u8 id_;
  u8 task_priority_ = 0;
  u32 logical_ = 0, format_ = 0xffff'ffff, spurious_ = 0x1ff;
  u32 icr_low_ = 0, icr_high_ = 0;
  u32 errors_ = 0, error_status_ = 0;  ///< gathered, and as latched by the last write
  std::array<u32, kLvts> lvt_;
  VectorSet in_service_, trigger_, request_;
  ApicTimer timer_;
  bool nmi_ = false, init_ = false;
  std::optional<u8> startup_;
};

}  // namespace ringside::devices
