// The two controllers, cascaded.
#include "base/hash.hpp"
#include "devices/pc/pic8259.hpp"

namespace ringside::devices {

/// Timer, keyboard, cascade, clock and coprocessor cannot be made level-triggered (82371SB data
/// sheet 290550, registers ELCR1 and ELCR2).
PicPair::PicPair() : chips_{Pic8259(true, 0xf8), Pic8259(false, 0xde)} {}

void PicPair::set_line(unsigned irq, bool level) {
  if (irq == kCascade || irq > 15) return;
  chips_[irq / 8].set_line(irq % 8, level);
  if (irq >= 8) update();
}

void PicPair::update() {
  chips_[0].set_line(kCascade, chips_[1].request().has_value());
}

std::optional<u8> PicPair::pending() const {
  const auto line = chips_[0].request();
  if (!line) return std::nullopt;
  if (*line != kCascade) return chips_[0].vector(*line);
  return chips_[1].vector(chips_[1].request().value_or(7));
}

u8 PicPair::acknowledge() {
  const bool cascaded = chips_[0].request() == kCascade;
  const u8 vector = chips_[0].acknowledge();
  if (!cascaded) return vector;
  const u8 slave = chips_[1].acknowledge();
  // INT falls between the acknowledge cycles, so that a further request is an edge.
  chips_[0].set_line(kCascade, false);
  update();
  return slave;
}

u8 PicPair::read(unsigned chip, unsigned port) {
  const u8 value = chips_[chip].read(port);
  update();
  return value;
}

void PicPair::write(unsigned chip, unsigned port, u8 value) {
  chips_[chip].write(port, value);
  update();
}

void PicPair::set_edge_level(unsigned chip, u8 value) {
  chips_[chip].set_edge_level(value);
  update();
}

u64 PicPair::hash() const {
  return hash_mix(chips_[0].hash(), chips_[1].hash());
}

}  // namespace ringside::devices
