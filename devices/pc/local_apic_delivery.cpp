// What the local APIC does with interrupts: priorities, messages, errors, its timer.
#include <algorithm>
#include <utility>

#include "base/bits.hpp"
#include "devices/pc/local_apic.hpp"

namespace ringside::devices {
namespace {

constexpr u32 kSendIllegalVector = 1u << 5, kReceiveIllegalVector = 1u << 6;
constexpr u8 kFirstLegalVector = 16;

}  // namespace

/// The priority class in service, or the task's, whichever is higher (section 10.8.3.1).
u8 LocalApic::processor_priority() const {
  const int serving = std::max(in_service_.highest(), 0);
  return static_cast<u8>(task_priority_ >> 4 >= serving >> 4 ? task_priority_ : serving & 0xf0);
}

std::optional<u8> LocalApic::pending() const {
  const int asking = request_.highest();
  if (asking < 0 || asking >> 4 <= processor_priority() >> 4) return std::nullopt;
  return enabled() && software_enabled() ? std::optional(static_cast<u8>(asking)) : std::nullopt;
}

u8 LocalApic::acknowledge() {
  const auto vector = pending();
  if (!vector) return static_cast<u8>(spurious_);
  request_.clear(*vector);
  in_service_.set(*vector);
  return *vector;
}

std::optional<u8> LocalApic::end_of_interrupt() {
  const int served = in_service_.highest();
  if (served < 0) return std::nullopt;
  const u8 vector = static_cast<u8>(served);
  in_service_.clear(vector);
  return trigger_.has(vector) ? std::optional(vector) : std::nullopt;
}

std::optional<InterruptMessage> LocalApic::message() {
  InterruptMessage message;
  message.vector = static_cast<u8>(icr_low_);
  message.delivery = static_cast<InterruptMessage::Delivery>(bits(icr_low_, 10, 8));
  message.logical = bit(icr_low_, 11);
  message.destination = static_cast<u8>(icr_high_ >> 24);
  message.to = static_cast<InterruptMessage::To>(bits(icr_low_, 19, 18));
  if (message.delivery == InterruptMessage::kInit && bit(icr_low_, 15) && !bit(icr_low_, 14))
    return std::nullopt;
  if (message.delivery <= InterruptMessage::kLowestPriority && message.vector < kFirstLegalVector) {
    error(kSendIllegalVector);
    return std::nullopt;
  }
  return message;
}

/// Physical: the ID, FFh for all. Logical: flat (a bit for each APIC) or cluster model (section
/// 10.6.2.2).
bool LocalApic::matches(const InterruptMessage& message) const {
  if (!message.logical) return message.destination == id_ || message.destination == 0xff;
  const u8 mine = static_cast<u8>(logical_ >> 24);
  if (format_ >> 28 == 0xf) return mine & message.destination;
  return mine >> 4 == message.destination >> 4 && (mine & message.destination & 0xf);
}

void LocalApic::accept(const InterruptMessage& message) {
  if (!enabled()) return;
  switch (message.delivery) {
    case InterruptMessage::kFixed:
    case InterruptMessage::kLowestPriority:
      if (!software_enabled()) return;
      if (message.vector < kFirstLegalVector) return error(kReceiveIllegalVector);
      request_.set(message.vector);
      message.level ? trigger_.set(message.vector) : trigger_.clear(message.vector);
      return;
    case InterruptMessage::kNmi:
      nmi_ = true;
      return;
    case InterruptMessage::kInit:
      init_ = true;
      return;
    case InterruptMessage::kStartup:
      startup_ = message.vector;
      return;
    default:
      return;  // No SMM here; ExtINT comes by the pin alone.
  }
}

/// An error is reported by its own LVT entry, which an illegal vector in that must not do again.
void LocalApic::error(u32 bit) {
  if (errors_ & bit) return;
  errors_ |= bit;
  raise(kError);
}

void LocalApic::raise(Lvt source) {
  const u32 entry = lvt_[source];
  if (entry & kMasked) return;
  InterruptMessage message;
  message.vector = static_cast<u8>(entry);
  accept(message);
}

bool LocalApic::passes_intr() const {
  const u32 entry = lvt_[kLint0];
  if (!enabled() || !software_enabled()) return true;
  return !(entry & kMasked) && bits(entry, 10, 8) == InterruptMessage::kExtInt;
}

void LocalApic::advance(u64 tick) {
  if (timer_.expired(tick, lvt_[kTimer] & kPeriodic)) raise(kTimer);
}

bool LocalApic::take_nmi() {
  return std::exchange(nmi_, false);
}

bool LocalApic::take_init() {
  return std::exchange(init_, false);
}

std::optional<u8> LocalApic::take_startup() {
  return std::exchange(startup_, std::nullopt);
}

}  // namespace ringside::devices
