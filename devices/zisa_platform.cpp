#include "devices/zisa_platform.hpp"

#include <utility>

#include "base/hash.hpp"

namespace ringside::devices {

// The catalogue: a device is one line here and a member of the class.
constexpr std::array<ZisaPlatform::Slot, 4> ZisaPlatform::kSlots{{
    {"exit", 0x0010'0000, 4, 0, [](ZisaPlatform& p) -> Device& { return p.exit_; }},
    {"interrupts", 0x0C00'0000, InterruptController::kSize, 0,
     [](ZisaPlatform& p) -> Device& { return p.controller_; }},
    {"console", 0x1000'0000, Uart16550::kSize, 10,
     [](ZisaPlatform& p) -> Device& { return p.console_; }},
    {"disk", 0x1001'0000, Disk::kSize, 11, [](ZisaPlatform& p) -> Device& { return p.disk_; }},
}};

ZisaPlatform::ZisaPlatform(Config config)
    : controller_(config.cpus),
      disk_(std::move(config.drives)),
      disk_latency_(config.disk_latency) {
  type(config.input);
}

std::span<const ZisaPlatform::Slot> ZisaPlatform::slots() {
  return kSlots;
}

const ZisaPlatform::Slot* ZisaPlatform::find(Gpa address) {
  for (const Slot& slot : kSlots)
    if (address.v >= slot.base && address.v - slot.base < slot.size) return &slot;
  return nullptr;
}

std::optional<u32> ZisaPlatform::read(Gpa address, unsigned size) {
  const Slot* slot = find(address);
  if (!slot) return std::nullopt;
  const auto value = slot->device(*this).read(static_cast<u32>(address.v - slot->base), size);
  update_lines();
  return value;
}

bool ZisaPlatform::write(Gpa address, u32 value, unsigned size, u64 now) {
  const Slot* slot = find(address);
  if (!slot) return false;
  const bool done =
      slot->device(*this).write(static_cast<u32>(address.v - slot->base), value, size);
  if (disk_.busy() && !disk_due_) disk_due_ = now + disk_latency_;
  update_lines();
  return done;
}

bool ZisaPlatform::advance(u64 now, DmaPort& port) {
  if (!disk_due_ || now < *disk_due_) return false;
  disk_due_.reset();
  disk_.complete(port);
  update_lines();
  return true;
}

void ZisaPlatform::type(std::string_view input) {
  console_.feed(input);
  update_lines();
}

/// The controller is told the levels after each change, so that copies need no pointers and asking
/// for an interrupt costs nothing.
void ZisaPlatform::update_lines() {
  u32 levels = 0;
  for (const Slot& slot : kSlots)
    if (slot.line != 0 && slot.device(*this).interrupt()) levels |= u32{1} << slot.line;
  controller_.set_lines(levels);
}

u64 ZisaPlatform::hash() const {
  u64 hash = 0;
  // A slot leads to a device that may be changed; its hash does not.
  for (const Slot& slot : kSlots)
    hash = hash_mix(hash, slot.device(const_cast<ZisaPlatform&>(*this)).hash());
  return hash;
}

}  // namespace ringside::devices
