#include "devices/pc/local_apic.hpp"

#include <utility>

#include "base/hash.hpp"

namespace ringside::devices {
namespace {

constexpr u32 kVersionValue = 0x0005'0014;  // integrated APIC, entries 0 to 5 in the LVT

/// The bits that software can write in each LVT entry: timer, thermal, performance, LINT0, LINT1,
/// error (SDM volume 3, figure 10-8).
constexpr std::array<u32, 6> kLvtBits{0x300ff, 0x107ff, 0x107ff, 0x1a7ff, 0x1a7ff, 0x100ff};

constexpr bool within(u32 offset, u32 from, unsigned count) {
  return offset >= from && offset < from + count * 0x10;
}
constexpr unsigned index(u32 offset, u32 from) {
  return (offset - from) / 0x10;
}

}  // namespace

LocalApic::LocalApic(u8 id) : base_(kDefaultBase | kEnable), id_(id) {
  if (id == 0) base_ |= kBootstrap;
  lvt_.fill(kMasked);
  lvt_[kLint0] = InterruptMessage::kExtInt << 8 | 1u << 15;
  lvt_[kLint1] = InterruptMessage::kNmi << 8;
}

void LocalApic::set_base_msr(u64 value) {
  const u64 fixed = base_ & kBootstrap;
  const bool off = enabled() && !(value & kEnable);
  if (off) *this = LocalApic(id_);
  base_ = (value & 0xF'FFFF'F000) | (value & kEnable) | fixed;
}

u32 LocalApic::read(u32 offset, u64 tick) {
  advance(tick);
  if (within(offset, kInService, 8)) return in_service_.word(index(offset, kInService));
  if (within(offset, kTriggerMode, 8)) return trigger_.word(index(offset, kTriggerMode));
  if (within(offset, kRequest, 8)) return request_.word(index(offset, kRequest));
  if (within(offset, kLvtTimer, kLvts)) return lvt_[index(offset, kLvtTimer)];
  switch (offset) {
    case kId:
      return u32{id_} << 24;
    case kVersion:
      return kVersionValue;
    case kTaskPriority:
      return task_priority_;
    case kProcessorPriority:
      return processor_priority();
    case kLogicalDestination:
      return logical_;
    case kDestinationFormat:
      return format_;
    case kSpurious:
      return spurious_;
    case kErrorStatus:
      return error_status_;
    case kIcrLow:
      return icr_low_;
    case kIcrHigh:
      return icr_high_;
    case kInitialCount:
      return timer_.initial_count();
    case kCurrentCount:
      return timer_.current_count(tick);
    case kDivide:
      return timer_.divide_configuration();
    default:
      return 0;
  }
}

void LocalApic::write(u32 offset, u32 value, u64 tick) {
  if (within(offset, kLvtTimer, kLvts)) {
    advance(tick);
    return write_lvt(index(offset, kLvtTimer), value);
  }
  switch (offset) {
    case kTaskPriority:
      return set_task_priority(value);
    case kId:
      id_ = static_cast<u8>(value >> 24);
      break;
    case kLogicalDestination:
      logical_ = value & 0xff00'0000;
      break;
    case kDestinationFormat:
      format_ = value | 0x0fff'ffff;
      break;
    case kSpurious:
      write_spurious(value);
      break;
    case kErrorStatus:
      error_status_ = std::exchange(errors_, 0);
      break;
    case kIcrLow:
      icr_low_ = value & 0x000c'cfff;  // Bit 12, delivery status, reads idle.
      break;
    case kIcrHigh:
      icr_high_ = value & 0xff00'0000;
      break;
    default:
      write_timer(offset, value, tick);
  }
}

void LocalApic::write_timer(u32 offset, u32 value, u64 tick) {
  advance(tick);
  if (offset == kInitialCount) timer_.set_initial_count(value, tick);
  if (offset == kDivide) timer_.set_divide_configuration(value, tick);
}

/// While software has it disabled, all entries stay masked (SDM volume 3, section 10.4.7.2).
void LocalApic::write_lvt(unsigned n, u32 value) {
  lvt_[n] = value & kLvtBits[n];
  if (!software_enabled()) lvt_[n] |= kMasked;
}

void LocalApic::write_spurious(u32 value) {
  spurious_ = value & 0x3ff;
  if (software_enabled()) return;
  for (u32& entry : lvt_) entry |= kMasked;
}

u64 LocalApic::hash() const {
  u64 hash = hash_mix(base_, id_ | u64{task_priority_} << 8 | u64{nmi_} << 16 | u64{init_} << 17);
  for (u32 reg : {logical_, format_, spurious_, icr_low_, icr_high_, errors_, error_status_,
                  timer_.initial_count(), timer_.divide_configuration()})
    hash = hash_mix(hash, reg);
  for (u32 entry : lvt_) hash = hash_mix(hash, entry);
  for (const VectorSet* set : {&in_service_, &trigger_, &request_})
    for (unsigned i = 0; i < 8; ++i) hash = hash_mix(hash, set->word(i));
  return hash_mix(hash, startup_ ? 1 + u64{*startup_} : 0);
}

}  // namespace ringside::devices
